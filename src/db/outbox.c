/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/outbox.h"

#include "db/multi.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NEW_COLUMNS = 10, NEW_MAX = 40, DELIVERED_MAX = 1000 };

static const struct db_stmt OUTBOX_ADD[DB_MULTI_MAX] = DB_MULTI(
    "outbox_add",
    "INSERT INTO outbox (id, receipt_id, payment_id, creditor, destination, kind, dedup_id,"
    " payload, state, next_at, created_at) VALUES ",
    "(?, ?, ?, ?, ?, ?, ?, ?, 'READY', ?, ?)");

#define COLUMNS                                                                                    \
    "id, payment_id, creditor, destination, kind, dedup_id, state, ver, fence, attempts, next_at," \
    " created_at, done_at, last_error"

/* A row may be taken from its next_at on: READY when it is due, CLAIMED when its lease has ended.
 * Two ranges of one key instead of an OR over both. SKIP LOCKED only picks [R11]. */
#define PICK(name, state)                                                                          \
    {                                                                                              \
        name,                                                                                      \
            "SELECT " COLUMNS ", payload FROM outbox WHERE state = '" state "' AND next_at <= ?"   \
            " ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED",                                    \
            0,                                                                                     \
    }
static const struct db_stmt PICKS[] = {PICK("outbox_pick_ready", "READY"),
                                       PICK("outbox_pick_lease", "CLAIMED")};
static const struct db_stmt CLAIM = {
    "outbox_claim",
    "UPDATE outbox FORCE INDEX (PRIMARY)"
    " SET state = 'CLAIMED', owner = ?, next_at = ?, fence = fence + 1,"
    " attempts = attempts + 1, ver = ver + 1 WHERE id = ? AND ver = ? AND state = ?",
    0,
};
static const struct db_stmt SETTLE = {
    "outbox_settle",
    "UPDATE outbox FORCE INDEX (PRIMARY)"
    " SET state = ?, last_error = ?, next_at = ?, done_at = ?, owner = NULL,"
    " attempts = attempts - ?, ver = ver + 1 WHERE id = ? AND fence = ? AND state = 'CLAIMED'",
    0,
};
static const struct db_stmt RETRY = {
    "outbox_retry",
    "UPDATE outbox FORCE INDEX (PRIMARY)"
    " SET state = 'READY', next_at = ?, attempts = 0, ver = ver + 1"
    " WHERE id = ? AND state IN ('PARKED', 'READY')",
    0,
};
/* A held one is not sent before its turn: the one whose turn it is goes now. */
static const struct db_stmt RETRY_TURN = {
    "outbox_retry_turn",
    "UPDATE outbox o JOIN outbox_lane l ON l.creditor = o.creditor AND l.destination ="
    " o.destination JOIN outbox t ON t.id = l.turn SET t.next_at = ?, t.ver = t.ver + 1"
    " WHERE o.id = ? AND o.state = 'HELD' AND t.state = 'READY'",
    0,
};
static const struct db_stmt RETRY_PARKED = {
    "outbox_retry_parked",
    "UPDATE outbox SET state = 'READY', next_at = ?, attempts = 0, ver = ver + 1"
    " WHERE state = 'PARKED' LIMIT ?",
    0,
};
static const struct db_stmt LIST = {
    "outbox_list",
    "SELECT " COLUMNS " FROM outbox WHERE id > ? ORDER BY id LIMIT ?",
    0,
};
static const struct db_stmt LIST_STATE = {
    "outbox_list_state",
    "SELECT " COLUMNS " FROM outbox WHERE state = ? AND id > ? ORDER BY id LIMIT ?",
    0,
};
static const struct db_stmt GET = {
    "outbox_get",
    "SELECT " COLUMNS ", payload FROM outbox WHERE id = ?",
    0,
};
/* Ids are in order of time, and a key holds them: only keys of what waits are read. */
static const struct db_stmt AGE = {
    "outbox_age",
    "SELECT COALESCE(TIMESTAMPDIFF(SECOND, (SELECT created_at FROM outbox WHERE id = (SELECT"
    " MIN(id) FROM outbox WHERE state IN ('READY', 'CLAIMED', 'HELD', 'PARKED'))), "
    "UTC_TIMESTAMP(6)), 0),"
    " (SELECT COUNT(*) FROM outbox WHERE state = 'PARKED'),"
    " (SELECT COUNT(*) FROM outbox_lane WHERE turn <> 0)",
    0,
};

