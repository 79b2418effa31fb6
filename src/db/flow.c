/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/flow.h"

#include "db/multi.h"
#include "db/restore.h"

#include <inttypes.h>

static const struct db_stmt COUNTER_FIND = {
    "flow_counter_find",
    "SELECT next FROM flow_counter WHERE subscription = ? FOR UPDATE",
    0,
};
static const struct db_stmt COUNTER_ADD = {
    "flow_counter_add",
    "INSERT INTO flow_counter (subscription, next) VALUES (?, ?)",
    0,
};
static const struct db_stmt COUNTER_SET = {
    "flow_counter_set",
    "UPDATE flow_counter SET next = next + 1 WHERE subscription = ? AND next = ?",
    0,
};
static const struct db_stmt FLOW_ADD = {
    "flow_add",
    "INSERT INTO flow (id, subscription, seq, message_id, format, party, name, state,"
    " record_count, total_cents, created_at, cut_off, day)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 'MADE', ?, ?, ?, ?, ?)",
    0,
};
/* One message for many: the last id is said again where there are fewer. */
static const struct db_stmt FLOW_JOIN = {
    "flow_join",
    "INSERT INTO flow_settlement (flow_id, settlement_id, subscription) SELECT ?, d.settlement_id,"
    " d.subscription FROM settlement_due d FORCE INDEX (PRIMARY) WHERE d.subscription = ?"
    " AND d.settlement_id IN " DB_IDS,
    0,
};
static const struct db_stmt FLOW_TOLD = {
    "flow_told",
    "DELETE d FROM settlement_due d FORCE INDEX (PRIMARY) WHERE d.subscription = ?"
    " AND d.settlement_id IN " DB_IDS,
    0,
};
static const struct db_stmt FLOW_WRITTEN = {
    "flow_written",
    "UPDATE flow FORCE INDEX (PRIMARY) SET sha256 = ?, size = ?, registry = ?, ver = ver + 1"
    " WHERE id = ? AND ver = ? AND state = 'MADE'",
    0,
};
static const struct db_stmt FLOW_PUBLISHED = {
    "flow_published",
    "UPDATE flow FORCE INDEX (PRIMARY) SET state = 'PUBLISHED', published_at = ?, ver = ver + 1"
    " WHERE id = ? AND ver = ? AND state = 'MADE' AND sha256 = ?",
    0,
};
static const struct db_stmt DELIVERED = {
    "flow_delivered",
    "INSERT INTO flow_delivery (flow_id, target, state, delivered_at)"
    " VALUES (?, ?, 'DELIVERED', ?)",
    0,
};
#define FLOW_COLUMNS                                                                               \
    "id, subscription, seq, message_id, format, party, name, state, ver, record_count,"            \
    " total_cents, created_at, cut_off, day, sha256, size, published_at, registry"
#define FLOW_PAGE(name, only)                                                                      \
    {                                                                                              \
        name, "SELECT " FLOW_COLUMNS " FROM flow WHERE " only "id > ? ORDER BY id LIMIT ?", 0      \
    }
/* By whether only one subscription's are wanted, and only those in one state. */
static const struct db_stmt FLOW_LIST[2][2] = {
    {FLOW_PAGE("flow_list", ""), FLOW_PAGE("flow_list_state", "state = ? AND ")},
    {FLOW_PAGE("flow_list_of", "subscription = ? AND "),
     FLOW_PAGE("flow_list_of_state", "subscription = ? AND state = ? AND ")},
};
static const struct db_stmt FLOW_TARGETS = {
    "flow_targets",
    "SELECT f.id, f.name, f.sha256, d.target FROM flow f JOIN flow_delivery d ON d.flow_id = f.id"
    " WHERE f.state = 'PUBLISHED' ORDER BY f.id",
    0,
};
static const struct db_stmt FLOW_TARGET = {
    "flow_target",
    "SELECT target FROM flow_delivery WHERE flow_id = ? LIMIT 1",
    0,
};
static const struct db_stmt FLOW_NAMES = {
    "flow_names",
    "SELECT message_id, created_at FROM flow WHERE party = ? AND state = 'PUBLISHED'"
    " AND format = ? ORDER BY id DESC LIMIT ?",
    0,
};
static const struct db_stmt FLOW_NAMED = {
    "flow_named",
    "SELECT f.id, f.sha256, d.target FROM flow f JOIN flow_delivery d ON d.flow_id = f.id"
    " WHERE f.party = ? AND f.message_id = ? AND f.state = 'PUBLISHED' AND f.format = ?"
    " ORDER BY f.id DESC LIMIT 1",
    0,
};
static const struct db_stmt FLOW_GET = {
    "flow_get",
    "SELECT " FLOW_COLUMNS " FROM flow WHERE id = ?",
    0,
};

