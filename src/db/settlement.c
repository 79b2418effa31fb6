/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/settlement.h"

#include "db/multi.h"

#include <string.h>

static const struct db_stmt DUE = {
    "settlement_due",
    "SELECT creditor, account, settles FROM entry_due GROUP BY creditor, account, settles"
    /* and what a run that was cut off left open */
    " UNION SELECT creditor, account, settles FROM settlement WHERE open_key IS NOT NULL",
    0,
};
#define COLUMNS                                                                                    \
    "s.id, s.flow_id, s.kind, s.subscription, s.creditor, s.account, s.settles, s.state, s.day,"   \
    " s.cut_off, s.created_at, s.entry_count, s.total_cents, s.ver"
static const struct db_stmt FIND_OPEN = {
    "settlement_find_open",
    "SELECT " COLUMNS " FROM settlement s WHERE s.open_key = CONCAT_WS(' ', ?, ?, ?, ?)",
    0,
};
static const struct db_stmt ADD = {
    "settlement_add",
    "INSERT INTO settlement (id, flow_id, kind, subscription, creditor, account, settles, state,"
    " day, cut_off, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'OPEN', ?, ?, ?)",
    0,
};
static const struct db_stmt NEXT = {
    "settlement_next",
    "SELECT d.entry_id, e.amount_cents FROM entry_due d JOIN entry e ON e.id = d.entry_id"
    " WHERE d.creditor = ? AND d.account = ? AND d.settles = ? AND e.created_at < ?"
    " ORDER BY d.entry_id LIMIT ?",
    0,
};
static const struct db_stmt WAITING = {
    "settlement_waiting",
    "SELECT d.entry_id FROM entry_due d JOIN entry e ON e.id = d.entry_id"
    " WHERE d.creditor = ? AND d.account = ? AND d.settles = ? AND e.created_at < ? LIMIT 1",
    0,
};
static const struct db_stmt COUNT = {
    "settlement_count",
    "UPDATE settlement SET entry_count = entry_count + ?, total_cents = total_cents + ?,"
    " ver = ver + 1 WHERE id = ? AND ver = ? AND state = 'OPEN'",
    0,
};
/* One message for many: the last id is said again where there are fewer. Exactly these rows are
 * locked, so that nobody who pays waits for it, and it for nobody. */
static const struct db_stmt JOIN = {
    "settlement_join",
    "INSERT INTO settlement_entry (settlement_id, entry_id, kind) SELECT ?, e.id, ?"
    " FROM entry e FORCE INDEX (PRIMARY) WHERE e.id IN " DB_IDS,
    0,
};
static const struct db_stmt JOINED = {
    "settlement_joined",
    "DELETE d FROM entry_due d FORCE INDEX (PRIMARY) WHERE d.creditor = ? AND d.account = ?"
    " AND d.settles = ? AND d.entry_id IN " DB_IDS,
    0,
};
/* What was taken back of an account, with what was paid and not yet settled when it was. */
static const struct db_stmt REVERSED = {
    "settlement_reversed",
    "SELECT d.entry_id, d.paid_entry, e.amount_cents + COALESCE(p.amount_cents, 0)"
    " FROM reversal_due d JOIN entry e ON e.id = d.entry_id LEFT JOIN entry p ON p.id = "
    "d.paid_entry"
    " WHERE d.creditor = ? AND d.account = ? AND d.settles = ? AND d.entry_id > ?"
    " AND e.created_at < ? ORDER BY d.entry_id LIMIT ?",
    0,
};
static const struct db_stmt TAKEN_BACK = {
    "settlement_taken_back",
    "DELETE d FROM reversal_due d FORCE INDEX (PRIMARY) WHERE d.creditor = ? AND d.account = ?"
    " AND d.settles = ? AND d.entry_id IN " DB_IDS,
    0,
};
static const struct db_stmt SEAL = {
    "settlement_seal",
    "UPDATE settlement SET state = 'SEALED', ver = ver + 1 WHERE id = ? AND ver = ?"
    " AND state = 'OPEN'",
    0,
};
static const struct db_stmt TELL = {
    "settlement_tell",
    "INSERT INTO settlement_due (subscription, settlement_id) VALUES (?, ?)",
    0,
};
static const struct db_stmt UNTOLD = {
    "settlement_untold",
    "SELECT " COLUMNS " FROM settlement_due d JOIN settlement s ON s.id = d.settlement_id"
    " WHERE d.subscription = ? ORDER BY d.settlement_id LIMIT ?",
    0,
};
static const struct db_stmt OF_FLOW = {
    "settlement_of_flow",
    "SELECT " COLUMNS " FROM flow_settlement f JOIN settlement s ON s.id = f.settlement_id"
    " WHERE f.flow_id = ? ORDER BY s.id",
    0,
};
/* Whose debt it was is for the Ente of the notice to know; others read what their own share was for
 * [I13]. A payment has one fee, which stands beside the first of its shares. */
