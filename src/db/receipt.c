/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/receipt.h"

#define COLUMNS                                                                                    \
    "SELECT r.id, r.seq, r.creditor, y.psp, y.token, y.closed_at, y.application_date,"             \
    " y.transfer_date, y.method, y.payment_channel, y.payer_kind, y.payer_code, y.payer_name,"     \
    " z.created_at, z.reference, z.reason"
#define REVERSAL " LEFT JOIN reversal z ON z.payment_id = y.id"

static const struct db_stmt LIST = {
    "receipt_list",
    COLUMNS " FROM receipt r JOIN payment y ON y.id = r.payment_id" REVERSAL " WHERE r.creditor = ?"
            " AND r.seq > ? ORDER BY r.seq LIMIT ?",
    DB_OWNED,
};
static const struct db_stmt FIND = {
    "receipt_find",
    COLUMNS " FROM payment y JOIN receipt r ON r.payment_id = y.id AND r.creditor = ?" REVERSAL
            " WHERE y.token = ?",
    DB_OWNED,
};
static const struct db_stmt STAMPS = {
    "receipt_stamps",
    "SELECT transfer_number, attachment FROM payment_stamp WHERE payment_id = ?"
    " ORDER BY transfer_number",
    0,
};

#define FIELDS(l)                                                                                  \
    DB_GET_I64((l)->id), DB_GET_I64((l)->seq), DB_GET_TEXT((l)->beneficiary),                      \
        DB_GET_TEXT((l)->payment.psp), DB_GET_TEXT((l)->payment.token),                            \
        DB_GET_INSTANT((l)->payment.closed_us), DB_GET_TEXT((l)->payment.application_date),        \
        DB_GET_TEXT((l)->payment.transfer_date), DB_GET_TEXT((l)->payment.method),                 \
        DB_GET_TEXT((l)->payment.payment_channel), DB_GET_TEXT((l)->payment.payer.kind),           \
        DB_GET_TEXT((l)->payment.payer.code), DB_GET_TEXT((l)->payment.payer.name),                \
        DB_GET_INSTANT((l)->reversal.at_us), DB_GET_TEXT((l)->reversal.reference),                 \
        DB_GET_TEXT((l)->reversal.reason)

enum err db_receipt_list(struct db *db, const char *beneficiary, int64_t after, int limit,
                         struct db_receipt_line *line, db_each_fn *each, void *cls)
{
    return db_rows(db, &LIST, DB_IN(db_text(beneficiary), db_i64(after), db_i64(limit)),
                   DB_OUT(FIELDS(line)), each, cls);
}

enum err db_receipt_find(struct db *db, const char *beneficiary, const char *token,
                         struct db_receipt_line *out)
{
    bool found;

    out->id = 0;
    return db_row_find(db, &FIND, DB_IN(db_text(beneficiary), db_text(token)), DB_OUT(FIELDS(out)),
                       &found);
}

enum err db_receipt_stamps(struct db *db, int64_t payment_id, struct db_receipt_stamp *stamp,
                           db_each_fn *each, void *cls)
{
    return db_rows(db, &STAMPS, DB_IN(db_i64(payment_id)),
                   DB_OUT(DB_GET_INT(stamp->transfer), DB_GET_BUF(stamp->attachment)), each, cls);
}