/* The oldest that is told but not published, or settled but not told. */
static const struct db_stmt FLOW_AGE = {
    "flow_age",
    "SELECT COALESCE(TIMESTAMPDIFF(SECOND, MIN(o.created_at), UTC_TIMESTAMP(6)), 0) FROM ("
    "(SELECT created_at FROM flow WHERE state = 'MADE' ORDER BY id LIMIT 1) UNION ALL"
    " (SELECT s.created_at FROM (SELECT MIN(settlement_id) id FROM settlement_due"
    " GROUP BY subscription) d JOIN settlement s ON s.id = d.id)) o",
    0,
};

/* A subscription's first flow: after a restore the lost time may have had it too [F45]. */
static enum err counter_begin(struct db *db, const char *subscription, int *out_seq)
{
    int64_t restores, left_out;
    enum err rc;

    TRY(db_restore_count(db, &restores));
    left_out = restores * RESTORE_FLOWS;
    if (left_out > 0) TRY(db_flow_gap_add(db, subscription, 1, left_out));
    *out_seq = (int)left_out + 1;
    TRY(db_exec(db, &COUNTER_ADD, DB_IN(db_text(subscription), db_i64(left_out + 2)), NULL));
out:
    return rc;
}

enum err db_flow_next_seq(struct db *db, const char *subscription, int *out_seq)
{
    enum err rc;
    bool found;

    TRY(db_row_find(db, &COUNTER_FIND, DB_IN(db_text(subscription)), DB_OUT(DB_GET_INT(*out_seq)),
                    &found));
    if (found)
        TRY(db_row_change(db, &COUNTER_SET, DB_IN(db_text(subscription), db_i64(*out_seq))));
    else
        TRY(counter_begin(db, subscription, out_seq));
out:
    return rc;
}

enum err db_flow_add(struct db *db, const struct db_flow *f)
{
    return db_exec(db, &FLOW_ADD,
                   DB_IN(db_i64(f->id), db_text(f->subscription), db_i64(f->seq),
                         db_text(f->message_id), db_text(f->format), db_text(f->party),
                         db_text(f->name), db_i64(f->count), db_i64(f->total_cents),
                         db_instant(f->created_us),
                         f->cut_off_us ? db_instant(f->cut_off_us) : db_null(), db_text(f->day)),
                   NULL);
}

enum err db_flow_join(struct db *db, const struct db_flow *f, const struct db_settlement *items,
                      size_t n)
{
    enum err rc = ERR_NONE;
    struct db_value in[2 + DB_IDS_MAX] = {db_i64(f->id), db_text(f->subscription)};

    for (size_t done = 0, k; done < n; done += k) {
        k = n - done < DB_IDS_MAX ? n - done : DB_IDS_MAX;
        for (size_t i = 0; i < DB_IDS_MAX; i++)
            in[2 + i] = db_i64(items[done + (i < k ? i : k - 1)].id);
        TRY(db_later(db, &FLOW_JOIN, in, ARRAY_LEN(in), (int)k));
        TRY(db_later(db, &FLOW_TOLD, in + 1, ARRAY_LEN(in) - 1, (int)k));
    }
out:
    return rc;
}

enum err db_flow_set_written(struct db *db, const struct db_flow *f)
{
    return db_row_change(db, &FLOW_WRITTEN,
                         DB_IN(db_bytes(f->sha256, sizeof f->sha256), db_i64(f->size),
                               db_i64(f->registry), db_i64(f->id), db_i64(f->ver)));
}

