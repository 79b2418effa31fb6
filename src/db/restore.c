/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/restore.h"

#include "base/clock.h"

static const struct db_stmt ADD = {
    "restore_add",
    "INSERT INTO restoration (id, made_at) VALUES (?, UTC_TIMESTAMP(6))",
    0,
};
static const struct db_stmt FIND = {
    "restore_find",
    "SELECT 1 FROM restoration WHERE id = ?",
    0,
};
static const struct db_stmt COUNT = {
    "restore_count",
    "SELECT COUNT(*) FROM restoration",
    0,
};
static const struct db_stmt WAITING = {
    "restore_waiting",
    "SELECT COUNT(*) FROM restoration WHERE released_at IS NULL",
    0,
};
static const struct db_stmt RELEASE = {
    "restore_release",
    "UPDATE restoration SET released_at = UTC_TIMESTAMP(6) WHERE released_at IS NULL",
    0,
};
static const struct db_stmt FLOW_GAP_ADD = {
    "restore_flow_gap_add",
    "INSERT INTO flow_gap (subscription, first, last, made_at)"
    " VALUES (?, ?, ?, UTC_TIMESTAMP(6))",
    0,
};
static const struct db_stmt FLOW_GAPS_ADD = {
    "restore_flow_gaps_add",
    "INSERT INTO flow_gap (subscription, first, last, made_at)"
    " SELECT subscription, next, next + ? - 1, UTC_TIMESTAMP(6) FROM flow_counter",
    0,
};
static const struct db_stmt FLOW_SKIP = {
    "restore_flow_skip",
    "UPDATE flow_counter SET next = next + ?",
    0,
};
/* Of receipts alone: the journal's chain goes on where the backup's ends. */
static const struct db_stmt RECEIPT_SKIP = {
    "restore_receipt_skip",
    "INSERT INTO sequencer (name, last, fence) VALUES ('receipt', ?, 0)"
    " ON DUPLICATE KEY UPDATE last = last + VALUES(last), owner = NULL, lease_until = NULL,"
    " fence = fence + 1",
    0,
};
static const struct db_stmt NOTICE_SKIP = {
    "restore_notice_skip",
    "UPDATE iuv_block SET next = next + ?",
    0,
};

/* @param cls  the restore's id */
static enum err skip_tx(struct db *db, void *cls)
{
    const int64_t *id = cls;
    int64_t one;
    bool found;
    enum err rc;

    TRY(db_row_find(db, &FIND, DB_IN(db_i64(*id)), DB_OUT(DB_GET_I64(one)), &found));
    if (found) goto out;
    TRY(db_exec(db, &ADD, DB_IN(db_i64(*id)), NULL));
    TRY(db_exec(db, &FLOW_GAPS_ADD, DB_IN(db_i64(RESTORE_FLOWS)), NULL));
    TRY(db_exec(db, &FLOW_SKIP, DB_IN(db_i64(RESTORE_FLOWS)), NULL));
    TRY(db_exec(db, &RECEIPT_SKIP, DB_IN(db_i64(RESTORE_NUMBERS)), NULL));
    TRY(db_exec(db, &NOTICE_SKIP, DB_IN(db_i64(RESTORE_NUMBERS)), NULL));
out:
    return rc;
}

enum err db_numbers_skip(struct db *db)
{
    int64_t id = clock_id_new();

    return db_tx_run(db, "restore", skip_tx, &id);
}

enum err db_restore_count(struct db *db, int64_t *out_n)
{
    bool found;

    return db_row_find(db, &COUNT, DB_NONE_IN, DB_OUT(DB_GET_I64(*out_n)), &found);
}

enum err db_restore_waiting(struct db *db, int64_t *out_n)
{
    bool found;

    return db_row_find(db, &WAITING, DB_NONE_IN, DB_OUT(DB_GET_I64(*out_n)), &found);
}

enum err db_restore_release(struct db *db, int64_t *out_n)
{
    return db_exec(db, &RELEASE, DB_NONE_IN, out_n);
}

enum err db_flow_gap_add(struct db *db, const char *subscription, int64_t first, int64_t last)
{
    return db_exec(db, &FLOW_GAP_ADD, DB_IN(db_text(subscription), db_i64(first), db_i64(last)),
                   NULL);
}
