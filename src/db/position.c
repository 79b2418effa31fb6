/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/position.h"

#include "db/multi.h"
#include "db/restore.h"

#include <string.h>

static const struct db_stmt FIND = {
    "position_find",
    "SELECT id, content_hash FROM position WHERE creditor = ? AND own_id = ?",
    DB_OWNED,
};
static const struct db_stmt FIND_MANY = {
    "position_find_many",
    "SELECT own_id, id, content_hash FROM position WHERE creditor = ? AND own_id IN " DB_IDS,
    DB_OWNED,
};
static const struct db_stmt FIND_NOTICES = {
    "position_find_notices",
    "SELECT notice_number, position_id FROM instalment WHERE creditor = ? AND notice_number "
    "IN " DB_IDS,
    DB_OWNED,
};
static const struct db_stmt FIND_NOTICE = {
    "position_find_notice",
    "SELECT position_id FROM instalment WHERE creditor = ? AND notice_number = ?",
    DB_OWNED,
};
static const struct db_stmt GET = {
    "position_get",
    "SELECT id, creditor, own_id, content_hash, debt_type, debtor_kind, debtor_code, debtor_name,"
    " debtor_street, debtor_civic, debtor_postal_code, debtor_city, debtor_province,"
    " debtor_country, debtor_email, description, office, metadata, state, ver, begun_option,"
    " live_count, paid_count, reversed_count FROM position WHERE creditor = ? AND id = ?",
    DB_OWNED,
};
static const struct db_stmt GET_INSTALMENTS = {
    "position_get_instalments",
    "SELECT o.id, o.number, o.kind, o.amount_cents, o.instalment_count, i.id, i.number,"
    " i.notice_number, i.iuv, i.amount_cents, i.due_date, i.payable_until, i.description, i.state,"
    " i.ver, i.metadata, t.number, t.creditor, t.iban, t.amount_cents, t.taxonomy, t.remittance,"
    " t.stamp_hash, t.stamp_type, t.stamp_province, t.metadata"
    " FROM payment_option o JOIN instalment i ON i.option_id = o.id"
    " JOIN transfer t ON t.instalment_id = i.id WHERE o.position_id = ?"
    " ORDER BY o.number, i.number, t.number",
    0,
};
static const struct db_stmt LIVE = {
    "position_live",
    "SELECT i.id FROM instalment i JOIN payment y ON y.live_instalment = i.id"
    " WHERE i.position_id = ?",
    0,
};
/* due_date: the first one between two days; NULL: none is. */
#define LINES(key, more)                                                                           \
    {                                                                                              \
        key,                                                                                       \
            "SELECT p.id, p.creditor, p.own_id, p.debt_type, p.debtor_code, p.description,"        \
            " p.state, p.ver, p.created_at, (SELECT MIN(i.due_date) FROM instalment i"             \
            " WHERE i.position_id = p.id AND i.due_date >= ? AND i.due_date <= ?)"                 \
            " FROM position p WHERE p.creditor = ? AND p.id > ? AND p.id < ?" more                 \
            " ORDER BY p.id LIMIT ?",                                                              \
            DB_OWNED,                                                                              \
    }
/* Of what was asked for, the part that a key holds in order of id. */
static const struct db_stmt LIST = LINES("position_list", "");
static const struct db_stmt LIST_STATE = LINES("position_list_state", " AND p.state = ?");
static const struct db_stmt LIST_DEBTOR = LINES("position_list_debtor", " AND p.debtor_code = ?");
static const struct db_stmt PAYMENTS = {
    "position_payments",
    "SELECT y.id, y.instalment_id, y.amount_cents, y.fee_cents, y.token, y.psp, y.channel,"
    " y.state, y.activated_at, y.expires_at, y.closed_at, y.method, y.payment_channel,"
    " y.touch_point, y.note, y.collected_with FROM instalment i"
    " JOIN payment y ON y.instalment_id = i.id WHERE i.creditor = ? AND i.position_id = ?"
    " ORDER BY y.id",
    DB_OWNED,
};
static const struct db_stmt IUV_FIND = {
    "iuv_find",
    "SELECT next FROM iuv_block WHERE creditor = ? AND aux_digit = ? AND code = ? FOR UPDATE",
    DB_OWNED,
};
static const struct db_stmt IUV_ADD = {
    "iuv_add",
    "INSERT INTO iuv_block (creditor, aux_digit, code, next) VALUES (?, ?, ?, ?)",
    DB_OWNED,
};
static const struct db_stmt IUV_NEXT = {
    "iuv_next",
    "UPDATE iuv_block SET next = ? WHERE creditor = ? AND aux_digit = ? AND code = ? AND next = ?",
    DB_OWNED,
};

