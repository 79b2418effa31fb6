/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/node_call.h"

#include "service/journal.h"
#include "service/node_check.h"

#include <string.h>

const char *node_operation_name(enum node_operation operation)
{
    static const char *const names[NODE_OPERATION_COUNT] = {
        [NODE_VERIFY] = "paVerifyPaymentNotice", [NODE_GET] = "paGetPayment",
        [NODE_GET_V2] = "paGetPaymentV2",        [NODE_RECEIPT] = "paSendRT",
        [NODE_RECEIPT_V2] = "paSendRTV2",        [NODE_DEMAND] = "paDemandPaymentNotice",
    };
    return names[operation];
}

/* Nothing is reserved: the node keeps the token, and says neither how long it lives nor that it
 * ended. What is then paid at both places is recorded as such by the receipt [F24]. */
enum err service_node_ask(struct env *env, const struct node_call *call, enum outcome *out_outcome,
                          struct buf *out)
{
    enum err rc = ERR_NONE;
    struct node_answer answer;
    struct node_facts facts;
    struct db_payment none;
    struct db_journal_row row;

    memset(&answer, 0, sizeof answer);
    service_node_prepare(call, env->registry, &facts);
    answer.registry = env->registry;
    answer.creditor = facts.ente;
    answer.outcome = service_node_check(NODE_CHECK_REGISTRY, &facts);
    if (answer.outcome == OUTCOME_OK) {
        TRY(db_notice_whole(env->db, call->creditor, call->notice_number, "", &answer.notice,
                            &none));
        facts.now_us = db_read_time(env->db);
        facts.notice = &answer.notice;
        answer.outcome = service_node_check(NODE_CHECK_NOTICE, &facts);
    }
    TRY(env->node_write(env->node_write_cls, call, &answer, out));
    service_journal_node(&row, call, answer.outcome, out);
    TRY(service_journal_note(env->db, &row));
    *out_outcome = answer.outcome;
out:
    return rc;
}
