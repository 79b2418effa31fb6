/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file shadow.h
 * The hub's copy of a debt that an Ente's own station holds, made when a payer begins: from there
 * on payment, entries, receipts and flows are those of any position. */
#ifndef SERVICE_SHADOW_H
#define SERVICE_SHADOW_H

#include "db/notice.h"
#include "domain/registry.h"

#define SHADOW_DEBT_TYPE "STAZIONE" /* no registered one: the Ente's own system knows it */

/** Made before the transaction [R12]. */
struct shadow_ids {
    int64_t position, option, instalment;
};
struct shadow_ids service_shadow_ids(void);

/** Inside a transaction: store what a notice says now, in the place of what was known of it or
 * anew. notice becomes what is stored then. */
MUST_USE enum err service_shadow_store_tx(struct db *db, const struct shadow_ids *ids,
                                          const char *creditor, const char *notice_number,
                                          const char *station, struct db_notice *notice,
                                          int64_t now_us);

#endif