enum err db_position_find(struct db *db, const char *creditor, const char *own_id, int64_t *out_id,
                          unsigned char out_hash[32])
{
    bool found;
    struct db_field hash = {DB_F_BYTES, out_hash, 32};

    *out_id = 0;
    return db_row_find(db, &FIND, DB_IN(db_text(creditor), db_text(own_id)),
                       DB_OUT(DB_GET_I64(*out_id), hash), &found);
}

enum err db_position_find_notice(struct db *db, const char *creditor, const char *notice_number,
                                 int64_t *out_id)
{
    bool found;

    *out_id = 0;
    return db_row_find(db, &FIND_NOTICE, DB_IN(db_text(creditor), db_text(notice_number)),
                       DB_OUT(DB_GET_I64(*out_id)), &found);
}

struct finding {
    struct db_position_name *names, *end;
    char text[DEBT_CHARS(35)];
    int64_t id;
    unsigned char hash[32];
};

static enum err found_row(void *cls)
{
    const struct finding *f = cls;

    for (struct db_position_name *name = f->names; name < f->end; name++) {
        if (strcmp(name->text, f->text) != 0) continue;
        name->id = f->id;
        memcpy(name->hash, f->hash, sizeof name->hash);
    }
    return ERR_NONE;
}

enum err db_position_find_many(struct db *db, const char *creditor, bool notices,
                               struct db_position_name *names, size_t n)
{
    enum err rc = ERR_NONE;
    struct db_value in[1 + DB_IDS_MAX] = {db_text(creditor)};
    struct finding f = {.names = names};
    const struct db_field out[] = {DB_GET_TEXT(f.text), DB_GET_I64(f.id), DB_GET_BYTES(f.hash)};

    for (; f.names < names + n; f.names = f.end) {
        size_t left = (size_t)(names + n - f.names), k = left < DB_IDS_MAX ? left : DB_IDS_MAX;

        f.end = f.names + k;
        for (size_t i = 0; i < DB_IDS_MAX; i++) /* the last one again, where there are fewer */
            in[1 + i] = db_text(f.names[i < k ? i : k - 1].text);
        for (size_t i = 0; i < k; i++)
            f.names[i].id = 0;
        TRY(db_rows(db, notices ? &FIND_NOTICES : &FIND_MANY, in, ARRAY_LEN(in), out,
                    notices ? 2 : 3, found_row, &f));
    }
out:
    return rc;
}

/* Rows come one a transfer, in order of option, instalment and transfer. */
struct assembly {
    struct debt_position *position;
    struct arena *arena;
    struct debt_option option;
    struct debt_instalment *instalment; /* what the row fills */
    struct debt_transfer transfer;
    char metadata[DEBT_METADATA_SIZE], transfer_metadata[DEBT_METADATA_SIZE];
    char state[13];
    int room;
};

static enum err metadata_keep(struct assembly *a, const char *text, const char **out)
{
    *out = *text ? arena_strdup(a->arena, text) : NULL;
    return *text && !*out ? err_set(ERR_LIMIT, "metadata") : ERR_NONE;
}

static enum err assembly_row(void *cls)
{
    enum err rc = ERR_NONE;
    struct assembly *a = cls;
    struct debt_position *p = a->position;
    struct debt_instalment *last;

