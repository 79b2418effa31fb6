/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/psp_call.h"

#include "service/check.h"
#include "service/journal.h"
#include "service/station_ask.h"

#include <stdio.h>
#include <string.h>

/* The notice that was made is what the line is about, so that its story begins here. */
static void line_set(struct db_journal_row *row, const struct psp_answer *answer,
                     const struct buf *out)
{
    const struct soap_station_said *s = answer->station ? &answer->station->said : NULL;

    service_journal_psp(row, answer->call, answer->outcome, out);
    if (answer->outcome != OUTCOME_OK || !s) return;
    snprintf(row->creditor, sizeof row->creditor, "%s", s->creditor);
    snprintf(row->notice_number, sizeof row->notice_number, "%s", s->notice_number);
}

enum err service_demand(struct env *env, const struct psp_call *call, enum outcome *out_outcome,
                        struct buf *out)
{
    enum err rc;
    struct check_facts facts;
    struct db_notice notice;
    struct station_answer said;
    struct psp_answer answer = {.call = call, .registry = env->registry};
    struct db_journal_row row;

    memset(&notice, 0, sizeof notice);
    service_check_prepare(call, env->registry, &facts);
    if (facts.channel && facts.channel->hour_from != facts.channel->hour_to)
        TRY(db_now(env->db, &facts.now_us));
    answer.outcome = service_check_run(CHECK_REGISTRY, &facts);
    if (answer.outcome == OUTCOME_OK) {
        if (!service_check_hosted(&facts)) {
            TRY(service_station_demand(env, facts.station, facts.service->id, call, &said));
            service_station_apply(&said, &notice);
            facts.answer = answer.station = &said;
            answer.creditor = registry_creditor_find(env->registry, said.said.creditor);
        }
        facts.notice = answer.notice = &notice;
        answer.outcome = service_check_run(CHECK_OWED, &facts);
    }
    TRY(env->psp_write(env->psp_write_cls, &answer, out));
    line_set(&row, &answer, out);
    TRY(service_journal_note(env->db, &row));
    *out_outcome = answer.outcome;
out:
    return rc;
}
