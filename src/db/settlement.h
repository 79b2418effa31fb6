/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file settlement.h
 * Settlements: which entries of an Ente's account a period holds; and the flows that tell them.
 * Facts are taken by joining rows under a UNIQUE key, never by interval alone [I8]. */
#ifndef DB_SETTLEMENT_H
#define DB_SETTLEMENT_H

#include "db/db.h"

/** An account with entries that no settlement holds yet, or whose settlement is still OPEN. */
struct db_due {
    char creditor[36], account[35], settles[5];
};
/** Of all Enti; entries before cut_off. Buffer what you need: each may not use this db. */
MUST_USE enum err db_settlement_due(struct db *db, const char *kind, int64_t cut_off_us,
                                    struct db_due *row, db_each_fn *each, void *cls);

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
MUST_USE enum err db_settlement_add(struct db *db, const struct db_settlement *s);
/** Join at most limit more entries; out_rows < limit: that was all. None to one that another run
 * sealed meanwhile: its count is said already. */
MUST_USE enum err db_settlement_join(struct db *db, const struct db_settlement *s, int limit,
                                     int64_t *out_rows);
/** Count and total of the joined entries; SEALED [R3]. An empty one is sealed with count 0. */
MUST_USE enum err db_settlement_seal(struct db *db, struct db_settlement *s);
/** SEALED, not empty, and in no flow of that subscription yet.
 * @param creditor  only this Ente's, NULL: all that the subscription itself made */
MUST_USE enum err db_settlement_unsent(struct db *db, const char *subscription,
                                       const char *creditor, struct db_settlement *row,
                                       db_each_fn *each, void *cls);
/** The settlements of a flow, in order of id. */
MUST_USE enum err db_settlement_of_flow(struct db *db, int64_t flow_id, struct db_settlement *row,
                                        db_each_fn *each, void *cls);

/** One paid transfer of a settlement, as an information flow tells it. */
struct db_settled {
    int64_t entry_id;
    char iuv[36], iur[36], notice_number[19], psp[36], channel[36], debt_type[36], day[11];
    char debtor_code[17], debtor_name[281], description[561], own_id[141];
    int transfer_number;
    int64_t amount_cents, fee_cents;
};
/** By entry id from after_id on: keyset pages. */
MUST_USE enum err db_settlement_page(struct db *db, int64_t settlement_id, int64_t after_id,
                                     int limit, struct db_settled *row, db_each_fn *each,
                                     void *cls);
/** Age in seconds of the oldest paid entry in no settlement, 0: none. */
MUST_USE enum err db_settlement_age(struct db *db, int64_t *out_seconds);

struct db_flow {
    int64_t id;
    char subscription[36], message_id[36], format[36], party[36], name[201], state[13], day[11];
    int seq, ver;
    int64_t count, total_cents, created_us, size, published_us;
    unsigned char sha256[32];
};
/** The next number of a subscription's flows, without gaps: in the transaction that adds one. */
MUST_USE enum err db_flow_next_seq(struct db *db, const char *subscription, int *out_seq);
MUST_USE enum err db_flow_add(struct db *db, const struct db_flow *f);
MUST_USE enum err db_flow_join(struct db *db, int64_t flow_id, int64_t settlement_id,
                               const char *subscription);
/** MADE becomes PUBLISHED with hash and size [R3]; its delivery with it. */
MUST_USE enum err db_flow_set_published(struct db *db, const struct db_flow *f, int64_t now_us,
                                        const char *target);
/** By id from after_id on; subscription "" and state "": any. */
MUST_USE enum err db_flow_list(struct db *db, const char *subscription, const char *state,
                               int64_t after_id, int limit, struct db_flow *row, db_each_fn *each,
                               void *cls);
/** Every PUBLISHED flow with the path that it was put at. */
MUST_USE enum err db_flow_targets(struct db *db, struct db_flow *row, char *target, size_t cap,
                                  db_each_fn *each, void *cls);
MUST_USE enum err db_flow_get(struct db *db, int64_t id, struct db_flow *out);

#endif