    if (!p->n_options || p->options[p->n_options - 1].id != a->option.id) {
        ALWAYS(p->n_options < DEBT_OPTIONS_MAX);
        a->option.first = p->n_instalments;
        p->options[p->n_options++] = a->option;
    }
    last = p->n_instalments ? &p->instalments[p->n_instalments - 1] : NULL;
    if (!last || last->id != a->instalment->id) {
        if (p->n_instalments == a->room) {
            int room = a->room ? a->room * 4 : 4;
            struct debt_instalment *more =
                arena_alloc(a->arena, (size_t)room * sizeof *p->instalments);

            if (!more) return err_set(ERR_LIMIT, "instalments");
            if (a->room) memcpy(more, p->instalments, (size_t)a->room * sizeof *more);
            p->instalments = more;
            a->room = room;
        }
        last = &p->instalments[p->n_instalments++];
        *last = *a->instalment;
        last->option_id = a->option.id;
        last->position_id = p->id;
        last->state = position_state_parse(a->state);
        TRY(metadata_keep(a, a->metadata, &last->metadata));
    }
    ALWAYS(last->n_transfers < DEBT_TRANSFERS_MAX);
    TRY(metadata_keep(a, a->transfer_metadata, &a->transfer.metadata));
    last->transfers[last->n_transfers++] = a->transfer;
out:
    return rc;
}

static enum err head_read(struct db *db, const char *creditor, int64_t id, struct debt_position *p)
{
    enum err rc;
    bool found;
    char state[13];

    memset(p, 0, sizeof *p);
    TRY(db_row_find(db, &GET, DB_IN(db_text(creditor), db_i64(id)),
                    DB_OUT(DB_GET_I64(p->id), DB_GET_TEXT(p->creditor), DB_GET_TEXT(p->own_id),
                           DB_GET_BYTES(p->content_hash), DB_GET_TEXT(p->debt_type),
                           DB_GET_TEXT(p->debtor.kind), DB_GET_TEXT(p->debtor.code),
                           DB_GET_TEXT(p->debtor.name), DB_GET_TEXT(p->debtor.street),
                           DB_GET_TEXT(p->debtor.civic), DB_GET_TEXT(p->debtor.postal_code),
                           DB_GET_TEXT(p->debtor.city), DB_GET_TEXT(p->debtor.province),
                           DB_GET_TEXT(p->debtor.country), DB_GET_TEXT(p->debtor.email),
                           DB_GET_TEXT(p->description), DB_GET_TEXT(p->office),
                           DB_GET_TEXT(p->metadata), DB_GET_TEXT(state), DB_GET_INT(p->ver),
                           DB_GET_I64(p->begun_option), DB_GET_INT(p->live_count),
                           DB_GET_INT(p->paid_count), DB_GET_INT(p->reversed_count)),
                    &found));
    if (!found) {
        rc = err_set(ERR_NOT_FOUND, "position");
        goto out;
    }
    p->state = position_state_parse(state);
out:
    return rc;
}

enum err db_position_get(struct db *db, struct arena *arena, const char *creditor, int64_t id,
                         struct debt_position *out)
{
    enum err rc;
    struct debt_instalment instalment = {0};
    struct assembly a = {.position = out, .arena = arena, .instalment = &instalment};

    TRY(head_read(db, creditor, id, out));
    TRY(db_rows(db, &GET_INSTALMENTS, DB_IN(db_i64(id)),
                DB_OUT(DB_GET_I64(a.option.id), DB_GET_INT(a.option.number),
                       DB_GET_TEXT(a.option.kind), DB_GET_I64(a.option.amount_cents),
                       DB_GET_INT(a.option.n_instalments), DB_GET_I64(instalment.id),
                       DB_GET_INT(instalment.number), DB_GET_TEXT(instalment.notice_number),
                       DB_GET_TEXT(instalment.iuv), DB_GET_I64(instalment.amount_cents),
                       DB_GET_TEXT(instalment.due_date), DB_GET_TEXT(instalment.payable_until),
                       DB_GET_TEXT(instalment.description), DB_GET_TEXT(a.state),
                       DB_GET_INT(instalment.ver), DB_GET_TEXT(a.metadata),
                       DB_GET_INT(a.transfer.number), DB_GET_TEXT(a.transfer.creditor),
                       DB_GET_TEXT(a.transfer.iban), DB_GET_I64(a.transfer.amount_cents),
                       DB_GET_TEXT(a.transfer.taxonomy), DB_GET_TEXT(a.transfer.remittance),
                       DB_GET_TEXT(a.transfer.stamp.hash), DB_GET_TEXT(a.transfer.stamp.type),
                       DB_GET_TEXT(a.transfer.stamp.province), DB_GET_TEXT(a.transfer_metadata)),
                assembly_row, &a));
out:
    return rc;
}