static const struct db_stmt PAGE = {
    "settlement_page",
    "SELECT e.id, i.iuv, y.token, i.notice_number, y.psp, y.channel,"
    " IF(y.creditor = e.creditor, p.debt_type, ''), e.day,"
    " IF(y.creditor = e.creditor, p.debtor_code, ''),"
    " IF(y.creditor = e.creditor, p.debtor_name, ''),"
    " IF(y.creditor = e.creditor, i.description, (SELECT t.remittance FROM transfer t"
    " WHERE t.instalment_id = i.id AND t.number = e.transfer_number)),"
    " e.transfer_number, e.amount_cents,"
    " IF(e.kind = 'paid' AND y.fee_cents <> 0 AND NOT EXISTS (SELECT 1 FROM entry b"
    " WHERE b.fact_id = e.fact_id AND b.kind = 'paid' AND b.transfer_number < e.transfer_number),"
    " y.fee_cents, 0) FROM settlement_entry j JOIN entry e ON e.id = j.entry_id"
    " JOIN payment y ON y.id = e.payment_id JOIN instalment i ON i.id = y.instalment_id"
    " JOIN position p ON p.id = i.position_id"
    " WHERE j.settlement_id = ? AND j.entry_id > ? ORDER BY j.entry_id LIMIT ?",
    0,
};
/* The first of each account: ids are in order of time. */
static const struct db_stmt AGE = {
    "settlement_age",
    "SELECT COALESCE(TIMESTAMPDIFF(SECOND, MIN(e.created_at), UTC_TIMESTAMP(6)), 0) FROM"
    " (SELECT MIN(entry_id) id FROM entry_due GROUP BY creditor, account, settles) d"
    " JOIN entry e ON e.id = d.id",
    0,
};

#define FIELDS(s)                                                                                  \
    DB_GET_I64((s)->id), DB_GET_TEXT((s)->flow_id), DB_GET_TEXT((s)->kind),                        \
        DB_GET_TEXT((s)->subscription), DB_GET_TEXT((s)->creditor), DB_GET_TEXT((s)->account),     \
        DB_GET_TEXT((s)->settles), DB_GET_TEXT((s)->state), DB_GET_TEXT((s)->day),                 \
        DB_GET_INSTANT((s)->cut_off_us), DB_GET_INSTANT((s)->created_us), DB_GET_I64((s)->count),  \
        DB_GET_I64((s)->total_cents), DB_GET_INT((s)->ver)

enum err db_settlement_due(struct db *db, struct db_due *row, db_each_fn *each, void *cls)
{
    return db_rows(
        db, &DUE, DB_NONE_IN,
        DB_OUT(DB_GET_TEXT(row->creditor), DB_GET_TEXT(row->account), DB_GET_TEXT(row->settles)),
        each, cls);
}

