/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/told.h"

static const struct db_stmt RECEIPT_ADD = {
    "told_receipt_add",
    "INSERT INTO node_receipt (payment_id, psp_name, psp_fiscal_code, psp_vat,"
    " channel_description, paid_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    0,
};

static const struct db_stmt RECEIPT_GET = {
    "told_receipt_get",
    "SELECT psp_name, psp_fiscal_code, psp_vat, channel_description, paid_at FROM node_receipt"
    " WHERE payment_id = ?",
    0,
};

enum err db_told_add(struct db *db, const struct db_payment *p, int64_t now_us)
{
    const struct db_told *t = p->told;
    enum err rc;

    TRY(db_payment_add(db, p));
    TRY(db_later(db, &RECEIPT_ADD,
                 DB_IN(db_i64(p->id), db_text(t->psp_name), db_opt(t->psp_fiscal_code),
                       db_opt(t->psp_vat), db_text(t->channel_description),
                       t->paid_us ? db_instant(t->paid_us) : db_null(), db_instant(now_us)),
                 DB_ROWS_ANY));
out:
    return rc;
}

enum err db_told_get(struct db *db, int64_t payment_id, struct db_told *out)
{
    bool found;
    enum err rc;

    TRY(db_row_find(db, &RECEIPT_GET, DB_IN(db_i64(payment_id)),
                    DB_OUT(DB_GET_TEXT(out->psp_name), DB_GET_TEXT(out->psp_fiscal_code),
                           DB_GET_TEXT(out->psp_vat), DB_GET_TEXT(out->channel_description),
                           DB_GET_INSTANT(out->paid_us)),
                    &found));
    if (!found) rc = BUG("told payment without its receipt");
out:
    return rc;
}
