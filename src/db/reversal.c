/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/reversal.h"

#define COLUMNS                                                                                    \
    "SELECT r.id, r.payment_id, r.amount_cents, r.was, r.reference, r.reason, r.made_by, r.ikey,"  \
    " r.day, r.created_at, y.token, i.iuv FROM reversal r JOIN payment y ON y.id = r.payment_id"   \
    " JOIN instalment i ON i.id = y.instalment_id"

static const struct db_stmt FIND = {
    "reversal_find",
    COLUMNS " WHERE r.payment_id = ?",
    0,
};
static const struct db_stmt FIND_KEY = {
    "reversal_find_key",
    COLUMNS " WHERE r.made_by = ? AND r.ikey = ?",
    0,
};
static const struct db_stmt ADD = {
    "reversal_add",
    "INSERT INTO reversal (id, payment_id, amount_cents, was, reference, reason, made_by, ikey,"
    " day, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    0,
};
static const struct db_stmt BY_TOKEN = {
    "payment_by_token",
    "SELECT psp, token, state FROM payment WHERE token = ?",
    0,
};
static const struct db_stmt BY_IUV = {
    "payment_by_iuv",
    "SELECT y.psp, y.token, y.state FROM instalment i JOIN payment y ON y.instalment_id = i.id"
    " WHERE i.creditor = ? AND i.iuv = ?",
    DB_OWNED,
};
static const struct db_stmt PAYMENT_REVERSE = {
    "payment_reverse",
    "UPDATE payment FORCE INDEX (PRIMARY) SET state = ?, ver = ver + 1 WHERE id = ? AND ver = ?"
    " AND state = ?",
    0,
};
static const struct db_stmt INSTALMENT_REOPEN = {
    "instalment_reopen",
    "UPDATE instalment SET state = 'OPEN', ver = ver + 1 WHERE id = ? AND ver = ?"
    " AND state = 'PAID'",
    0,
};
static const struct db_stmt POSITION_REOPEN = {
    "position_reopen",
    "UPDATE position SET begun_option = ?, live_count = ?, paid_count = ?, state = 'OPEN',"
    " reversed_count = reversed_count + 1, ver = ver + 1 WHERE id = ? AND ver = ?",
    0,
};
static const struct db_stmt RENUMBER = {
    "receipt_renumber",
    "UPDATE receipt FORCE INDEX (payment) SET seq = NULL WHERE payment_id = ?",
    0,
};
static const struct db_stmt QUESTIONS = {
    "anomaly_of_payment",
    "SELECT id FROM anomaly FORCE INDEX (payment) WHERE payment_id = ? AND state = 'OPEN'",
    0,
};
static const struct db_stmt TAKE_DUE = {
    "reversal_take_due",
    "DELETE d FROM entry_due d FORCE INDEX (PRIMARY) WHERE d.creditor = ? AND d.account = ?"
    " AND d.settles = ? AND d.entry_id = ?",
    0,
};
static const struct db_stmt WAIT = {
    "reversal_wait",
    "INSERT INTO reversal_due (creditor, account, settles, entry_id, paid_entry)"
    " VALUES (?, ?, ?, ?, ?)",
    0,
};
static const struct db_stmt WAITING = {
    "reversal_waiting",
    "SELECT COUNT(*), COALESCE(SUM(IF(d.paid_entry = 0, -e.amount_cents, 0)), 0),"
    " COALESCE(TIMESTAMPDIFF(SECOND, MIN(e.created_at), UTC_TIMESTAMP(6)), 0)"
    " FROM reversal_due d JOIN entry e ON e.id = d.entry_id",
    0,
};

#define WAITS                                                                                      \
    "SELECT d.entry_id, d.paid_entry, e.payment_id, -e.amount_cents,"                              \
    " IF(d.paid_entry = 0, -e.amount_cents, 0), e.created_at,"                                     \
    " TIMESTAMPDIFF(SECOND, e.created_at, UTC_TIMESTAMP(6)), d.creditor, d.account, d.settles,"    \
    " i.iuv, y.token, i.notice_number, r.reference FROM reversal_due d"                            \
    " JOIN entry e ON e.id = d.entry_id AND e.creditor = d.creditor AND e.account = d.account"     \
    " AND e.settles = d.settles JOIN reversal r ON r.payment_id = e.payment_id"                    \
    " JOIN payment y ON y.id = e.payment_id JOIN instalment i ON i.id = y.instalment_id"
