/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file take.h
 * What an outcome does to one payment: its state, the ledger, receipts, notifications. */
#ifndef SERVICE_TAKE_H
#define SERVICE_TAKE_H

#include "service/notify.h"

/** One of an outcome's tokens. */
struct taking {
    int serial; /* its place in the message, from 1 */
    struct db_payment payment;
    struct db_notice notice;
    /* Of the notice, or of another token's that has the same: they write the same rows. */
    struct debt_position *position;
    struct debt_instalment *instalment;
    struct notify notify;
    enum outcome outcome;
    bool changed; /* by this message */
};

/** The row of the payment's state and of what is said of it now. */
const struct payment_rule *service_take_rule(const struct taking *t, bool ok);
/** Money was taken for it. */
bool service_take_is_money(const struct payment_rule *rule);
/** Inside a transaction: write what the rule says. Position and instalment become what is stored
 * then. */
MUST_USE enum err service_take_tx(struct db *db, struct env *env, struct taking *t,
                                  const struct payment_rule *rule, int64_t now_us);

#endif
