/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/ledger.h"

#include "db/multi.h"

#include <string.h>

enum { ENTRY_COLUMNS = 12, DUE_COLUMNS = 4, RECEIPT_COLUMNS = 5, RECEIPTS_MAX = 8 };

static const struct db_stmt ENTRY_ADD[DB_MULTI_MAX] =
    DB_MULTI("entry_add",
             "INSERT INTO entry (id, fact_id, payment_id, transfer_number, kind, creditor, account,"
             " instrument, settles, amount_cents, day, created_at) VALUES ",
             "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

static const struct db_stmt ENTRY_LIST = {
    "entry_list",
    "SELECT id, transfer_number, kind, creditor, account, instrument, settles, day, amount_cents"
    " FROM entry WHERE fact_id = ? ORDER BY id",
    0,
};

/* What is paid to an account waits for the settlement that it joins. */
static const struct db_stmt DUE_ADD[DB_MULTI_MAX] = DB_MULTI(
    "entry_due_add", "INSERT INTO entry_due (creditor, account, settles, entry_id) VALUES ",
    "(?, ?, ?, ?)");

static const struct db_stmt RECEIPT_ADD[DB_MULTI_MAX] = DB_MULTI(
    "receipt_add", "INSERT INTO receipt (id, payment_id, creditor, token, created_at) VALUES ",
    "(?, ?, ?, ?, ?)");

/* Only the statement itself can take its own duplicate for a success: in C it could be that of a
 * write which went along. Not by IGNORE, which also stores what does not fit; one that comes
 * meanwhile makes the transaction run again, and is found. */
static const struct db_stmt ANOMALY_ADD = {
    "anomaly_add",
    "INSERT INTO anomaly (id, kind, payment_id, creditor, amount_cents, state, created_at)"
    " SELECT ?, ?, ?, ?, ?, 'OPEN', ? FROM DUAL WHERE NOT EXISTS"
    " (SELECT 1 FROM anomaly WHERE payment_id = ? AND kind = ?)",
    0,
};

enum err db_entry_add(struct db *db, const struct db_entry *entries, size_t n, int64_t now_us)
{
    struct db_value values[DB_ENTRIES_MAX * ENTRY_COLUMNS], *v = values;
    struct db_value due[DB_ENTRIES_MAX * DUE_COLUMNS], *d = due;
    int64_t sum = 0;
    enum err rc;

    ALWAYS(n <= DB_ENTRIES_MAX);
    for (const struct db_entry *e = entries; e < entries + n; e++) {
        sum += e->amount_cents;
        *v++ = db_i64(e->id);
        *v++ = db_i64(e->fact_id);
        *v++ = db_i64(e->payment_id);
        *v++ = db_i64(e->transfer_number);
        *v++ = db_text(e->kind);
        *v++ = db_text(e->creditor);
        *v++ = db_text(e->account);
        *v++ = db_text(e->instrument);
        *v++ = db_text(e->settles);
        *v++ = db_i64(e->amount_cents);
        *v++ = db_text(e->day);
        *v++ = db_instant(now_us);
        if (strcmp(e->kind, "paid") != 0) continue;
        *d++ = db_text(e->creditor);
        *d++ = db_text(e->account);
        *d++ = db_text(e->settles);
        *d++ = db_i64(e->id);
    }
    ALWAYS(sum == 0);
    TRY(db_multi_add(db, ENTRY_ADD, values, ENTRY_COLUMNS, n));
    TRY(db_multi_add(db, DUE_ADD, due, DUE_COLUMNS, (size_t)(d - due) / DUE_COLUMNS));
out:
    return rc;
}

enum err db_entry_list(struct db *db, int64_t fact_id, struct db_entry_row *row, db_each_fn *each,
                       void *cls)
{
    return db_rows(
        db, &ENTRY_LIST, DB_IN(db_i64(fact_id)),
        DB_OUT(DB_GET_I64(row->id), DB_GET_INT(row->transfer_number), DB_GET_TEXT(row->kind),
               DB_GET_TEXT(row->creditor), DB_GET_TEXT(row->account), DB_GET_TEXT(row->instrument),
               DB_GET_TEXT(row->settles), DB_GET_TEXT(row->day), DB_GET_I64(row->amount_cents)),
        each, cls);
}

enum err db_receipt_add(struct db *db, const struct db_receipt *receipts, size_t n, int64_t now_us)
{
    struct db_value values[RECEIPTS_MAX * RECEIPT_COLUMNS], *v = values;

    ALWAYS(n <= RECEIPTS_MAX);
    for (const struct db_receipt *r = receipts; r < receipts + n; r++) {
        *v++ = db_i64(r->id);
        *v++ = db_i64(r->payment_id);
        *v++ = db_text(r->creditor);
        *v++ = db_text(r->token);
        *v++ = db_instant(now_us);
    }
    return db_multi_add(db, RECEIPT_ADD, values, RECEIPT_COLUMNS, n);
}

enum err db_anomaly_add(struct db *db, const char *kind, int64_t payment_id, const char *creditor,
                        int64_t amount_cents, int64_t now_us)
{
    return db_later(db, &ANOMALY_ADD,
                    DB_IN(db_i64(db_id_new(db)), db_text(kind), db_i64(payment_id),
                          db_text(creditor), db_i64(amount_cents), db_instant(now_us),
                          db_i64(payment_id), db_text(kind)),
                    DB_ROWS_ANY);
}