static const struct db_stmt WAIT_LIST = {
    "reversal_wait_list",
    WAITS " WHERE d.entry_id > ? AND (? IS NULL OR d.creditor = ?)"
          " AND (? IS NULL OR e.payment_id = ?) ORDER BY d.entry_id LIMIT ?",
    0,
};
static const struct db_stmt WAIT_FIND = {
    "reversal_wait_find",
    WAITS " WHERE e.id = ?",
    0,
};
static const struct db_stmt WAIT_DROP = {
    "reversal_wait_drop",
    "DELETE d FROM reversal_due d FORCE INDEX (PRIMARY) WHERE d.creditor = ? AND d.account = ?"
    " AND d.settles = ? AND d.entry_id = ?",
    0,
};
static const struct db_stmt CLOSED_FIND = {
    "reversal_closed_find",
    "SELECT reason, closed_by, closed_at FROM reversal_closed WHERE entry_id = ?",
    0,
};
static const struct db_stmt CLOSED_ADD = {
    "reversal_closed_add",
    "INSERT INTO reversal_closed (entry_id, paid_entry, reason, closed_by, closed_at)"
    " VALUES (?, ?, ?, ?, ?)",
    0,
};

#define FIELDS(r)                                                                                  \
    DB_GET_I64((r)->id), DB_GET_I64((r)->payment_id), DB_GET_I64((r)->amount_cents),               \
        DB_GET_TEXT((r)->was), DB_GET_TEXT((r)->reference), DB_GET_TEXT((r)->reason),              \
        DB_GET_TEXT((r)->made_by), DB_GET_TEXT((r)->key), DB_GET_TEXT((r)->day),                   \
        DB_GET_INSTANT((r)->created_us), DB_GET_TEXT((r)->token), DB_GET_TEXT((r)->iuv)

enum err db_reversal_find(struct db *db, int64_t payment_id, struct db_reversal *out)
{
    bool found;

    out->id = 0;
    return db_row_find(db, &FIND, DB_IN(db_i64(payment_id)), DB_OUT(FIELDS(out)), &found);
}

enum err db_reversal_find_key(struct db *db, const char *made_by, const char *key,
                              struct db_reversal *out)
{
    bool found;

    out->id = 0;
    return db_row_find(db, &FIND_KEY, DB_IN(db_text(made_by), db_text(key)), DB_OUT(FIELDS(out)),
                       &found);
}

enum err db_reversal_add(struct db *db, const struct db_reversal *r)
{
    return db_later(db, &ADD,
                    DB_IN(db_i64(r->id), db_i64(r->payment_id), db_i64(r->amount_cents),
                          db_text(r->was), db_text(r->reference), db_text(r->reason),
                          db_text(r->made_by), db_text(r->key), db_text(r->day),
                          db_instant(r->created_us)),
                    DB_ROWS_ANY);
}

#define NAME(row) DB_GET_TEXT((row)->psp), DB_GET_TEXT((row)->token), DB_GET_TEXT((row)->state)

enum err db_payment_by_token(struct db *db, const char *token, struct db_payment_name *row,
                             db_each_fn *each, void *cls)
{
    return db_rows(db, &BY_TOKEN, DB_IN(db_text(token)), DB_OUT(NAME(row)), each, cls);
}

enum err db_payment_by_iuv(struct db *db, const char *creditor, const char *iuv,
                           struct db_payment_name *row, db_each_fn *each, void *cls)
{
    return db_rows(db, &BY_IUV, DB_IN(db_text(creditor), db_text(iuv)), DB_OUT(NAME(row)), each,
                   cls);
}

enum err db_payment_reverse(struct db *db, const struct db_payment *p, enum payment_state next)
{
    return db_later(db, &PAYMENT_REVERSE,
                    DB_IN(db_text(payment_state_name(next)), db_i64(p->id), db_i64(p->ver),
                          db_text(payment_state_name(p->state))),
                    1);
}

enum err db_instalment_reopen(struct db *db, const struct debt_instalment *i)
{
    return db_later(db, &INSTALMENT_REOPEN, DB_IN(db_i64(i->id), db_i64(i->ver)), 1);
}

enum err db_position_reopen(struct db *db, const struct debt_position *p)
{
    return db_later(db, &POSITION_REOPEN,
                    DB_IN(p->begun_option ? db_i64(p->begun_option) : db_null(),
                          db_i64(p->live_count), db_i64(p->paid_count), db_i64(p->id),
                          db_i64(p->ver)),
                    1);
}

