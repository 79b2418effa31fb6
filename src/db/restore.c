/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/restore.h"

/* More than anybody makes between two backups: a thousand flows of a subscription, a million
 * receipts and a million notices of an archive. */
static const struct db_stmt FLOW_GAP_ADD = {
    "restore_flow_gap_add",
    "INSERT INTO flow_gap (subscription, first, last, made_at)"
    " SELECT subscription, next, next + 999, UTC_TIMESTAMP(6) FROM flow_counter",
    0,
};
static const struct db_stmt FLOW_SKIP = {
    "restore_flow_skip",
    "UPDATE flow_counter SET next = next + 1000",
    0,
};
static const struct db_stmt RECEIPT_SKIP = {
    "restore_receipt_skip",
    "UPDATE sequencer SET last = last + 1000000, owner = NULL, lease_until = NULL,"
    " fence = fence + 1",
    0,
};
static const struct db_stmt NOTICE_SKIP = {
    "restore_notice_skip",
    "UPDATE iuv_block SET next = next + 1000000",
    0,
};

static enum err skip_tx(struct db *db, void *cls)
{
    const struct db_stmt *const all[] = {&FLOW_GAP_ADD, &FLOW_SKIP, &RECEIPT_SKIP, &NOTICE_SKIP};
    enum err rc = ERR_NONE;

    (void)cls;
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        TRY(db_exec(db, all[i], DB_NONE_IN, NULL));
out:
    return rc;
}

enum err db_numbers_skip(struct db *db)
{
    return db_tx_run(db, "restore", skip_tx, NULL);
}
