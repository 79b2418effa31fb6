/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/settlement.h"
#include "db/restore.h"

#define UNJOINED                                                                                   \
    " LEFT JOIN settlement_entry j ON j.entry_id = e.id AND j.kind = ?"                            \
    " WHERE e.kind = 'paid' AND j.entry_id IS NULL AND e.created_at < ?"

static const struct db_stmt DUE = {
    "settlement_due",
    "SELECT e.creditor, e.account, e.settles FROM entry e" UNJOINED
    " GROUP BY e.creditor, e.account, e.settles"
    /* and what a run that was cut off left open */
    " UNION SELECT creditor, account, settles FROM settlement"
    " WHERE kind = ? AND state = 'OPEN'",
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
static const struct db_stmt HOLD = {
    "settlement_hold",
    "UPDATE settlement SET ver = ver + 1 WHERE id = ? AND state = 'OPEN'",
    0,
};
static const struct db_stmt JOIN = {
    "settlement_join",
    "INSERT INTO settlement_entry (settlement_id, entry_id, kind) SELECT ?, e.id, ? FROM entry "
    "e" UNJOINED " AND e.creditor = ? AND e.account = ? AND e.settles = ? ORDER BY e.id LIMIT ?",
    0,
};
static const struct db_stmt SUM = {
    "settlement_sum",
    "SELECT COUNT(*), COALESCE(SUM(e.amount_cents), 0) FROM settlement_entry j"
    " JOIN entry e ON e.id = j.entry_id WHERE j.settlement_id = ?",
    0,
};
static const struct db_stmt SEAL = {
    "settlement_seal",
    "UPDATE settlement SET state = 'SEALED', entry_count = ?, total_cents = ?, ver = ver + 1"
    " WHERE id = ? AND ver = ? AND state = 'OPEN'",
    0,
};
#define UNSENT                                                                                     \
    "SELECT " COLUMNS " FROM settlement s LEFT JOIN flow_settlement f ON f.settlement_id = s.id"   \
    " AND f.subscription = ? WHERE s.state = 'SEALED' AND s.entry_count > 0"                       \
    " AND f.settlement_id IS NULL"
static const struct db_stmt UNSENT_OWN = {
    "settlement_unsent_own",
    UNSENT " AND s.subscription = ? AND s.settles = 'hub' ORDER BY s.id",
    0,
};
static const struct db_stmt UNSENT_OF = {
    "settlement_unsent_of",
    UNSENT " AND s.creditor = ? ORDER BY s.id",
    0,
};
static const struct db_stmt OF_FLOW = {
    "settlement_of_flow",
    "SELECT " COLUMNS " FROM flow_settlement f JOIN settlement s ON s.id = f.settlement_id"
    " WHERE f.flow_id = ? ORDER BY s.id",
    0,
};
static const struct db_stmt PAGE = {
    "settlement_page",
    "SELECT e.id, i.iuv, y.token, i.notice_number, y.psp, y.channel, p.debt_type, y.day,"
    " p.debtor_code, p.debtor_name, i.description, p.own_id, e.transfer_number, e.amount_cents,"
    " y.fee_cents FROM settlement_entry j JOIN entry e ON e.id = j.entry_id"
    " JOIN payment y ON y.id = e.payment_id JOIN instalment i ON i.id = y.instalment_id"
    " JOIN position p ON p.id = i.position_id"
    " WHERE j.settlement_id = ? AND j.entry_id > ? ORDER BY j.entry_id LIMIT ?",
    0,
};
static const struct db_stmt AGE = {
    "settlement_age",
    "SELECT COALESCE(TIMESTAMPDIFF(SECOND, MIN(e.created_at), UTC_TIMESTAMP(6)), 0) FROM entry e"
    " LEFT JOIN settlement_entry j ON j.entry_id = e.id"
    " WHERE e.kind = 'paid' AND j.entry_id IS NULL",
    0,
};
static const struct db_stmt COUNTER_FIND = {
    "flow_counter_find",
    "SELECT next FROM flow_counter WHERE subscription = ? FOR UPDATE",
    0,
};
static const struct db_stmt COUNTER_ADD = {
    "flow_counter_add",
    "INSERT INTO flow_counter (subscription, next) VALUES (?, ?)",
    0,
};
static const struct db_stmt COUNTER_SET = {
    "flow_counter_set",
    "UPDATE flow_counter SET next = next + 1 WHERE subscription = ? AND next = ?",
    0,
};
static const struct db_stmt FLOW_ADD = {
    "flow_add",
    "INSERT INTO flow (id, subscription, seq, message_id, format, party, name, state,"
    " record_count, total_cents, created_at, day) VALUES (?, ?, ?, ?, ?, ?, ?, 'MADE', ?, ?, ?, ?)",
    0,
};
static const struct db_stmt FLOW_JOIN = {
    "flow_join",
    "INSERT INTO flow_settlement (flow_id, settlement_id, subscription) VALUES (?, ?, ?)",
    0,
};
static const struct db_stmt FLOW_PUBLISHED = {
    "flow_published",
    "UPDATE flow SET state = 'PUBLISHED', sha256 = ?, size = ?, published_at = ?, ver = ver + 1"
    " WHERE id = ? AND ver = ? AND state = 'MADE'",
    0,
};
static const struct db_stmt DELIVERED = {
    "flow_delivered",
    "INSERT INTO flow_delivery (flow_id, target, state, delivered_at)"
    " VALUES (?, ?, 'DELIVERED', ?)",
    0,
};
#define FLOW_COLUMNS                                                                               \
    "id, subscription, seq, message_id, format, party, name, state, ver, record_count,"            \
    " total_cents, created_at, day, sha256, size, published_at"
#define FLOW_PAGE(name, only)                                                                      \
    {                                                                                              \
        name, "SELECT " FLOW_COLUMNS " FROM flow WHERE " only "id > ? ORDER BY id LIMIT ?", 0      \
    }
/* By whether only one subscription's are wanted, and only those in one state. */
static const struct db_stmt FLOW_LIST[2][2] = {
    {FLOW_PAGE("flow_list", ""), FLOW_PAGE("flow_list_state", "state = ? AND ")},
    {FLOW_PAGE("flow_list_of", "subscription = ? AND "),
     FLOW_PAGE("flow_list_of_state", "subscription = ? AND state = ? AND ")},
};
static const struct db_stmt FLOW_TARGETS = {
    "flow_targets",
    "SELECT f.id, f.name, f.sha256, d.target FROM flow f JOIN flow_delivery d ON d.flow_id = f.id"
    " WHERE f.state = 'PUBLISHED' ORDER BY f.id",
    0,
};
static const struct db_stmt FLOW_GET = {
    "flow_get",
    "SELECT " FLOW_COLUMNS " FROM flow WHERE id = ?",
    0,
};

#define FIELDS(s)                                                                                  \
    DB_GET_I64((s)->id), DB_GET_TEXT((s)->flow_id), DB_GET_TEXT((s)->kind),                        \
        DB_GET_TEXT((s)->subscription), DB_GET_TEXT((s)->creditor), DB_GET_TEXT((s)->account),     \
        DB_GET_TEXT((s)->settles), DB_GET_TEXT((s)->state), DB_GET_TEXT((s)->day),                 \
        DB_GET_INSTANT((s)->cut_off_us), DB_GET_INSTANT((s)->created_us), DB_GET_I64((s)->count),  \
        DB_GET_I64((s)->total_cents), DB_GET_INT((s)->ver)

enum err db_settlement_due(struct db *db, const char *kind, int64_t cut_off_us, struct db_due *row,
                           db_each_fn *each, void *cls)
{
    return db_rows(
        db, &DUE, DB_IN(db_text(kind), db_instant(cut_off_us), db_text(kind)),
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

enum err db_settlement_add(struct db *db, const struct db_settlement *s)
{
    return db_exec(db, &ADD,
                   DB_IN(db_i64(s->id), db_text(s->flow_id), db_text(s->kind),
                         db_text(s->subscription), db_text(s->creditor), db_text(s->account),
                         db_text(s->settles), db_text(s->day), db_instant(s->cut_off_us),
                         db_instant(s->created_us)),
                   NULL);
}

enum err db_settlement_join(struct db *db, const struct db_settlement *s, int limit,
                            int64_t *out_rows)
{
    enum err rc;
    int64_t held;

    *out_rows = 0;
    TRY(db_exec(db, &HOLD, DB_IN(db_i64(s->id)), &held));
    if (!held) goto out; /* sealed meanwhile: what it counted must stay all of it [R3] */
    TRY(db_exec(db, &JOIN,
                DB_IN(db_i64(s->id), db_text(s->kind), db_text(s->kind), db_instant(s->cut_off_us),
                      db_text(s->creditor), db_text(s->account), db_text(s->settles),
                      db_i64(limit)),
                out_rows));
out:
    return rc;
}

enum err db_settlement_seal(struct db *db, struct db_settlement *s)
{
    enum err rc;
    bool found;

    TRY(db_row_find(db, &SUM, DB_IN(db_i64(s->id)),
                    DB_OUT(DB_GET_I64(s->count), DB_GET_I64(s->total_cents)), &found));
    TRY(db_row_change(
        db, &SEAL, DB_IN(db_i64(s->count), db_i64(s->total_cents), db_i64(s->id), db_i64(s->ver))));
    s->ver++;
out:
    return rc;
}

enum err db_settlement_unsent(struct db *db, const char *subscription, const char *creditor,
                              struct db_settlement *row, db_each_fn *each, void *cls)
{
    return db_rows(db, creditor ? &UNSENT_OF : &UNSENT_OWN,
                   DB_IN(db_text(subscription), db_text(creditor ? creditor : subscription)),
                   DB_OUT(FIELDS(row)), each, cls);
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
                          DB_GET_TEXT(row->own_id), DB_GET_INT(row->transfer_number),
                          DB_GET_I64(row->amount_cents), DB_GET_I64(row->fee_cents)),
                   each, cls);
}

enum err db_settlement_age(struct db *db, int64_t *out_seconds)
{
    bool found;

    return db_row_find(db, &AGE, DB_NONE_IN, DB_OUT(DB_GET_I64(*out_seconds)), &found);
}

/* A subscription's first flow: after a restore the lost time may have had it too [F45]. */
static enum err counter_begin(struct db *db, const char *subscription, int *out_seq)
{
    int64_t restores, left_out;
    enum err rc;

    TRY(db_restore_count(db, &restores));
    left_out = restores * RESTORE_FLOWS;
    if (left_out > 0) TRY(db_flow_gap_add(db, subscription, 1, left_out));
    *out_seq = (int)left_out + 1;
    TRY(db_exec(db, &COUNTER_ADD, DB_IN(db_text(subscription), db_i64(left_out + 2)), NULL));
out:
    return rc;
}

enum err db_flow_next_seq(struct db *db, const char *subscription, int *out_seq)
{
    enum err rc;
    bool found;

    TRY(db_row_find(db, &COUNTER_FIND, DB_IN(db_text(subscription)), DB_OUT(DB_GET_INT(*out_seq)),
                    &found));
    if (found)
        TRY(db_row_change(db, &COUNTER_SET, DB_IN(db_text(subscription), db_i64(*out_seq))));
    else
        TRY(counter_begin(db, subscription, out_seq));
out:
    return rc;
}

enum err db_flow_add(struct db *db, const struct db_flow *f)
{
    return db_exec(db, &FLOW_ADD,
                   DB_IN(db_i64(f->id), db_text(f->subscription), db_i64(f->seq),
                         db_text(f->message_id), db_text(f->format), db_text(f->party),
                         db_text(f->name), db_i64(f->count), db_i64(f->total_cents),
                         db_instant(f->created_us), db_text(f->day)),
                   NULL);
}

enum err db_flow_join(struct db *db, int64_t flow_id, int64_t settlement_id,
                      const char *subscription)
{
    return db_exec(db, &FLOW_JOIN,
                   DB_IN(db_i64(flow_id), db_i64(settlement_id), db_text(subscription)), NULL);
}

enum err db_flow_set_published(struct db *db, const struct db_flow *f, int64_t now_us,
                               const char *target)
{
    enum err rc;

    TRY(db_row_change(db, &FLOW_PUBLISHED,
                      DB_IN(db_bytes(f->sha256, sizeof f->sha256), db_i64(f->size),
                            db_instant(now_us), db_i64(f->id), db_i64(f->ver))));
    TRY(db_exec(db, &DELIVERED, DB_IN(db_i64(f->id), db_text(target), db_instant(now_us)), NULL));
out:
    return rc;
}

#define FLOW_FIELDS(f)                                                                             \
    DB_GET_I64((f)->id), DB_GET_TEXT((f)->subscription), DB_GET_INT((f)->seq),                     \
        DB_GET_TEXT((f)->message_id), DB_GET_TEXT((f)->format), DB_GET_TEXT((f)->party),           \
        DB_GET_TEXT((f)->name), DB_GET_TEXT((f)->state), DB_GET_INT((f)->ver),                     \
        DB_GET_I64((f)->count), DB_GET_I64((f)->total_cents), DB_GET_INSTANT((f)->created_us),     \
        DB_GET_TEXT((f)->day), DB_GET_BYTES((f)->sha256), DB_GET_I64((f)->size),                   \
        DB_GET_INSTANT((f)->published_us)

enum err db_flow_list(struct db *db, const char *subscription, const char *state, int64_t after_id,
                      int limit, struct db_flow *row, db_each_fn *each, void *cls)
{
    struct db_value in[4];
    size_t n = 0;

    if (*subscription) in[n++] = db_text(subscription);
    if (*state) in[n++] = db_text(state);
    in[n++] = db_i64(after_id);
    in[n++] = db_i64(limit);
    return db_rows(db, &FLOW_LIST[*subscription != 0][*state != 0], in, n, DB_OUT(FLOW_FIELDS(row)),
                   each, cls);
}

enum err db_flow_get(struct db *db, int64_t id, struct db_flow *out)
{
    enum err rc;
    bool found;

    TRY(db_row_find(db, &FLOW_GET, DB_IN(db_i64(id)), DB_OUT(FLOW_FIELDS(out)), &found));
    if (!found) rc = err_set(ERR_NOT_FOUND, "flow");
out:
    return rc;
}

enum err db_flow_targets(struct db *db, struct db_flow *row, char *target, size_t cap,
                         db_each_fn *each, void *cls)
{
    const struct db_field to = {DB_F_TEXT, target, cap};

    return db_rows(
        db, &FLOW_TARGETS, DB_NONE_IN,
        DB_OUT(DB_GET_I64(row->id), DB_GET_TEXT(row->name), DB_GET_BYTES(row->sha256), to), each,
        cls);
}