enum err db_settlement_find_open(struct db *db, const struct db_settlement *key,
                                 struct db_settlement *out)
{
    bool found;

    out->id = 0;
    return db_row_find(db, &FIND_OPEN,
                       DB_IN(db_text(key->kind), db_text(key->creditor), db_text(key->account),
                             db_text(key->settles)),
                       DB_OUT(FIELDS(out)), &found);
}

enum err db_settlement_waiting(struct db *db, const struct db_settlement *key, bool *out_any)
{
    int64_t entry_id;

    return db_row_find(db, &WAITING,
                       DB_IN(db_text(key->creditor), db_text(key->account), db_text(key->settles),
                             db_instant(key->cut_off_us)),
                       DB_OUT(DB_GET_I64(entry_id)), out_any);
}

enum err db_settlement_add(struct db *db, const struct db_settlement *s)
{
    return db_exec(db, &ADD,
                   DB_IN(db_i64(s->id), db_text(s->flow_id), db_text(s->kind),
                         db_text(s->subscription), db_text(s->creditor), db_text(s->account),
                         db_text(s->settles), db_text(s->day), db_instant(s->cut_off_us),
                         db_instant(s->created_us)),
                   NULL);
}

/* Entries that join, and which of them are no longer due. */
struct batch {
    int64_t joined[DB_SETTLEMENT_BATCH], gone[DB_SETTLEMENT_BATCH];
    size_t n_joined, n_gone;
    int64_t id, paid_id, cents, total_cents;
    int64_t before_cents, room_cents; /* of the settlement so far; what it may yet hold */
    bool full;
};

static enum err paid_row(void *cls)
{
    struct batch *b = cls;

    b->full = b->full || b->total_cents + b->cents > b->room_cents;
    if (b->full) return ERR_NONE;
    b->joined[b->n_joined++] = b->gone[b->n_gone++] = b->id;
    b->total_cents += b->cents;
    return ERR_NONE;
}

/* A transfer is of more than nothing: one that would not be is passed over, and waits. */
static enum err reversed_row(void *cls)
{
    struct batch *b = cls;

    if (b->before_cents + b->total_cents + b->cents <= 0) return ERR_NONE;
    b->joined[b->n_joined++] = b->gone[b->n_gone++] = b->id;
    if (b->paid_id) b->joined[b->n_joined++] = b->paid_id;
    b->total_cents += b->cents;
    return ERR_NONE;
}

static enum err ids_later(struct db *db, const struct db_stmt *stmt, const struct db_value *head,
                          size_t n_head, const int64_t *ids, size_t n)
{
    enum err rc = ERR_NONE;
    struct db_value values[3 + DB_IDS_MAX];

    ALWAYS(n_head <= 3);
    memcpy(values, head, n_head * sizeof *head);
    for (size_t done = 0, k; done < n; done += k) {
        k = n - done < DB_IDS_MAX ? n - done : DB_IDS_MAX;
        for (size_t i = 0; i < DB_IDS_MAX; i++)
            values[n_head + i] = db_i64(ids[done + (i < k ? i : k - 1)]);
        TRY(db_later(db, stmt, values, n_head + DB_IDS_MAX, (int)k));
    }
out:
    return rc;
}

static enum err batch_join(struct db *db, const struct db_settlement *s, const struct batch *b,
                           const struct db_stmt *gone)
{
    enum err rc = ERR_NONE;
    const struct db_value join[] = {db_i64(s->id), db_text(s->kind)};
    const struct db_value account[] = {db_text(s->creditor), db_text(s->account),
                                       db_text(s->settles)};

    if (b->n_joined)
        TRY(db_later(db, &COUNT,
                     DB_IN(db_i64((int64_t)b->n_joined), db_i64(b->total_cents), db_i64(s->id),
                           db_i64(s->ver)),
                     1));
    TRY(ids_later(db, &JOIN, join, ARRAY_LEN(join), b->joined, b->n_joined));
    TRY(ids_later(db, gone, account, ARRAY_LEN(account), b->gone, b->n_gone));
out:
    return rc;
}