struct living {
    struct debt_position *position;
    int64_t id;
};

static enum err live_row(void *cls)
{
    const struct living *l = cls;

    for (int i = 0; i < l->position->n_instalments; i++)
        l->position->instalments[i].live |= l->position->instalments[i].id == l->id;
    return ERR_NONE;
}

enum err db_position_live(struct db *db, struct debt_position *position)
{
    struct living l = {position, 0};

    return db_rows(db, &LIVE, DB_IN(db_i64(position->id)), DB_OUT(DB_GET_I64(l.id)), live_row, &l);
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text && *text ? text : otherwise;
}

enum err db_position_list(struct db *db, const struct db_position_range *r,
                          struct db_position_line *line, db_each_fn *each, void *cls)
{
    const char *debtor = or_else(r->debtor, NULL), *state = or_else(r->state, NULL);
    const char *key = debtor ? debtor : state;
    struct db_value in[7] = {db_text(or_else(r->due_from, "1000-01-01")),
                             db_text(or_else(r->due_to, "9999-12-31")),
                             db_text(r->creditor),
                             db_i64(r->after_id),
                             db_i64(r->before_id),
                             db_text(key),
                             db_i64(r->limit)};

    if (!key) in[5] = in[6];
    return db_rows(db,
                   debtor  ? &LIST_DEBTOR
                   : state ? &LIST_STATE
                           : &LIST,
                   in, key ? 7 : 6,
                   DB_OUT(DB_GET_I64(line->id), DB_GET_TEXT(line->creditor),
                          DB_GET_TEXT(line->own_id), DB_GET_TEXT(line->debt_type),
                          DB_GET_TEXT(line->debtor_code), DB_GET_TEXT(line->description),
                          DB_GET_TEXT(line->state), DB_GET_INT(line->ver),
                          DB_GET_INSTANT(line->created_us), DB_GET_TEXT(line->due_date)),
                   each, cls);
}

enum err db_position_payments(struct db *db, const char *creditor, int64_t position_id,
                              struct db_payment_line *line, db_each_fn *each, void *cls)
{
    return db_rows(db, &PAYMENTS, DB_IN(db_text(creditor), db_i64(position_id)),
                   DB_OUT(DB_GET_I64(line->id), DB_GET_I64(line->instalment_id),
                          DB_GET_I64(line->amount_cents), DB_GET_I64(line->fee_cents),
                          DB_GET_TEXT(line->token), DB_GET_TEXT(line->psp),
                          DB_GET_TEXT(line->channel), DB_GET_TEXT(line->state),
                          DB_GET_INSTANT(line->activated_us), DB_GET_INSTANT(line->expires_us),
                          DB_GET_INSTANT(line->closed_us), DB_GET_TEXT(line->method),
                          DB_GET_TEXT(line->payment_channel), DB_GET_TEXT(line->touch_point),
                          DB_GET_TEXT(line->note), DB_GET_I64(line->collected_with)),
                   each, cls);
}

enum err db_iuv_reserve(struct db *db, const char *creditor, int aux_digit, int code, int64_t count,
                        int64_t *out_first)
{
    enum err rc;
    bool found;
    int64_t restores;

    TRY(db_row_find(db, &IUV_FIND, DB_IN(db_text(creditor), db_i64(aux_digit), db_i64(code)),
                    DB_OUT(DB_GET_I64(*out_first)), &found));
    if (found) {
        TRY(db_row_change(db, &IUV_NEXT,
                          DB_IN(db_i64(*out_first + count), db_text(creditor), db_i64(aux_digit),
                                db_i64(code), db_i64(*out_first))));
        goto out;
    }
    TRY(db_restore_count(db, &restores));
    *out_first = restores * RESTORE_NUMBERS + 1;
    TRY(db_exec(
        db, &IUV_ADD,
        DB_IN(db_text(creditor), db_i64(aux_digit), db_i64(code), db_i64(*out_first + count)),
        NULL));
out:
    return rc;
}
