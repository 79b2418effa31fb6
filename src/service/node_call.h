/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file node_call.h
 * What the national node asks of hosted Enti, and tells them, whatever operation of the paForNode
 * contract it is. The hub is their station. */
#ifndef SERVICE_NODE_CALL_H
#define SERVICE_NODE_CALL_H

#include "db/notice.h"
#include "db/told.h"
#include "service/env.h"

enum node_operation {
    NODE_VERIFY,
    NODE_GET,
    NODE_GET_V2,
    NODE_RECEIPT,
    NODE_RECEIPT_V2,
    NODE_DEMAND,
    NODE_OPERATION_COUNT
};
const char *node_operation_name(enum node_operation operation); /**< as in the contract */

/** Every field is as it came; what an operation has not is empty or 0. */
struct node_call {
    enum node_operation operation;
    bool valid;                      /* against the contract's schema: row 1 */
    const struct exchange *exchange; /* the message itself, for the journal */
    const char *node;                /* the registry's code of who calls */
    char ente[DEBT_CHARS(35)];       /* idPA */
    char broker[DEBT_CHARS(35)], station[DEBT_CHARS(35)];
    char creditor[12], notice_number[19]; /* of the notice */
    /* of a receipt */
    bool ok;
    char receipt_id[DEBT_CHARS(35)]; /* "": none that a payment's token could be */
    char iuv[DEBT_CHARS(35)];
    int64_t amount_cents;
    struct debt_transfer transfers[DEBT_TRANSFERS_MAX]; /* without taxonomy and reason */
    int n_transfers;
    const char *stamps[DEBT_TRANSFERS_MAX + 1]; /* by a transfer's number: base64, borrowed */
    char psp[DEBT_CHARS(35)], channel[DEBT_CHARS(35)], method[DEBT_CHARS(35)];
    int64_t fee_cents, pa_fee_cents;
    char note[DEBT_CHARS(210)], bundle[DEBT_CHARS(70)], ci_bundle[DEBT_CHARS(70)];
    char application_date[11], transfer_date[11];
    struct debt_subject payer;
    struct db_told told; /* without the payment's id */
};

struct node_answer {
    enum outcome outcome;
    const struct registry *registry;
    const struct registry_creditor *creditor; /* the rest only with OUTCOME_OK */
    struct db_notice notice;
};

/** paVerifyPaymentNotice, paGetPayment, paGetPaymentV2, paDemandPaymentNotice: they read only.
 * @param out  the answer's bytes */
MUST_USE enum err service_node_ask(struct env *env, const struct node_call *call,
                                   enum outcome *out_outcome, struct buf *out);
/** paSendRT, paSendRTV2: a payment that was made elsewhere is recorded, once [F27]. */
MUST_USE enum err service_node_tell(struct env *env, const struct node_call *call,
                                    enum outcome *out_outcome, struct buf *out);

#endif