enum err db_flow_set_published(struct db *db, const struct db_flow *f, int64_t now_us,
                               const char *target)
{
    enum err rc;

    TRY(db_row_change(db, &FLOW_PUBLISHED,
                      DB_IN(db_instant(now_us), db_i64(f->id), db_i64(f->ver),
                            db_bytes(f->sha256, sizeof f->sha256))));
    TRY(db_exec(db, &DELIVERED, DB_IN(db_i64(f->id), db_text(target), db_instant(now_us)), NULL));
out:
    return rc;
}

#define FLOW_FIELDS(f)                                                                             \
    DB_GET_I64((f)->id), DB_GET_TEXT((f)->subscription), DB_GET_INT((f)->seq),                     \
        DB_GET_TEXT((f)->message_id), DB_GET_TEXT((f)->format), DB_GET_TEXT((f)->party),           \
        DB_GET_TEXT((f)->name), DB_GET_TEXT((f)->state), DB_GET_INT((f)->ver),                     \
        DB_GET_I64((f)->count), DB_GET_I64((f)->total_cents), DB_GET_INSTANT((f)->created_us),     \
        DB_GET_INSTANT((f)->cut_off_us), DB_GET_TEXT((f)->day), DB_GET_BYTES((f)->sha256),         \
        DB_GET_I64((f)->size), DB_GET_INSTANT((f)->published_us), DB_GET_I64((f)->registry)

enum err db_flow_list(struct db *db, const char *subscription, const char *state, int64_t after_id,
                      int limit, struct db_flow *row, db_each_fn *each, void *cls)
{
    struct db_value in[4];
    size_t n = 0;

    if (*subscription) in[n++] = db_text(subscription);
    if (*state) in[n++] = db_text(state);
    in[n++] = db_i64(after_id);
    in[n++] = db_i64(limit);
    return db_rows(db, &FLOW_LIST[*subscription != 0][*state != 0], in, n, DB_OUT(FLOW_FIELDS(row)),
                   each, cls);
}

enum err db_flow_names(struct db *db, const char *party, const char *format, int limit, char *id,
                       size_t cap, int64_t *created_us, db_each_fn *each, void *cls)
{
    const struct db_field out[] = {{DB_F_TEXT, id, cap}, {DB_F_INSTANT, created_us, 0}};

    return db_rows(db, &FLOW_NAMES, DB_IN(db_text(party), db_text(format), db_i64(limit)), out, 2,
                   each, cls);
}

enum err db_flow_find_named(struct db *db, const char *party, const char *format,
                            const char *message_id, struct db_flow *out, char *target, size_t cap,
                            bool *out_found)
{
    const struct db_field to = {DB_F_TEXT, target, cap};

    return db_row_find(db, &FLOW_NAMED, DB_IN(db_text(party), db_text(message_id), db_text(format)),
                       DB_OUT(DB_GET_I64(out->id), DB_GET_BYTES(out->sha256), to), out_found);
}

enum err db_flow_get(struct db *db, int64_t id, struct db_flow *out)
{
    enum err rc;
    bool found;

    TRY(db_row_find(db, &FLOW_GET, DB_IN(db_i64(id)), DB_OUT(FLOW_FIELDS(out)), &found));
    if (!found) rc = err_setf(ERR_NOT_FOUND, "flow %" PRId64, id);
out:
    return rc;
}

enum err db_flow_targets(struct db *db, struct db_flow *row, char *target, size_t cap,
                         db_each_fn *each, void *cls)
{
    const struct db_field to = {DB_F_TEXT, target, cap};

    return db_rows(
        db, &FLOW_TARGETS, DB_NONE_IN,
        DB_OUT(DB_GET_I64(row->id), DB_GET_TEXT(row->name), DB_GET_BYTES(row->sha256), to), each,
        cls);
}

enum err db_flow_target(struct db *db, int64_t id, char *target, size_t cap, bool *out_found)
{
    const struct db_field to = {DB_F_TEXT, target, cap};

    return db_row_find(db, &FLOW_TARGET, DB_IN(db_i64(id)), DB_OUT(to), out_found);
}

enum err db_flow_age(struct db *db, int64_t *out_seconds)
{
    bool found;

    return db_row_find(db, &FLOW_AGE, DB_NONE_IN, DB_OUT(DB_GET_I64(*out_seconds)), &found);
}
