/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_list.h"

#include "domain/calendar.h"
#include "wire/debt_position.h"

#include <inttypes.h>
#include <stdio.h>

enum { LIMIT = 100 };

/* The page in the making. */
struct page {
    struct soap *soap;
    struct db_position_line line;
    struct dpo__positionPage answer;
};

static enum err line_take(void *cls)
{
    struct page *p = cls;
    const struct db_position_line *l = &p->line;
    struct dpo__positionSummary *to = &p->answer.found[p->answer.__sizefound++];
    char at[CALENDAR_UTC_SIZE];

    calendar_utc_print(l->created_us, at);
    to->ownId = soap_strdup(p->soap, l->own_id);
    to->debtType = soap_strdup(p->soap, l->debt_type);
    to->debtorCode = soap_strdup(p->soap, l->debtor_code);
    to->description = soap_strdup(p->soap, l->description);
    to->state = dealing_state(position_state_parse(l->state));
    to->dueDate = soap_strdup(p->soap, l->due_date);
    to->createdAt = soap_strdup(p->soap, at);
    to->version = l->ver;
    return ERR_NONE;
}

/* As stored: the contract has the same names in small letters. */
static void state_read(const struct xml_node *root, char *out, size_t cap)
{
    const char *state = xml_child_text(root, DPO_NS, "state");
    size_t n = 0;

    for (; state && state[n] && n + 1 < cap; n++)
        out[n] = (char)(state[n] - 'a' + 'A');
    out[n] = 0;
}

enum err dealing_list(struct dealing *d, struct listen_answer *answer, const char **out_outcome)
{
    enum err rc;
    const struct xml_node *root = d->call->root;
    struct page p = {.soap = d->soap};
    char state[13], next_text[24];
    struct position_refusal refusal;
    int64_t next = 0;
    const struct position_query query = {
        .creditor = xml_child_text(root, DPO_NS, "creditor"),
        .debtor = xml_child_text(root, DPO_NS, "debtorCode"),
        .state = state,
        .debt_type = xml_child_text(root, DPO_NS, "debtType"),
        .due_from = xml_child_text(root, DPO_NS, "dueFrom"),
        .due_to = xml_child_text(root, DPO_NS, "dueTo"),
        .created_from = xml_child_text(root, DPO_NS, "createdFrom"),
        .created_to = xml_child_text(root, DPO_NS, "createdTo"),
        .after = dealing_number(root, DPO_NS, "after", 0),
        .limit = (int)dealing_number(root, DPO_NS, "limit", LIMIT),
    };

    state_read(root, state, sizeof state);
    p.answer.found = dealing_make(d->soap, (size_t)query.limit, sizeof *p.answer.found);
    if (!p.answer.found) return err_set(ERR_MEMORY, "page");
    TRY(service_position_list(&d->env, &d->call->office.scope, &query, &p.line, line_take, &p,
                              &next, &refusal));
    p.answer.outcome = *refusal.code ? dpo__answerOutcome__KO : dpo__answerOutcome__OK;
    if (*refusal.code) p.answer.refusal = dealing_refusal(d->soap, &refusal);
    snprintf(next_text, sizeof next_text, "%" PRId64, next);
    if (next) p.answer.next = next_text;
    *out_outcome = *refusal.code ? refusal.code : "OK";
    TRY(soap_message_begin_write(d->call->worker->message, SOAP_MESSAGE_DEBT_POSITION,
                                 &answer->body));
    soap_put_dpo__positionPage(d->soap, &p.answer, "dpo:listPositionsResponse", NULL);
    TRY(soap_message_end_write(d->call->worker->message));
out:
    return rc;
}
