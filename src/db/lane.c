/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/lane.h"

#include <stdio.h>
#include <string.h>

static const struct db_stmt FIND = {
    "lane_find",
    "SELECT failures, turn, ver FROM outbox_lane WHERE creditor = ? AND destination = ?",
    0,
};
static const struct db_stmt ADD = {
    "lane_add",
    "INSERT INTO outbox_lane (creditor, destination, failures, turn, since)"
    " VALUES (?, ?, ?, ?, ?)",
    0,
};
static const struct db_stmt SET = {
    "lane_set",
    "UPDATE outbox_lane SET failures = ?, turn = ?, ver = ver + 1 WHERE creditor = ?"
    " AND destination = ? AND ver = ?",
    0,
};
static const struct db_stmt DROP = {
    "lane_drop",
    "DELETE FROM outbox_lane WHERE creditor = ? AND destination = ? AND ver = ?",
    0,
};
static const struct db_stmt NEXT = {
    "lane_next",
    "SELECT id FROM outbox WHERE creditor = ? AND destination = ? AND state = 'HELD' AND id > ?"
    " ORDER BY id LIMIT 1",
    0,
};
static const struct db_stmt LET = {
    "lane_let",
    "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 'READY', next_at = ?, ver = ver + 1"
    " WHERE id = ? AND state = 'HELD'",
    0,
};
static const struct db_stmt HOLD = {
    "lane_hold",
    "UPDATE outbox FORCE INDEX (PRIMARY) SET state = 'HELD', ver = ver + 1"
    " WHERE id = ? AND ver = ? AND state = ?",
    0,
};
static const struct db_stmt HOLD_ALL = {
    "lane_hold_all",
    "UPDATE outbox SET state = 'HELD', ver = ver + 1 WHERE creditor = ? AND destination = ?"
    " AND state = 'READY' AND id <> ? LIMIT ?",
    0,
};

enum err db_lane_find(struct db *db, const struct db_outbox *o, struct db_lane *out)
{
    memset(out, 0, sizeof *out);
    snprintf(out->creditor, sizeof out->creditor, "%s", o->creditor);
    snprintf(out->destination, sizeof out->destination, "%s", o->destination);
    return db_row_find(
        db, &FIND, DB_IN(db_text(o->creditor), db_text(o->destination)),
        DB_OUT(DB_GET_INT(out->failures), DB_GET_I64(out->turn), DB_GET_INT(out->ver)),
        &out->found);
}

enum err db_lane_set(struct db *db, const struct db_lane *l, int64_t now_us)
{
    if (!l->found)
        return db_later(db, &ADD,
                        DB_IN(db_text(l->creditor), db_text(l->destination), db_i64(l->failures),
                              db_i64(l->turn), db_instant(now_us)),
                        DB_ROWS_ANY);
    return db_later(db, &SET,
                    DB_IN(db_i64(l->failures), db_i64(l->turn), db_text(l->creditor),
                          db_text(l->destination), db_i64(l->ver)),
                    1);
}

enum err db_lane_drop(struct db *db, const struct db_lane *l)
{
    return db_later(db, &DROP, DB_IN(db_text(l->creditor), db_text(l->destination), db_i64(l->ver)),
                    1);
}

enum err db_lane_next(struct db *db, const struct db_lane *l, int64_t after_id, int64_t *out_id)
{
    bool found;

    *out_id = 0;
    return db_row_find(db, &NEXT,
                       DB_IN(db_text(l->creditor), db_text(l->destination), db_i64(after_id)),
                       DB_OUT(DB_GET_I64(*out_id)), &found);
}

enum err db_lane_let(struct db *db, int64_t id, int64_t at_us)
{
    return db_later(db, &LET, DB_IN(db_instant(at_us), db_i64(id)), 1);
}

enum err db_lane_hold(struct db *db, const struct db_outbox *o)
{
    return db_later(db, &HOLD, DB_IN(db_i64(o->id), db_i64(o->ver), db_text(o->state)), 1);
}

enum err db_lane_hold_all(struct db *db, const struct db_lane *l, int limit, int64_t *out_rows)
{
    return db_exec(
        db, &HOLD_ALL,
        DB_IN(db_text(l->creditor), db_text(l->destination), db_i64(l->turn), db_i64(limit)),
        out_rows);
}
