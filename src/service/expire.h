/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file expire.h
 * The end of tokens: whoever meets an ACTIVE payment past its end expires it first, here. */
#ifndef SERVICE_EXPIRE_H
#define SERVICE_EXPIRE_H

#include "db/notice.h"
#include "service/env.h"

/** What a payment's state change does to its position's counters. Written by the caller. */
void service_position_step(struct debt_position *position, int64_t option_id,
                           const struct payment_rule *rule, enum payment_state from);

/** Inside a transaction: expire one payment; p and position become what is stored then. */
MUST_USE enum err service_expire_tx(struct db *db, struct db_payment *p,
                                    struct debt_position *position, int64_t now_us);
/** Inside a transaction: expire all ended payments of one position.
 * @param out_any  whether there was one: what was read before is out of date */
MUST_USE enum err service_expire_position_tx(struct db *db, int64_t position_id, int64_t now_us,
                                             bool *out_any);
/** The sweeper's step: expire one ended payment, in its own transaction. */
MUST_USE enum err service_expire_next(struct db *db, bool *out_any);

#endif
