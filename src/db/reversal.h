/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file reversal.h
 * Payments whose money was given back, and what that changes in rows that an outcome wrote. */
#ifndef DB_REVERSAL_H
#define DB_REVERSAL_H

#include "db/ledger.h"
#include "db/notice.h"

struct db_reversal {
    int64_t id, payment_id; /* id 0: none */
    int64_t amount_cents;
    char was[13]; /* the payment's state before */
    char reference[36], reason[DEBT_CHARS(140)], made_by[71], key[81], day[11];
    int64_t created_us;
    char token[36], iuv[36]; /* of the payment; not written */
};
/** The one of a payment; id 0: none. */
MUST_USE enum err db_reversal_find(struct db *db, int64_t payment_id, struct db_reversal *out);
/** The one that a key of an operator made; id 0: none. */
MUST_USE enum err db_reversal_find_key(struct db *db, const char *made_by, const char *key,
                                       struct db_reversal *out);
/** ERR_DB_DUPLICATE with the next message: the payment or the key has one [R4]. */
MUST_USE enum err db_reversal_add(struct db *db, const struct db_reversal *r);

/** A payment by what an operator calls it. */
struct db_payment_name {
    char psp[36], token[36], state[13];
};
/** The one with that token. */
MUST_USE enum err db_payment_by_token(struct db *db, const char *token, struct db_payment_name *row,
                                      db_each_fn *each, void *cls);
/** All on that IUV of an Ente. */
MUST_USE enum err db_payment_by_iuv(struct db *db, const char *creditor, const char *iuv,
                                    struct db_payment_name *row, db_each_fn *each, void *cls);

/** The state alone, compare-and-set [R3]: what its outcome brought stays. */
MUST_USE enum err db_payment_reverse(struct db *db, const struct db_payment *p,
                                     enum payment_state next);
/** A PAID instalment is OPEN again, compare-and-set [R3]. */
MUST_USE enum err db_instalment_reopen(struct db *db, const struct debt_instalment *i);
/** Its position is OPEN with the counts that are given, and counts the reversal [R5]. */
MUST_USE enum err db_position_reopen(struct db *db, const struct debt_position *p);
/** Its receipts get new numbers, after the old ones: who asks for what is new sees them again. */
MUST_USE enum err db_receipt_renumber(struct db *db, int64_t payment_id);
/** The anomalies that are open of its money; each sees the id in *id. */
MUST_USE enum err db_anomaly_of_payment(struct db *db, int64_t payment_id, int64_t *id,
                                        db_each_fn *each, void *cls);

/** What is paid and in no settlement yet leaves what is due. @param out_was  it was there */
MUST_USE enum err db_reversal_take_due(struct db *db, const struct db_entry *paid, bool *out_was);
/** A reversed entry waits for a settlement. @param paid_entry  that joins with it; 0: none */
MUST_USE enum err db_reversal_wait(struct db *db, const struct db_entry *reversed,
                                   int64_t paid_entry);
/** What waits: how many entries, the cents that Enti still owe of them, the oldest one's age. */
MUST_USE enum err db_reversal_waiting(struct db *db, int64_t *out_entries, int64_t *out_cents,
                                      int64_t *out_oldest_s);

/** A reversed entry that waits for a settlement of its account. */
struct db_reversal_wait {
    int64_t id,
        paid_entry; /* of the entry; paid_entry 0: it was settled, and is to be taken back */
    int64_t payment_id, amount_cents, owed_cents; /* owed: of what was credited */
    int64_t created_us, age_s;
    char creditor[36], account[35], settles[5];
    char iuv[36], token[36], notice_number[19], reference[36];
};
/** Of a list: NULL and 0 any. */
struct db_reversal_wait_query {
    const char *creditor;
    int64_t payment_id, after_id;
};
/** In order of ids. */
MUST_USE enum err db_reversal_wait_list(struct db *db, const struct db_reversal_wait_query *query,
                                        int limit, struct db_reversal_wait *row, db_each_fn *each,
                                        void *cls);
/** id 0: it waits no more, or never did. */
MUST_USE enum err db_reversal_wait_find(struct db *db, int64_t entry_id,
                                        struct db_reversal_wait *out);

/** That a person settled what waited. */
struct db_reversal_closed {
    int64_t closed_us; /* 0: nobody did */
    char reason[DEBT_CHARS(140)], closed_by[71];
};
MUST_USE enum err db_reversal_closed_find(struct db *db, int64_t entry_id,
                                          struct db_reversal_closed *out);
/** It waits no more [R3]. @return ERR_NONE | ERR_DB_CONFLICT: a settlement took it | … */
MUST_USE enum err db_reversal_close(struct db *db, const struct db_reversal_wait *wait,
                                    const struct db_reversal_closed *closed);

#endif
