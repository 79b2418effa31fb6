/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file payments.h
 * What was paid to an Ente, for whoever asks: by the numbers that receipts get after their commit
 * (sequence.h), so that none is ever passed over, or one by its receipt's id. */
#ifndef SERVICE_PAYMENTS_H
#define SERVICE_PAYMENTS_H

#include "base/arena.h"
#include "service/env.h"
#include "service/position.h"
#include "soap/receipt.h"

enum { PAYMENTS_PAGE_MAX = 100 };

struct paid {
    int64_t seq;                 /* 0: not numbered yet */
    struct soap_receipt receipt; /* all that it borrows lives in the arena */
    /* since when its money is given back, the collector's id of that, and why,
     * which only the Ente of the notice is told; NULL: it is not */
    const char *reversed_at_utc, *reversal_reference, *reversal_reason;
};

/** Payments to an Ente after a number, in order.
 * @param out_list     of limit places at least; limit at most PAYMENTS_PAGE_MAX
 * @param out_refusal  code "" when it was answered; BENEFICIARY_UNKNOWN also for an Ente that is
 *                     not in scope [I13] */
MUST_USE enum err service_payments_list(struct env *env, const struct scope *scope,
                                        struct arena *arena, const char *beneficiary, int64_t after,
                                        int limit, struct paid *out_list, size_t *out_n,
                                        struct position_refusal *out_refusal);
/** One; RECEIPT_UNKNOWN also when it is another Ente's. */
MUST_USE enum err service_payments_get(struct env *env, const struct scope *scope,
                                       struct arena *arena, const char *beneficiary,
                                       const char *receipt_id, struct paid *out,
                                       struct position_refusal *out_refusal);

#endif