enum err db_receipt_renumber(struct db *db, int64_t payment_id)
{
    return db_later(db, &RENUMBER, DB_IN(db_i64(payment_id)), DB_ROWS_ANY);
}

enum err db_anomaly_of_payment(struct db *db, int64_t payment_id, int64_t *id, db_each_fn *each,
                               void *cls)
{
    return db_rows(db, &QUESTIONS, DB_IN(db_i64(payment_id)), DB_OUT(DB_GET_I64(*id)), each, cls);
}

#define ACCOUNT(e) db_text((e)->creditor), db_text((e)->account), db_text((e)->settles)

enum err db_reversal_take_due(struct db *db, const struct db_entry *paid, bool *out_was)
{
    int64_t rows = 0;
    enum err rc = db_exec(db, &TAKE_DUE, DB_IN(ACCOUNT(paid), db_i64(paid->id)), &rows);

    *out_was = rows == 1;
    return rc;
}

enum err db_reversal_wait(struct db *db, const struct db_entry *reversed, int64_t paid_entry)
{
    return db_later(db, &WAIT, DB_IN(ACCOUNT(reversed), db_i64(reversed->id), db_i64(paid_entry)),
                    DB_ROWS_ANY);
}

enum err db_reversal_waiting(struct db *db, int64_t *out_entries, int64_t *out_cents,
                             int64_t *out_oldest_s)
{
    bool found;

    return db_row_find(
        db, &WAITING, DB_NONE_IN,
        DB_OUT(DB_GET_I64(*out_entries), DB_GET_I64(*out_cents), DB_GET_I64(*out_oldest_s)),
        &found);
}

#define WAIT_FIELDS(w)                                                                             \
    DB_GET_I64((w)->id), DB_GET_I64((w)->paid_entry), DB_GET_I64((w)->payment_id),                 \
        DB_GET_I64((w)->amount_cents), DB_GET_I64((w)->owed_cents),                                \
        DB_GET_INSTANT((w)->created_us), DB_GET_I64((w)->age_s), DB_GET_TEXT((w)->creditor),       \
        DB_GET_TEXT((w)->account), DB_GET_TEXT((w)->settles), DB_GET_TEXT((w)->iuv),               \
        DB_GET_TEXT((w)->token), DB_GET_TEXT((w)->notice_number), DB_GET_TEXT((w)->reference)

enum err db_reversal_wait_list(struct db *db, const struct db_reversal_wait_query *query, int limit,
                               struct db_reversal_wait *row, db_each_fn *each, void *cls)
{
    struct db_value creditor = db_opt(query->creditor);
    struct db_value payment = query->payment_id ? db_i64(query->payment_id) : db_null();

    row->id = 0;
    return db_rows(
        db, &WAIT_LIST,
        DB_IN(db_i64(query->after_id), creditor, creditor, payment, payment, db_i64(limit)),
        DB_OUT(WAIT_FIELDS(row)), each, cls);
}

enum err db_reversal_wait_find(struct db *db, int64_t entry_id, struct db_reversal_wait *out)
{
    bool found;

    out->id = 0;
    return db_row_find(db, &WAIT_FIND, DB_IN(db_i64(entry_id)), DB_OUT(WAIT_FIELDS(out)), &found);
}

enum err db_reversal_closed_find(struct db *db, int64_t entry_id, struct db_reversal_closed *out)
{
    bool found;

    out->closed_us = 0;
    return db_row_find(db, &CLOSED_FIND, DB_IN(db_i64(entry_id)),
                       DB_OUT(DB_GET_TEXT(out->reason), DB_GET_TEXT(out->closed_by),
                              DB_GET_INSTANT(out->closed_us)),
                       &found);
}

enum err db_reversal_close(struct db *db, const struct db_reversal_wait *wait,
                           const struct db_reversal_closed *closed)
{
    enum err rc;

    TRY(db_row_change(db, &WAIT_DROP, DB_IN(ACCOUNT(wait), db_i64(wait->id))));
    TRY(db_exec(db, &CLOSED_ADD,
                DB_IN(db_i64(wait->id), db_i64(wait->paid_entry), db_text(closed->reason),
                      db_text(closed->closed_by), db_instant(closed->closed_us)),
                NULL));
out:
    return rc;
}
