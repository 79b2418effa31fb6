/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file settlement.h
 * Settlements: which entries of an Ente's account a period holds.
 * Facts are taken by joining rows under a UNIQUE key, never by interval alone [I8]. */
#ifndef DB_SETTLEMENT_H
#define DB_SETTLEMENT_H

#include "db/db.h"

/** An account with entries that no settlement holds yet, or whose settlement is still OPEN. */
struct db_due {
    char creditor[36], account[35], settles[5];
};
/** Of all Enti. Buffer what you need: each may not use this db. */
MUST_USE enum err db_settlement_due(struct db *db, struct db_due *row, db_each_fn *each, void *cls);

struct db_settlement {
    int64_t id;
    char flow_id[36], kind[17], subscription[36];
    char creditor[36], account[35], settles[5], state[13], day[11];
    int64_t cut_off_us, created_us;
    int64_t count, total_cents;
    int ver;
};
/** The OPEN one of that account; id 0: none. */
MUST_USE enum err db_settlement_find_open(struct db *db, const struct db_settlement *key,
                                          struct db_settlement *out);
/** Is there an entry of that account, before that cut-off, in no settlement? */
MUST_USE enum err db_settlement_waiting(struct db *db, const struct db_settlement *key,
                                        bool *out_any);
MUST_USE enum err db_settlement_add(struct db *db, const struct db_settlement *s);
/** Join the next entries before its cut-off, at most so many and as far as its total stays within
 * max_cents, and count them; out_rows less than so many: these were all, or it is full. s as it was
 * found open in this transaction: ERR_DB_CONFLICT when another run changed or sealed it meanwhile,
 * so that its count is its entries' at any time [R3] [I8]. */
#define DB_SETTLEMENT_BATCH 450 /* an entry is a row joined and one no longer due [R13] */
MUST_USE enum err db_settlement_join(struct db *db, const struct db_settlement *s,
                                     int64_t max_cents, int64_t *out_rows);
/** Then join what was reversed of the account, in order, after *cursor: each as far as the total
 * stays above zero, as no transfer is of nothing or less; what does not fit waits.
 * @param cursor  0 at first; the last one looked at, or 0: these were all */
MUST_USE enum err db_settlement_join_reversed(struct db *db, const struct db_settlement *s,
                                              int64_t *cursor);
/** SEALED [R3]. An empty one is sealed with count 0. */
MUST_USE enum err db_settlement_seal(struct db *db, const struct db_settlement *s);
/** A subscription is to tell it: in the transaction that seals it. */
MUST_USE enum err db_settlement_tell(struct db *db, const struct db_settlement *s,
                                     const char *subscription);
/** What a subscription is still to tell, the oldest first. */
MUST_USE enum err db_settlement_untold(struct db *db, const char *subscription, int limit,
                                       struct db_settlement *row, db_each_fn *each, void *cls);
/** The settlements of a flow, in order of id. */
MUST_USE enum err db_settlement_of_flow(struct db *db, int64_t flow_id, struct db_settlement *row,
                                        db_each_fn *each, void *cls);

/** One paid or reversed transfer of a settlement, as an information flow tells it. */
struct db_settled {
    int64_t entry_id;
    char iuv[36], iur[36], notice_number[19], psp[36], channel[36], debt_type[36], day[11];
    char debtor_code[17], debtor_name[281], description[561];
    int transfer_number;
    int64_t amount_cents, fee_cents; /* less than 0: reversed */
};
/** By entry id from after_id on: keyset pages. */
MUST_USE enum err db_settlement_page(struct db *db, int64_t settlement_id, int64_t after_id,
                                     int limit, struct db_settled *row, db_each_fn *each,
                                     void *cls);
/** Age in seconds of the oldest paid entry in no settlement, 0: none. */
MUST_USE enum err db_settlement_age(struct db *db, int64_t *out_seconds);

#endif