static const struct db_stmt WAITING = {
    "outbox_waiting",
    "SELECT o.creditor, o.destination, COUNT(*), SUM(o.state = 'HELD'), SUM(o.state = 'PARKED'),"
    " TIMESTAMPDIFF(SECOND, MIN(o.created_at), UTC_TIMESTAMP(6)), COALESCE(MAX(l.failures), 0)"
    " FROM outbox o LEFT JOIN outbox_lane l ON l.creditor = o.creditor"
    " AND l.destination = o.destination WHERE o.state IN ('READY', 'CLAIMED', 'HELD', 'PARKED')"
    " GROUP BY o.creditor, o.destination",
    0,
};
/* next_at of what is DONE is when it was done: the key holds the last ones together. */
static const struct db_stmt DELIVERED = {
    "outbox_delivered",
    "SELECT TIMESTAMPDIFF(MICROSECOND, created_at, done_at) FROM outbox WHERE state = 'DONE'"
    " ORDER BY next_at DESC LIMIT ?",
    0,
};

#define FIELDS(o)                                                                                  \
    DB_GET_I64((o)->id), DB_GET_I64((o)->payment_id), DB_GET_TEXT((o)->creditor),                  \
        DB_GET_TEXT((o)->destination), DB_GET_TEXT((o)->kind), DB_GET_TEXT((o)->dedup_id),         \
        DB_GET_TEXT((o)->state), DB_GET_INT((o)->ver), DB_GET_INT((o)->fence),                     \
        DB_GET_INT((o)->attempts), DB_GET_INSTANT((o)->next_us), DB_GET_INSTANT((o)->created_us),  \
        DB_GET_INSTANT((o)->done_us), DB_GET_TEXT((o)->last_error)

enum err db_outbox_add(struct db *db, const struct db_outbox_new *rows, size_t n, int64_t now_us)
{
    struct db_value values[NEW_MAX * NEW_COLUMNS], *v = values;

    ALWAYS(n <= NEW_MAX);
    for (const struct db_outbox_new *r = rows; r < rows + n; r++) {
        *v++ = db_i64(r->id);
        *v++ = db_i64(r->receipt_id);
        *v++ = db_i64(r->payment_id);
        *v++ = db_text(r->creditor);
        *v++ = db_text(r->destination);
        *v++ = db_text(r->kind);
        *v++ = db_text(r->dedup_id);
        *v++ = db_bytes(r->payload.bytes, r->payload.len);
        *v++ = db_instant(now_us);
        *v++ = db_instant(now_us);
    }
    return db_multi_add(db, OUTBOX_ADD, values, NEW_COLUMNS, n);
}

enum err db_outbox_pick(struct db *db, int64_t now_us, struct db_outbox *out, struct buf *payload)
{
    enum err rc = ERR_NONE;
    bool found = false;

    for (size_t i = 0; i < ARRAY_LEN(PICKS) && !found; i++) {
        buf_reset(payload);
        TRY(db_row_find(db, &PICKS[i], DB_IN(db_instant(now_us)),
                        DB_OUT(FIELDS(out), DB_GET_BUF(*payload)), &found));
    }
    if (!found) out->id = 0;
out:
    return rc;
}

enum err db_outbox_claim(struct db *db, struct db_outbox *o, const char *owner,
                         int64_t lease_until_us)
{
    enum err rc;

    TRY(db_later(db, &CLAIM,
                 DB_IN(db_text(owner), db_instant(lease_until_us), db_i64(o->id), db_i64(o->ver),
                       db_text(o->state)),
                 1));
    o->ver++;
    o->fence++;
    o->attempts++;
out:
    return rc;
}

