/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/anomaly.h"

#include <inttypes.h>
#include <string.h>

#define SELECT                                                                                     \
    "SELECT a.id, a.kind, a.creditor, a.amount_cents, a.state, a.ver, a.owner, a.taken_at,"        \
    " a.reason, a.closed_by, a.created_at, a.closed_at, IF(a.state = 'OPEN',"                      \
    " TIMESTAMPDIFF(SECOND, a.created_at, UTC_TIMESTAMP(6)), 0), a.payment_id, i.notice_number,"   \
    " a.flow_id, a.line, f.flow_id, f.state, l.state FROM anomaly a"                               \
    " LEFT JOIN payment y ON y.id = a.payment_id LEFT JOIN instalment i ON i.id = y.instalment_id" \
    " LEFT JOIN psp_flow f ON f.id = a.flow_id"                                                    \
    " LEFT JOIN psp_flow_line l ON l.flow_id = a.flow_id AND l.n = a.line WHERE "
#define PAGE                                                                                       \
    "a.id > ? AND a.id < ? AND (? IS NULL OR a.kind = ?) AND (? IS NULL OR a.creditor = ?)"        \
    " AND (? IS NULL OR COALESCE(a.owner, '') = ?) ORDER BY a.id LIMIT ?"

/* By whether only those in one state are wanted. */
static const struct db_stmt LIST[2] = {
    {"anomaly_list", SELECT PAGE, 0},
    {"anomaly_list_state", SELECT "a.state = ? AND " PAGE, 0},
};
static const struct db_stmt GET = {"anomaly_get", SELECT "a.id = ?", 0};
static const struct db_stmt SET = {
    "anomaly_set",
    "UPDATE anomaly FORCE INDEX (PRIMARY) SET state = ?, owner = ?, taken_at = ?, reason = ?,"
    " closed_by = ?, closed_at = ?, ver = ver + 1 WHERE id = ? AND ver = ? AND state = ?",
    0,
};
static const struct db_stmt NOTE_ADD = {
    "anomaly_note_add",
    "INSERT INTO anomaly_note (anomaly_id, id, at, author, text) VALUES (?, ?, ?, ?, ?)",
    0,
};
#define NOTE "SELECT id, at, author, text FROM anomaly_note WHERE anomaly_id = ? ORDER BY id"
static const struct db_stmt NOTES = {"anomaly_notes", NOTE, 0};
static const struct db_stmt NOTE_LAST = {"anomaly_note_last", NOTE " DESC LIMIT 1", 0};
static const struct db_stmt OPEN = {
    "anomaly_open",
    "SELECT kind, COUNT(*), TIMESTAMPDIFF(SECOND, MIN(created_at), UTC_TIMESTAMP(6)) FROM anomaly"
    " WHERE state = 'OPEN' GROUP BY kind",
    0,
};

#define FIELDS(a)                                                                                  \
    DB_GET_I64((a)->id), DB_GET_TEXT((a)->kind), DB_GET_TEXT((a)->creditor),                       \
        DB_GET_I64((a)->amount_cents), DB_GET_TEXT((a)->state), DB_GET_INT((a)->ver),              \
        DB_GET_TEXT((a)->owner), DB_GET_INSTANT((a)->taken_us), DB_GET_TEXT((a)->reason),          \
        DB_GET_TEXT((a)->closed_by), DB_GET_INSTANT((a)->created_us),                              \
        DB_GET_INSTANT((a)->closed_us), DB_GET_I64((a)->age_s), DB_GET_I64((a)->payment_id),       \
        DB_GET_TEXT((a)->notice_number), DB_GET_I64((a)->flow_id), DB_GET_INT((a)->line),          \
        DB_GET_TEXT((a)->flow_name), DB_GET_TEXT((a)->flow_state), DB_GET_TEXT((a)->line_state)

enum err db_anomaly_list(struct db *db, const struct db_anomaly_query *query, int limit,
                         struct db_anomaly *row, db_each_fn *each, void *cls)
{
    struct db_value in[10], *v = in;
    bool of_state = query->state && *query->state;
    const struct db_value only[] = {db_opt(query->kind), db_opt(query->creditor),
                                    db_text(query->owner)};

    if (of_state) *v++ = db_text(query->state);
    *v++ = db_i64(query->after_id);
    *v++ = db_i64(query->until_id ? query->until_id : INT64_MAX);
    for (size_t i = 0; i < ARRAY_LEN(only); i++) {
        *v++ = only[i];
        *v++ = only[i];
    }
    *v++ = db_i64(limit);
    memset(row, 0, sizeof *row);
    return db_rows(db, &LIST[of_state], in, (size_t)(v - in), DB_OUT(FIELDS(row)), each, cls);
}

enum err db_anomaly_get(struct db *db, int64_t id, struct db_anomaly *out)
{
    enum err rc;
    bool found;

    TRY(db_row_find(db, &GET, DB_IN(db_i64(id)), DB_OUT(FIELDS(out)), &found));
    if (!found) rc = err_setf(ERR_NOT_FOUND, "anomaly %" PRId64, id);
out:
    return rc;
}

static struct db_value instant(int64_t us)
{
    return us ? db_instant(us) : db_null();
}

enum err db_anomaly_set(struct db *db, const struct db_anomaly *was, const struct db_anomaly *next)
{
    return db_row_change(db, &SET,
                         DB_IN(db_text(next->state), db_opt(next->owner), instant(next->taken_us),
                               db_opt(next->reason), db_opt(next->closed_by),
                               instant(next->closed_us), db_i64(was->id), db_i64(was->ver),
                               db_text(was->state)));
}

enum err db_anomaly_note_add(struct db *db, int64_t anomaly_id, const struct db_anomaly_note *note)
{
    return db_exec(db, &NOTE_ADD,
                   DB_IN(db_i64(anomaly_id), db_i64(note->id), db_instant(note->at_us),
                         db_text(note->author), db_text(note->text)),
                   NULL);
}

#define NOTE_FIELDS(n)                                                                             \
    DB_GET_I64((n)->id), DB_GET_INSTANT((n)->at_us), DB_GET_TEXT((n)->author),                     \
        DB_GET_TEXT((n)->text)

enum err db_anomaly_notes(struct db *db, int64_t anomaly_id, struct db_anomaly_note *row,
                          db_each_fn *each, void *cls)
{
    return db_rows(db, &NOTES, DB_IN(db_i64(anomaly_id)), DB_OUT(NOTE_FIELDS(row)), each, cls);
}

enum err db_anomaly_note_last(struct db *db, int64_t anomaly_id, struct db_anomaly_note *out)
{
    bool found;

    memset(out, 0, sizeof *out);
    return db_row_find(db, &NOTE_LAST, DB_IN(db_i64(anomaly_id)), DB_OUT(NOTE_FIELDS(out)), &found);
}

enum err db_anomaly_open(struct db *db, struct db_anomaly_open *row, db_each_fn *each, void *cls)
{
    return db_rows(
        db, &OPEN, DB_NONE_IN,
        DB_OUT(DB_GET_TEXT(row->kind), DB_GET_I64(row->count), DB_GET_I64(row->oldest_s)), each,
        cls);
}
