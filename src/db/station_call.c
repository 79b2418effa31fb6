/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/station_call.h"

#include <string.h>

static const struct db_stmt FIND = {
    "station_call_find",
    "SELECT id, until FROM station_call WHERE creditor = ? AND notice_number = ?",
    0,
};

static const struct db_stmt ADD = {
    "station_call_add",
    "INSERT INTO station_call (creditor, notice_number, id, until) VALUES (?, ?, ?, ?)",
    0,
};

static const struct db_stmt TAKE_OVER = {
    "station_call_take_over",
    "UPDATE station_call SET id = ?, until = ? WHERE creditor = ? AND notice_number = ?"
    " AND id = ?",
    0,
};

static const struct db_stmt DROP = {
    "station_call_drop",
    "DELETE FROM station_call WHERE creditor = ? AND notice_number = ? AND id = ?",
    0,
};

static const struct db_stmt PURGE = {
    "station_call_purge",
    "DELETE FROM station_call WHERE until < ? LIMIT ?",
    0,
};

enum err db_station_call_find(struct db *db, const char *creditor, const char *notice_number,
                              struct db_station_call *out)
{
    bool found;

    memset(out, 0, sizeof *out);
    return db_row_find(db, &FIND, DB_IN(db_text(creditor), db_text(notice_number)),
                       DB_OUT(DB_GET_I64(out->id), DB_GET_INSTANT(out->until_us)), &found);
}

enum err db_station_call_put(struct db *db, const char *creditor, const char *notice_number,
                             const struct db_station_call *old, const struct db_station_call *c)
{
    if (!old->id)
        return db_later(db, &ADD,
                        DB_IN(db_text(creditor), db_text(notice_number), db_i64(c->id),
                              db_instant(c->until_us)),
                        DB_ROWS_ANY);
    return db_later(db, &TAKE_OVER,
                    DB_IN(db_i64(c->id), db_instant(c->until_us), db_text(creditor),
                          db_text(notice_number), db_i64(old->id)),
                    1);
}

enum err db_station_call_drop(struct db *db, const char *creditor, const char *notice_number,
                              int64_t id)
{
    return db_later(db, &DROP, DB_IN(db_text(creditor), db_text(notice_number), db_i64(id)), 1);
}

enum err db_station_call_purge(struct db *db, int64_t before_us, int limit, int64_t *out_rows)
{
    return db_exec(db, &PURGE, DB_IN(db_instant(before_us), db_i64(limit)), out_rows);
}