enum err db_settlement_join(struct db *db, const struct db_settlement *s, int64_t max_cents,
                            int64_t *out_rows)
{
    enum err rc;
    struct batch b = {.room_cents = max_cents - s->total_cents};

    TRY(db_rows(db, &NEXT,
                DB_IN(db_text(s->creditor), db_text(s->account), db_text(s->settles),
                      db_instant(s->cut_off_us), db_i64(DB_SETTLEMENT_BATCH)),
                DB_OUT(DB_GET_I64(b.id), DB_GET_I64(b.cents)), paid_row, &b));
    TRY(batch_join(db, s, &b, &JOINED));
    *out_rows = (int64_t)b.n_joined;
out:
    return rc;
}

enum err db_settlement_join_reversed(struct db *db, const struct db_settlement *s, int64_t *cursor)
{
    enum err rc;
    struct batch b = {.id = *cursor, .before_cents = s->total_cents};

    TRY(db_rows(db, &REVERSED,
                DB_IN(db_text(s->creditor), db_text(s->account), db_text(s->settles),
                      db_i64(*cursor), db_instant(s->cut_off_us), db_i64(DB_SETTLEMENT_BATCH / 2)),
                DB_OUT(DB_GET_I64(b.id), DB_GET_I64(b.paid_id), DB_GET_I64(b.cents)), reversed_row,
                &b));
    TRY(batch_join(db, s, &b, &TAKEN_BACK));
    *cursor = b.id == *cursor ? 0 : b.id;
out:
    return rc;
}

enum err db_settlement_seal(struct db *db, const struct db_settlement *s)
{
    return db_row_change(db, &SEAL, DB_IN(db_i64(s->id), db_i64(s->ver)));
}

enum err db_settlement_tell(struct db *db, const struct db_settlement *s, const char *subscription)
{
    return db_later(db, &TELL, DB_IN(db_text(subscription), db_i64(s->id)), DB_ROWS_ANY);
}

enum err db_settlement_untold(struct db *db, const char *subscription, int limit,
                              struct db_settlement *row, db_each_fn *each, void *cls)
{
    return db_rows(db, &UNTOLD, DB_IN(db_text(subscription), db_i64(limit)), DB_OUT(FIELDS(row)),
                   each, cls);
}

enum err db_settlement_of_flow(struct db *db, int64_t flow_id, struct db_settlement *row,
                               db_each_fn *each, void *cls)
{
    return db_rows(db, &OF_FLOW, DB_IN(db_i64(flow_id)), DB_OUT(FIELDS(row)), each, cls);
}

enum err db_settlement_page(struct db *db, int64_t settlement_id, int64_t after_id, int limit,
                            struct db_settled *row, db_each_fn *each, void *cls)
{
    return db_rows(db, &PAGE, DB_IN(db_i64(settlement_id), db_i64(after_id), db_i64(limit)),
                   DB_OUT(DB_GET_I64(row->entry_id), DB_GET_TEXT(row->iuv), DB_GET_TEXT(row->iur),
                          DB_GET_TEXT(row->notice_number), DB_GET_TEXT(row->psp),
                          DB_GET_TEXT(row->channel), DB_GET_TEXT(row->debt_type),
                          DB_GET_TEXT(row->day), DB_GET_TEXT(row->debtor_code),
                          DB_GET_TEXT(row->debtor_name), DB_GET_TEXT(row->description),
                          DB_GET_INT(row->transfer_number), DB_GET_I64(row->amount_cents),
                          DB_GET_I64(row->fee_cents)),
                   each, cls);
}

enum err db_settlement_age(struct db *db, int64_t *out_seconds)
{
    bool found;

    return db_row_find(db, &AGE, DB_NONE_IN, DB_OUT(DB_GET_I64(*out_seconds)), &found);
}
