/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_change.h"

#include "service/position_xml.h"
#include "wire/debt_position.h"

#include <stdlib.h>
#include <string.h>

static void key_read(const struct xml_node *node, struct position_withdrawal *out)
{
    out->creditor = xml_child_text(node, DPO_NS, "creditor");
    out->own_id = xml_child_text(node, DPO_NS, "ownId");
    out->notice_number = xml_child_text(node, DPO_NS, "noticeNumber");
}

enum err dealing_cancel(struct dealing *d, struct listen_answer *answer, const char **out_outcome)
{
    enum err rc;
    struct dpo__cancelAnswer r = {0};
    struct position_withdrawal w = {.creditor = ""};

    key_read(d->call->root, &w);
    TRY(service_position_cancel(&d->env, &d->call->office.scope, &w, 1, false));
    r.outcome = *w.refusal.code ? dpo__answerOutcome__KO : dpo__answerOutcome__OK;
    if (*w.refusal.code) r.refusal = dealing_refusal(d->soap, &w.refusal);
    *out_outcome = *w.refusal.code ? w.refusal.code : "OK";
    TRY(soap_message_begin_write(d->call->worker->message, SOAP_MESSAGE_DEBT_POSITION,
                                 &answer->body));
    soap_put_dpo__cancelAnswer(d->soap, &r, "dpo:cancelPositionResponse", NULL);
    TRY(soap_message_end_write(d->call->worker->message));
out:
    return rc;
}

/* ---- many ---- */

static void result_fill(struct soap *soap, struct dpo__changeResult *to, const char *creditor,
                        enum position_result result, const struct position_refusal *refusal)
{
    to->creditor = soap_fill_text(creditor);
    to->outcome = result == POSITION_CHANGED     ? dpo__changeOutcome__changed
                  : result == POSITION_UNCHANGED ? dpo__changeOutcome__unchanged
                                                 : dpo__changeOutcome__refused;
    if (result == POSITION_REFUSED) to->refusal = dealing_refusal(soap, refusal);
}

static enum err results_write(struct dealing *d, struct listen_answer *answer,
                              struct dpo__changeResultList *r, const char *root)
{
    enum err rc;

    TRY(soap_message_begin_write(d->call->worker->message, SOAP_MESSAGE_DEBT_POSITION,
                                 &answer->body));
    soap_put_dpo__changeResultList(d->soap, r, root, NULL);
    TRY(soap_message_end_write(d->call->worker->message));
out:
    return rc;
}

static enum err update_read(struct dealing *d, const struct xml_node *node,
                            struct position_submission *out)
{
    const char *version = xml_child_text(node, DPO_NS, "version");

    out->version = version ? (int)strtol(version, NULL, 10) : -1;
    out->position = arena_alloc(&d->arena, sizeof *out->position);
    if (!out->position) return err_set(ERR_LIMIT, "positions");
    return position_xml_read(xml_child(node, POS_NS, "position"), &d->arena, out->position);
}

enum err dealing_update(struct dealing *d, struct listen_answer *answer, const char **out_outcome)
{
    enum err rc;
    struct position_submission *list = arena_alloc(&d->arena, DEALING_MANY * sizeof *list);
    struct dpo__changeResultList r = {0};
    size_t n = 0;

    if (!list) return err_set(ERR_LIMIT, "positions");
    for (const struct xml_node *u = xml_child(d->call->root, DPO_NS, "update"); u;
         u = xml_next(u, DPO_NS, "update"))
        TRY(update_read(d, u, &list[n++]));
    TRY(service_position_update(&d->env, &d->call->office.scope, list, n, false));
    r.result = dealing_make(d->soap, n, sizeof *r.result);
    for (size_t i = 0; r.result && i < n; i++) {
        struct dpo__changeResult *to = &r.result[r.__sizeresult++];

        result_fill(d->soap, to, list[i].position->creditor, list[i].result, &list[i].refusal);
        to->ownId = soap_fill_text(list[i].position->own_id);
        if (list[i].version_now >= 0) to->version = &list[i].version_now;
    }
    *out_outcome = "OK";
    TRY(results_write(d, answer, &r, "dpo:updatePositionsResponse"));
out:
    return rc;
}

enum err dealing_cancel_many(struct dealing *d, struct listen_answer *answer,
                             const char **out_outcome)
{
    enum err rc;
    struct position_withdrawal *list = arena_alloc(&d->arena, DEALING_MANY * sizeof *list);
    struct dpo__changeResultList r = {0};
    size_t n = 0;

    if (!list) return err_set(ERR_LIMIT, "positions");
    for (const struct xml_node *k = xml_child(d->call->root, DPO_NS, "key"); k;
         k = xml_next(k, DPO_NS, "key"))
        key_read(k, &list[n++]);
    TRY(service_position_cancel(&d->env, &d->call->office.scope, list, n, false));
    r.result = dealing_make(d->soap, n, sizeof *r.result);
    for (size_t i = 0; r.result && i < n; i++) {
        struct dpo__changeResult *to = &r.result[r.__sizeresult++];

        result_fill(d->soap, to, list[i].creditor, list[i].result, &list[i].refusal);
        to->ownId = soap_fill_opt(list[i].own_id);
        to->noticeNumber = soap_fill_opt(list[i].notice_number);
    }
    *out_outcome = "OK";
    TRY(results_write(d, answer, &r, "dpo:cancelPositionsResponse"));
out:
    return rc;
}
