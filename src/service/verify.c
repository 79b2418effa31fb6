/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/psp_call.h"

#include "service/check.h"
#include "service/journal.h"
#include "service/station_ask.h"

#include <stdio.h>

const char *psp_operation_name(enum psp_operation operation)
{
    static const char *const names[PSP_OPERATION_COUNT] = {
        [PSP_VERIFY] = "verifyPaymentNotice",
        [PSP_ACTIVATE] = "activatePaymentNotice",
        [PSP_ACTIVATE_V2] = "activatePaymentNoticeV2",
        [PSP_OUTCOME] = "sendPaymentOutcome",
        [PSP_OUTCOME_V2] = "sendPaymentOutcomeV2",
        [PSP_BOLLETTINO] = "verificaBollettino",
        [PSP_DEMAND] = "demandPaymentNotice",
        [PSP_FLOW] = "nodoInviaFlussoRendicontazione",
    };
    return names[operation];
}

void service_psp_name_creditor(const struct registry *registry, struct psp_call *call)
{
    const struct registry_creditor *c = NULL;
    const struct registry_service *s = registry_service_find(registry, call->service);

    if (*call->cc_post) c = registry_creditor_by_postal_account(registry, call->cc_post);
    if (s) c = registry_creditor_find(registry, s->creditor);
    if (c) snprintf(call->fiscal_code, sizeof call->fiscal_code, "%s", c->code);
}

/* What the hub does not know itself: nothing is written, so that what changes meanwhile does not
 * matter. */
static enum err station_ask(struct env *env, struct check_facts *facts, struct db_notice *notice,
                            struct station_answer *said, struct psp_answer *answer)
{
    enum err rc;

    TRY(service_station_verify(env, facts->station, facts->call, said));
    service_station_apply(said, notice);
    facts->answer = answer->station = said;
    answer->outcome = service_check_run(CHECK_NOTICE, facts);
out:
    return rc;
}

enum err service_verify(struct env *env, const struct psp_call *call, enum outcome *out_outcome,
                        struct buf *out)
{
    enum err rc;
    struct check_facts facts;
    struct db_notice notice;
    struct station_answer said;
    struct psp_answer answer = {.call = call, .registry = env->registry};
    struct db_journal_row row;

    service_check_prepare(call, env->registry, &facts);
    if (facts.channel && facts.channel->hour_from != facts.channel->hour_to)
        TRY(db_now(env->db, &facts.now_us));
    answer.outcome = service_check_run(CHECK_REGISTRY, &facts);
    if (answer.outcome == OUTCOME_OK) {
        TRY(db_notice_look(env->db, call->fiscal_code, call->notice_number, &notice));
        facts.now_us = db_read_time(env->db);
        facts.notice = &notice;
        answer.outcome = service_check_run(CHECK_NOTICE, &facts);
        answer.notice = &notice;
        answer.creditor = facts.creditor;
        if (answer.outcome == OUTCOME_OK && !service_check_hosted(&facts))
            TRY(station_ask(env, &facts, &notice, &said, &answer));
    }
    TRY(env->psp_write(env->psp_write_cls, &answer, out));
    service_journal_psp(&row, call, answer.outcome, out);
    TRY(service_journal_note(env->db, &row));
    *out_outcome = answer.outcome;
out:
    return rc;
}
