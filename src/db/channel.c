/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/channel.h"

#include <string.h>

static const struct db_stmt LOOK = {
    "channel_day_look",
    "SELECT day, registry_version, cents FROM channel_day WHERE channel = ?",
    0,
};
static const struct db_stmt LOCK = {
    "channel_day_lock",
    "SELECT UTC_TIMESTAMP(6), day, registry_version, cents FROM channel_day WHERE channel = ?"
    " FOR UPDATE",
    DB_NOW,
};
static const struct db_stmt ADD = {
    "channel_day_add",
    "INSERT INTO channel_day (channel, registry_version, cents) VALUES (?, 0, 0)",
    0,
};
static const struct db_stmt SET = {
    "channel_day_set",
    "UPDATE channel_day SET day = ?, registry_version = ?, cents = ? WHERE channel = ?",
    0,
};
static const struct db_stmt FORGET = {
    "channel_day_forget",
    "UPDATE channel_day SET day = NULL WHERE channel = ?",
    0,
};
static const struct db_stmt SUM = {
    "channel_sum",
    "SELECT COALESCE(SUM(amount_cents), 0) FROM payment WHERE channel = ? AND activated_at >= ?"
    " AND told_by IS NULL AND state IN ('ACTIVE', 'PAID', 'PAID_LATE', 'DUPLICATE', 'UNKNOWN')",
    0,
};

static enum err row_find(struct db *db, const struct db_stmt *stmt, const char *channel,
                         struct db_channel_day *out, bool *out_found)
{
    memset(out, 0, sizeof *out);
    return db_row_find(
        db, stmt, DB_IN(db_text(channel)),
        DB_OUT(DB_GET_TEXT(out->day), DB_GET_I64(out->registry_version), DB_GET_I64(out->cents)),
        out_found);
}

enum err db_channel_day_lock(struct db *db, const char *channel, struct db_channel_day *out)
{
    enum err rc;
    bool found;

    TRY(row_find(db, &LOCK, channel, out, &found));
    /* Two at once: one is a DUPLICATE or a deadlock, and is run again [R4]. */
    if (!found) TRY(db_exec(db, &ADD, DB_IN(db_text(channel)), NULL));
out:
    return rc;
}

enum err db_channel_day_look(struct db *db, const char *channel, struct db_channel_day *out)
{
    bool found;

    return row_find(db, &LOOK, channel, out, &found);
}

enum err db_channel_day_set(struct db *db, const char *channel, const struct db_channel_day *day)
{
    return db_later(db, &SET,
                    DB_IN(db_text(day->day), db_i64(day->registry_version), db_i64(day->cents),
                          db_text(channel)),
                    DB_ROWS_ANY);
}

enum err db_channel_day_forget(struct db *db, const char *channel)
{
    return db_later(db, &FORGET, DB_IN(db_text(channel)), DB_ROWS_ANY);
}

enum err db_channel_sum(struct db *db, const char *channel, int64_t since_us, int64_t *out_cents)
{
    bool found;

    return db_row_find(db, &SUM, DB_IN(db_text(channel), db_instant(since_us)),
                       DB_OUT(DB_GET_I64(*out_cents)), &found);
}