enum err db_outbox_settle(struct db *db, const struct db_outbox *o, const char *state,
                          const char *error, bool uncounted, int64_t next_us, int64_t now_us)
{
    bool done = !strcmp(state, "DONE");

    return db_later(db, &SETTLE,
                    DB_IN(db_text(state), db_opt(error), db_instant(next_us),
                          done ? db_instant(now_us) : db_null(), db_i64(uncounted), db_i64(o->id),
                          db_i64(o->fence)),
                    1);
}

enum err db_outbox_retry(struct db *db, int64_t id, int64_t now_us, int64_t *out_rows)
{
    enum err rc;

    TRY(db_exec(db, &RETRY, DB_IN(db_instant(now_us), db_i64(id)), out_rows));
    if (*out_rows == 0)
        TRY(db_exec(db, &RETRY_TURN, DB_IN(db_instant(now_us), db_i64(id)), out_rows));
out:
    return rc;
}

enum err db_outbox_retry_parked(struct db *db, int64_t now_us, int limit, int64_t *out_rows)
{
    return db_exec(db, &RETRY_PARKED, DB_IN(db_instant(now_us), db_i64(limit)), out_rows);
}

enum err db_outbox_list(struct db *db, const char *state, int64_t after_id, int limit,
                        struct db_outbox *row, db_each_fn *each, void *cls)
{
    const struct db_value in[] = {db_text(state), db_i64(after_id), db_i64(limit)};
    size_t skip = *state ? 0 : 1;

    return db_rows(db, *state ? &LIST_STATE : &LIST, in + skip, ARRAY_LEN(in) - skip,
                   DB_OUT(FIELDS(row)), each, cls);
}

enum err db_outbox_get(struct db *db, int64_t id, struct db_outbox *out, struct buf *payload)
{
    enum err rc;
    bool found;

    TRY(db_row_find(db, &GET, DB_IN(db_i64(id)), DB_OUT(FIELDS(out), DB_GET_BUF(*payload)),
                    &found));
    if (!found) rc = err_setf(ERR_NOT_FOUND, "notification %" PRId64, id);
out:
    return rc;
}

enum err db_outbox_age(struct db *db, int64_t *out_seconds, int64_t *out_parked, int64_t *out_lanes)
{
    bool found;

    return db_row_find(
        db, &AGE, DB_NONE_IN,
        DB_OUT(DB_GET_I64(*out_seconds), DB_GET_I64(*out_parked), DB_GET_I64(*out_lanes)), &found);
}

enum err db_outbox_waiting(struct db *db, struct db_outbox_waiting *row, db_each_fn *each,
                           void *cls)
{
    return db_rows(db, &WAITING, DB_NONE_IN,
                   DB_OUT(DB_GET_TEXT(row->creditor), DB_GET_TEXT(row->destination),
                          DB_GET_I64(row->waiting), DB_GET_I64(row->held), DB_GET_I64(row->parked),
                          DB_GET_I64(row->oldest_s), DB_GET_INT(row->failures)),
                   each, cls);
}

struct delivered {
    int64_t us, *list;
    size_t n;
};

static enum err delivered_row(void *cls)
{
    struct delivered *d = cls;

    d->list[d->n++] = d->us;
    return ERR_NONE;
}

static int us_compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

enum err db_outbox_delivered(struct db *db, int64_t *out_p50_us, int64_t *out_p95_us)
{
    enum err rc;
    int64_t list[DELIVERED_MAX];
    struct delivered d = {.list = list};

    *out_p50_us = *out_p95_us = 0;
    TRY(db_rows(db, &DELIVERED, DB_IN(db_i64(DELIVERED_MAX)), DB_OUT(DB_GET_I64(d.us)),
                delivered_row, &d));
    if (d.n == 0) goto out;
    qsort(list, d.n, sizeof *list, us_compare);
    *out_p50_us = list[(d.n - 1) / 2];
    *out_p95_us = list[(d.n - 1) * 95 / 100];
out:
    return rc;
}
