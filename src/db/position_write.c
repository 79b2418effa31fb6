/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Positions added, changed, withdrawn: what position.c reads. */
#include "db/multi.h"
#include "db/position.h"

#include <string.h>

static const struct db_stmt ADD = {
    "position_add",
    "INSERT INTO position (id, creditor, own_id, content_hash, debt_type, debtor_kind,"
    " debtor_code, debtor_name, debtor_street, debtor_civic, debtor_postal_code, debtor_city,"
    " debtor_province, debtor_country, debtor_email, description, office, metadata, state,"
    " created_at, created_by)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'OPEN', ?, ?)",
    DB_OWNED,
};
static const struct db_stmt OPTION_ADD[DB_MULTI_MAX] =
    DB_MULTI("option_add",
             "INSERT INTO payment_option (id, position_id, number, kind, amount_cents,"
             " instalment_count) VALUES ",
             "(?, ?, ?, ?, ?, ?)");
static const struct db_stmt INSTALMENT_ADD[DB_MULTI_MAX] =
    DB_MULTI("instalment_add",
             "INSERT INTO instalment (id, option_id, position_id, creditor, number, notice_number,"
             " iuv, amount_cents, due_date, payable_until, description, metadata, state) VALUES ",
             "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'OPEN')");
static const struct db_stmt TRANSFER_ADD[DB_MULTI_MAX] =
    DB_MULTI("transfer_add",
             "INSERT INTO transfer (instalment_id, number, creditor, iban, amount_cents, taxonomy,"
             " remittance, stamp_hash, stamp_type, stamp_province, metadata) VALUES ",
             "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
static const struct db_stmt UPDATE = {
    "position_update",
    "UPDATE position FORCE INDEX (PRIMARY)"
    " SET content_hash = ?, debt_type = ?, debtor_kind = ?, debtor_code = ?,"
    " debtor_name = ?, debtor_street = ?, debtor_civic = ?, debtor_postal_code = ?,"
    " debtor_city = ?, debtor_province = ?, debtor_country = ?, debtor_email = ?, description = ?,"
    " office = ?, metadata = ?, ver = ver + 1 WHERE id = ? AND ver = ? AND creditor = ?"
    " AND state = 'OPEN'",
    DB_OWNED,
};
static const struct db_stmt OPTION_UPDATE = {
    "option_update",
    "UPDATE payment_option SET amount_cents = ? WHERE id = ?",
    0,
};
static const struct db_stmt INSTALMENT_UPDATE = {
    "instalment_update",
    "UPDATE instalment SET amount_cents = ?, due_date = ?, payable_until = ?, description = ?,"
    " metadata = ?, ver = ver + 1 WHERE id = ? AND ver = ? AND state = 'OPEN'",
    0,
};
static const struct db_stmt TRANSFERS_DROP = {
    "transfers_drop",
    "DELETE FROM transfer WHERE instalment_id = ?",
    0,
};
static const struct db_stmt CANCEL = {
    "position_cancel",
    "UPDATE position FORCE INDEX (PRIMARY) SET state = 'CANCELLED', ver = ver + 1"
    " WHERE id = ? AND ver = ?"
    " AND creditor = ? AND state = 'OPEN' AND live_count = 0 AND paid_count = 0",
    DB_OWNED,
};
static const struct db_stmt CANCEL_INSTALMENTS = {
    "position_cancel_instalments",
    "UPDATE instalment SET state = 'CANCELLED', ver = ver + 1 WHERE position_id = ?"
    " AND state = 'OPEN'",
    0,
};
enum {
    POSITION_COLUMNS = 20,
    OPTION_COLUMNS = 6,
    INSTALMENT_COLUMNS = 12,
    TRANSFER_COLUMNS = 11,
    BULK_BYTES_MAX = 32 * 1024 * 1024,
    FEW = 4, /* positions that go one message each, with the COMMIT if they are the last */
};

static struct db_value *position_values(struct db_value *v, const struct debt_position *p,
                                        const char *actor, int64_t now_us)
{
    const struct debt_subject *d = &p->debtor;
    const struct db_value row[POSITION_COLUMNS] = {
        db_i64(p->id),          db_text(p->creditor),
        db_text(p->own_id),     db_bytes(p->content_hash, 32),
        db_text(p->debt_type),  db_text(d->kind),
        db_text(d->code),       db_text(d->name),
        db_opt(d->street),      db_opt(d->civic),
        db_opt(d->postal_code), db_opt(d->city),
        db_opt(d->province),    db_opt(d->country),
        db_opt(d->email),       db_text(p->description),
        db_opt(p->office),      db_opt(p->metadata),
        db_instant(now_us),     db_text(actor)};

    memcpy(v, row, sizeof row);
    return v + POSITION_COLUMNS;
}

static struct db_value *option_values(struct db_value *v, const struct debt_position *p,
                                      const struct debt_option *o)
{
    *v++ = db_i64(o->id);
    *v++ = db_i64(p->id);
    *v++ = db_i64(o->number);
    *v++ = db_text(o->kind);
    *v++ = db_i64(o->amount_cents);
    *v++ = db_i64(o->n_instalments);
    return v;
}

static struct db_value *instalment_values(struct db_value *v, const struct debt_position *p,
                                          const struct debt_instalment *i)
{
    *v++ = db_i64(i->id);
    *v++ = db_i64(i->option_id);
    *v++ = db_i64(p->id);
    *v++ = db_text(p->creditor);
    *v++ = db_i64(i->number);
    *v++ = db_text(i->notice_number);
    *v++ = db_text(i->iuv);
    *v++ = db_i64(i->amount_cents);
    *v++ = db_text(i->due_date);
    *v++ = db_opt(i->payable_until);
    *v++ = db_text(i->description);
    *v++ = db_opt(i->metadata);
    return v;
}

static struct db_value *transfer_values(struct db_value *v, int64_t instalment_id,
                                        const struct debt_instalment *i)
{
    for (int t = 0; t < i->n_transfers; t++) {
        *v++ = db_i64(instalment_id);
        *v++ = db_i64(i->transfers[t].number);
        *v++ = db_text(i->transfers[t].creditor);
        *v++ = db_text(i->transfers[t].iban);
        *v++ = db_i64(i->transfers[t].amount_cents);
        *v++ = db_text(i->transfers[t].taxonomy);
        *v++ = db_text(i->transfers[t].remittance);
        *v++ = db_opt(i->transfers[t].stamp.hash);
        *v++ = db_opt(i->transfers[t].stamp.type);
        *v++ = db_opt(i->transfers[t].stamp.province);
        *v++ = db_opt(i->transfers[t].metadata);
    }
    return v;
}

static enum err transfers_add(struct db *db, int64_t instalment_id, const struct debt_instalment *i)
{
    struct db_value values[DEBT_TRANSFERS_MAX * TRANSFER_COLUMNS];

    (void)transfer_values(values, instalment_id, i);
    return db_multi_add(db, TRANSFER_ADD, values, TRANSFER_COLUMNS, (size_t)i->n_transfers);
}

static enum err one_add(struct db *db, const struct debt_position *p, const char *actor,
                        int64_t now_us)
{
    enum err rc;
    struct db_value values[DEBT_OPTIONS_MAX * OPTION_COLUMNS + POSITION_COLUMNS], *v = values;

    TRY(db_queue_send(db)); /* one message a position: few shapes of groups */
    (void)position_values(values, p, actor, now_us);
    TRY(db_later(db, &ADD, values, POSITION_COLUMNS, DB_ROWS_ANY));
    for (int o = 0; o < p->n_options; o++)
        v = option_values(v, p, &p->options[o]);
    TRY(db_multi_add(db, OPTION_ADD, values, OPTION_COLUMNS, (size_t)p->n_options));
    for (int i = 0; i < p->n_instalments; i++) {
        (void)instalment_values(values, p, &p->instalments[i]);
        TRY(db_later(db, &INSTALMENT_ADD[0], values, INSTALMENT_COLUMNS, DB_ROWS_ANY));
        TRY(transfers_add(db, p->instalments[i].id, &p->instalments[i]));
    }
out:
    return rc;
}

/* The rows of many positions, a table after the other. */
static enum err many_add(struct db *db, const struct debt_position *const *list, size_t n,
                         const char *actor, int64_t now_us)
{
    enum err rc;
    struct arena arena = ARENA_INIT(BULK_BYTES_MAX);
    size_t options = 0, instalments = 0;
    struct db_value *p, *o, *i, *t, *p_end, *o_end, *i_end, *t_end;

    for (size_t k = 0; k < n; k++) {
        options += (size_t)list[k]->n_options;
        instalments += (size_t)list[k]->n_instalments;
    }
    p = p_end = arena_alloc(&arena, n * POSITION_COLUMNS * sizeof *p);
    o = o_end = arena_alloc(&arena, options * OPTION_COLUMNS * sizeof *o);
    i = i_end = arena_alloc(&arena, instalments * INSTALMENT_COLUMNS * sizeof *i);
    t = t_end =
        arena_alloc(&arena, instalments * DEBT_TRANSFERS_MAX * TRANSFER_COLUMNS * sizeof *t);
    if (!p || !o || !i || !t) {
        rc = err_set(ERR_LIMIT, "positions");
        goto out;
    }
    for (size_t k = 0; k < n; k++) {
        p_end = position_values(p_end, list[k], actor, now_us);
        for (int x = 0; x < list[k]->n_options; x++)
            o_end = option_values(o_end, list[k], &list[k]->options[x]);
        for (int x = 0; x < list[k]->n_instalments; x++) {
            i_end = instalment_values(i_end, list[k], &list[k]->instalments[x]);
            t_end = transfer_values(t_end, list[k]->instalments[x].id, &list[k]->instalments[x]);
        }
    }
    TRY(db_bulk_add(db, &ADD, p, POSITION_COLUMNS, n));
    TRY(db_bulk_add(db, &OPTION_ADD[0], o, OPTION_COLUMNS, options));
    TRY(db_bulk_add(db, &INSTALMENT_ADD[0], i, INSTALMENT_COLUMNS, instalments));
    TRY(db_bulk_add(db, &TRANSFER_ADD[0], t, TRANSFER_COLUMNS,
                    (size_t)(t_end - t) / TRANSFER_COLUMNS));
out:
    arena_free(&arena);
    return rc;
}

enum err db_position_add(struct db *db, const struct debt_position *const *list, size_t n,
                         const char *actor, int64_t now_us)
{
    enum err rc = ERR_NONE;

    if (n > FEW) return many_add(db, list, n, actor, now_us);
    for (size_t k = 0; k < n; k++)
        TRY(one_add(db, list[k], actor, now_us));
out:
    return rc;
}

enum err db_position_update(struct db *db, const struct debt_position *stored,
                            const struct debt_position *p)
{
    const struct debt_subject *d = &p->debtor;

    return db_later(db, &UPDATE,
                    DB_IN(db_bytes(p->content_hash, 32), db_text(p->debt_type), db_text(d->kind),
                          db_text(d->code), db_text(d->name), db_opt(d->street), db_opt(d->civic),
                          db_opt(d->postal_code), db_opt(d->city), db_opt(d->province),
                          db_opt(d->country), db_opt(d->email), db_text(p->description),
                          db_opt(p->office), db_opt(p->metadata), db_i64(stored->id),
                          db_i64(stored->ver), db_text(stored->creditor)),
                    1);
}

enum err db_option_update(struct db *db, const struct debt_option *stored, int64_t amount_cents)
{
    return db_later(db, &OPTION_UPDATE, DB_IN(db_i64(amount_cents), db_i64(stored->id)),
                    DB_ROWS_ANY);
}

enum err db_instalment_update(struct db *db, const struct debt_instalment *stored,
                              const struct debt_instalment *i)
{
    enum err rc;

    TRY(db_later(db, &INSTALMENT_UPDATE,
                 DB_IN(db_i64(i->amount_cents), db_text(i->due_date), db_opt(i->payable_until),
                       db_text(i->description), db_opt(i->metadata), db_i64(stored->id),
                       db_i64(stored->ver)),
                 1));
    TRY(db_later(db, &TRANSFERS_DROP, DB_IN(db_i64(stored->id)), DB_ROWS_ANY));
    TRY(transfers_add(db, stored->id, i));
out:
    return rc;
}

enum err db_position_cancel(struct db *db, const struct debt_position *p)
{
    enum err rc;

    TRY(db_later(db, &CANCEL, DB_IN(db_i64(p->id), db_i64(p->ver), db_text(p->creditor)), 1));
    TRY(db_later(db, &CANCEL_INSTALMENTS, DB_IN(db_i64(p->id)), DB_ROWS_ANY));
out:
    return rc;
}
