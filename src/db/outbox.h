/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file outbox.h
 * Notifications to send: written with the fact, claimed under a fence, sent, marked [I7]. */
#ifndef DB_OUTBOX_H
#define DB_OUTBOX_H

#include "base/buf.h"
#include "db/db.h"

enum { DB_OUTBOX_ERROR = 801 }; /* 200 characters */

struct db_outbox_new {
    int64_t id, receipt_id, payment_id;
    char creditor[36], destination[36];
    const char *kind;
    char dedup_id[71];
    struct buf payload; /* owned by the caller */
};
MUST_USE enum err db_outbox_add(struct db *db, const struct db_outbox_new *rows, size_t n,
                                int64_t now_us);

struct db_outbox {
    int64_t id, payment_id;
    char creditor[36], destination[36], kind[17], dedup_id[71], state[13];
    int ver, fence, attempts;
    int64_t next_us, created_us, done_us;
    char last_error[DB_OUTBOX_ERROR];
};

/** Pick one due row, READY or CLAIMED with its lease over (SKIP LOCKED); id 0: none due.
 * @param payload  filled with the stored bytes */
MUST_USE enum err db_outbox_pick(struct db *db, int64_t now_us, struct db_outbox *out,
                                 struct buf *payload);
/** Compare-and-set to CLAIMED; fence and attempts go up in the row and in o [R11]. */
MUST_USE enum err db_outbox_claim(struct db *db, struct db_outbox *o, const char *owner,
                                  int64_t lease_until_us);
/** Under the same fence only: ERR_DB_CONFLICT when another took the lease meanwhile [F50].
 * state READY (again, at next_us), HELD, DONE or PARKED. uncounted: the attempt is taken back. */
MUST_USE enum err db_outbox_settle(struct db *db, const struct db_outbox *o, const char *state,
                                   const char *error, bool uncounted, int64_t next_us,
                                   int64_t now_us);
/** A PARKED or waiting row becomes due now; of a HELD one, the one whose turn it is. */
MUST_USE enum err db_outbox_retry(struct db *db, int64_t id, int64_t now_us, int64_t *out_rows);
/** PARKED ones become due now, at most so many: fewer rows than the limit, and none is left [R13].
 */
MUST_USE enum err db_outbox_retry_parked(struct db *db, int64_t now_us, int limit,
                                         int64_t *out_rows);
/** In order of id, from after_id on; each sees the row in *row. state "": any. */
MUST_USE enum err db_outbox_list(struct db *db, const char *state, int64_t after_id, int limit,
                                 struct db_outbox *row, db_each_fn *each, void *cls);
MUST_USE enum err db_outbox_get(struct db *db, int64_t id, struct db_outbox *out,
                                struct buf *payload);
/** What is not delivered to one destination. */
struct db_outbox_waiting {
    char creditor[36], destination[36];
    int64_t waiting, held, parked, oldest_s; /* held and parked are among those that wait */
    int failures;                            /* in a row, until now */
};
MUST_USE enum err db_outbox_waiting(struct db *db, struct db_outbox_waiting *row, db_each_fn *each,
                                    void *cls);
/** How long half and 95 of 100 of the last thousand took, from payment to delivery; 0: none yet. */
MUST_USE enum err db_outbox_delivered(struct db *db, int64_t *out_p50_us, int64_t *out_p95_us);
/** For metrics: age in seconds of the oldest not DONE, how many are PARKED, and how many
 * destinations are tried one notification at a time. */
MUST_USE enum err db_outbox_age(struct db *db, int64_t *out_seconds, int64_t *out_parked,
                                int64_t *out_lanes);

#endif
