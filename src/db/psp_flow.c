/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/psp_flow.h"

#include "base/buf.h"
#include "db/multi.h"

#include <inttypes.h>
#include <string.h>

enum { LINE_COLUMNS = 9, PART_COLUMNS = 3, MANY = 200, MANY_PARTS = 16 };

static const struct {
    const char *name, *anomaly;
} line_states[PSP_LINE_COUNT] = {
    [PSP_LINE_NEW] = {"NEW", ""},
#define PSP_LINE(state, anomaly, what) [PSP_LINE_##state] = {#state, anomaly},
#include "domain/psp_flow_line.def"
#undef PSP_LINE
};

const char *psp_flow_line_state(enum psp_flow_line_state state)
{
    return line_states[state].name;
}

const char *psp_flow_line_anomaly(enum psp_flow_line_state state)
{
    return line_states[state].anomaly;
}

const char *psp_flow_line_kind(const char *state)
{
    for (int i = 0; i < PSP_LINE_COUNT; i++)
        if (!strcmp(line_states[i].name, state)) return line_states[i].anomaly;
    return "";
}

#define COLUMNS                                                                                    \
    "id, psp, channel, creditor, flow_id, flow_time, flow_at, year, state, matching, ver,"         \
    " replaces, reference, settled_on, line_count, total_cents, size, received_at, sha256"
static const struct db_stmt ADD = {
    "psp_flow_add",
    "INSERT INTO psp_flow (id, psp, channel, creditor, flow_id, flow_time, flow_at, year, state,"
    " reference, settled_on, line_count, total_cents, size, received_at, sha256)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'LOADING', ?, ?, ?, ?, ?, ?, ?)",
    0,
};
static const struct db_stmt EXISTS = {
    "psp_flow_exists",
    "SELECT id FROM psp_flow WHERE id = ?",
    0,
};
static const struct db_stmt LINE_ADD = {
    "psp_flow_line_add",
    "INSERT INTO psp_flow_line (flow_id, n, iuv, iur, idx, amount_cents, outcome, paid_on, state)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    0,
};
static const struct db_stmt LINE_EXISTS = {
    "psp_flow_line_exists",
    "SELECT n FROM psp_flow_line WHERE flow_id = ? AND n = ?",
    0,
};
/* XML of many like lines: a twelfth of it is stored, and a part comes back as it was. */
static const struct db_stmt PART_ADD = {
    "psp_flow_part_add",
    "INSERT INTO psp_flow_part (flow_id, n, bytes) VALUES (?, ?, COMPRESS(?))",
    0,
};
static const struct db_stmt PART_EXISTS = {
    "psp_flow_part_exists",
    "SELECT n FROM psp_flow_part WHERE flow_id = ? AND n = ?",
    0,
};
static const struct db_stmt LIVE = {
    "psp_flow_live",
    "SELECT " COLUMNS " FROM psp_flow WHERE live_key = CONCAT_WS(' ', ?, ?, ?)",
    0,
};
static const struct db_stmt SET_LIVE = {
    "psp_flow_set_live",
    "UPDATE psp_flow FORCE INDEX (PRIMARY) SET state = 'LIVE', matching = 'DUE', replaces = ?,"
    " ver = ver + 1 WHERE id = ? AND ver = ? AND state = 'LOADING'",
    0,
};
static const struct db_stmt SET_REPLACED = {
    "psp_flow_set_replaced",
    "UPDATE psp_flow FORCE INDEX (PRIMARY) SET state = 'REPLACED', matching = 'RELEASE',"
    " cursor_line = 0, ver = ver + 1 WHERE id = ? AND ver = ? AND state = 'LIVE'",
    0,
};
static const struct db_stmt SET_REFUSED = {
    "psp_flow_set_refused",
    "UPDATE psp_flow FORCE INDEX (PRIMARY) SET state = 'REFUSED', ver = ver + 1"
    " WHERE id = ? AND ver = ? AND state = 'LOADING'",
    0,
};
/* By whether only one PSP's are wanted. */
static const struct db_stmt NAMES[2] = {
    {"psp_flow_names",
     "SELECT flow_id, flow_time FROM psp_flow WHERE creditor = ? AND state = 'LIVE'"
     " ORDER BY id DESC LIMIT ?",
     DB_OWNED},
    {"psp_flow_names_of",
     "SELECT flow_id, flow_time FROM psp_flow WHERE creditor = ? AND state = 'LIVE' AND psp = ?"
     " ORDER BY id DESC LIMIT ?",
     DB_OWNED},
};
#define FIND_OF(name, only)                                                                        \
    {                                                                                              \
        name,                                                                                      \
            "SELECT " COLUMNS " FROM psp_flow WHERE creditor = ? AND flow_id = ?"                  \
            " AND state = 'LIVE'" only " ORDER BY flow_at DESC LIMIT 1",                           \
            DB_OWNED                                                                               \
    }
static const struct db_stmt FIND[2] = {FIND_OF("psp_flow_find", ""),
                                       FIND_OF("psp_flow_find_of", " AND psp = ?")};
static const struct db_stmt PARTS = {
    "psp_flow_parts",
    "SELECT UNCOMPRESS(bytes) FROM psp_flow_part WHERE flow_id = ? ORDER BY n",
    0,
};
static const struct db_stmt LIST[2] = {
    {"psp_flow_list", "SELECT " COLUMNS " FROM psp_flow WHERE id > ? ORDER BY id LIMIT ?", 0},
    {"psp_flow_list_state",
     "SELECT " COLUMNS " FROM psp_flow WHERE state = ? AND id > ? ORDER BY id LIMIT ?", 0},
};
static const struct db_stmt GET = {
    "psp_flow_get",
    "SELECT " COLUMNS " FROM psp_flow WHERE id = ?",
    0,
};
#define LINE_LIST(name, only)                                                                      \
    {                                                                                              \
        name,                                                                                      \
            "SELECT n, iuv, iur, idx, amount_cents, outcome, paid_on, state, payment_id,"          \
            " matched_by"                                                                          \
            " FROM psp_flow_line WHERE flow_id = ? AND " only "n > ? ORDER BY n LIMIT ?",          \
            0                                                                                      \
    }
static const struct db_stmt LINES[2] = {LINE_LIST("psp_flow_lines", ""),
                                        LINE_LIST("psp_flow_lines_state", "state = ? AND ")};
static const struct db_stmt TALLIES = {
    "psp_flow_tallies",
    "SELECT state, COUNT(*), SUM(amount_cents) FROM psp_flow_line WHERE flow_id = ?"
    " GROUP BY state",
    0,
};
static const struct db_stmt AGE = {
    "psp_flow_age",
    "SELECT COALESCE(TIMESTAMPDIFF(SECOND, MIN(received_at), UTC_TIMESTAMP(6)), 0) FROM psp_flow"
    " WHERE matching = 'DUE'",
    0,
};

#define FIELDS(f)                                                                                  \
    DB_GET_I64((f)->id), DB_GET_TEXT((f)->psp), DB_GET_TEXT((f)->channel),                         \
        DB_GET_TEXT((f)->creditor), DB_GET_TEXT((f)->flow_id), DB_GET_TEXT((f)->time),             \
        DB_GET_INSTANT((f)->time_us), DB_GET_INT((f)->year), DB_GET_TEXT((f)->state),              \
        DB_GET_TEXT((f)->matching), DB_GET_INT((f)->ver), DB_GET_I64((f)->replaces),               \
        DB_GET_TEXT((f)->reference), DB_GET_TEXT((f)->settled_on), DB_GET_I64((f)->count),         \
        DB_GET_I64((f)->total_cents), DB_GET_I64((f)->size), DB_GET_INSTANT((f)->received_us),     \
        DB_GET_BYTES((f)->sha256)

static enum err exists(struct db *db, const struct db_stmt *stmt, const struct db_value *in,
                       size_t n_in, bool *out_found)
{
    int64_t found;

    return db_row_find(db, stmt, in, n_in, DB_OUT(DB_GET_I64(found)), out_found);
}

enum err db_psp_flow_add(struct db *db, const struct db_psp_flow *f)
{
    enum err rc;
    bool there;

    TRY(exists(db, &EXISTS, DB_IN(db_i64(f->id)), &there));
    if (there) return ERR_NONE; /* a COMMIT whose answer was lost */
    TRY(db_exec(db, &ADD,
                DB_IN(db_i64(f->id), db_text(f->psp), db_text(f->channel), db_text(f->creditor),
                      db_text(f->flow_id), db_text(f->time), db_instant(f->time_us),
                      db_i64(f->year), db_text(f->reference), db_text(f->settled_on),
                      db_i64(f->count), db_i64(f->total_cents), db_i64(f->size),
                      db_instant(f->received_us), db_bytes(f->sha256, sizeof f->sha256)),
                NULL));
out:
    return rc;
}

static enum err lines_add(struct db *db, int64_t id, const struct db_psp_flow_line *lines, size_t n)
{
    struct db_value values[MANY * LINE_COLUMNS];
    enum err rc = ERR_NONE;

    for (size_t done = 0, k; done < n; done += k) {
        struct db_value *v = values;

        k = n - done < MANY ? n - done : MANY;
        for (const struct db_psp_flow_line *l = lines + done; l < lines + done + k; l++) {
            *v++ = db_i64(id);
            *v++ = db_i64(l->n);
            *v++ = db_text(l->iuv);
            *v++ = db_text(l->iur);
            *v++ = db_i64(l->index);
            *v++ = db_i64(l->amount_cents);
            *v++ = db_text(l->outcome);
            *v++ = db_text(l->paid_on);
            *v++ = db_text("NEW");
        }
        TRY(db_bulk_add(db, &LINE_ADD, values, LINE_COLUMNS, k));
    }
out:
    return rc;
}

enum err db_psp_flow_fill(struct db *db, int64_t id, const struct db_psp_flow_line *lines,
                          size_t n_lines, const struct db_psp_flow_part *parts, size_t n_parts,
                          int first_part)
{
    enum err rc = ERR_NONE;
    struct db_value values[MANY_PARTS * PART_COLUMNS], *v = values;
    bool there = false;

    ALWAYS(n_parts <= MANY_PARTS);
    if (n_lines)
        TRY(exists(db, &LINE_EXISTS, DB_IN(db_i64(id), db_i64(lines[n_lines - 1].n)), &there));
    else if (n_parts)
        TRY(exists(db, &PART_EXISTS, DB_IN(db_i64(id), db_i64(first_part)), &there));
    if (there) goto out;
    TRY(lines_add(db, id, lines, n_lines));
    for (size_t i = 0; i < n_parts; i++) {
        *v++ = db_i64(id);
        *v++ = db_i64(first_part + (int)i);
        *v++ = db_bytes(parts[i].bytes, parts[i].len);
    }
    TRY(db_bulk_add(db, &PART_ADD, values, PART_COLUMNS, n_parts));
out:
    return rc;
}

static enum err flow_find(struct db *db, const struct db_stmt *stmt, const struct db_value *in,
                          size_t n_in, struct db_psp_flow *out)
{
    bool found;

    memset(out, 0, sizeof *out);
    return db_row_find(db, stmt, in, n_in, DB_OUT(FIELDS(out)), &found);
}

enum err db_psp_flow_live(struct db *db, const struct db_psp_flow *key, struct db_psp_flow *out)
{
    return flow_find(db, &LIVE, DB_IN(db_text(key->psp), db_text(key->flow_id), db_i64(key->year)),
                     out);
}

enum err db_psp_flow_set_live(struct db *db, const struct db_psp_flow *f)
{
    return db_row_change(
        db, &SET_LIVE,
        DB_IN(f->replaces ? db_i64(f->replaces) : db_null(), db_i64(f->id), db_i64(f->ver)));
}

enum err db_psp_flow_set_replaced(struct db *db, const struct db_psp_flow *f)
{
    return db_row_change(db, &SET_REPLACED, DB_IN(db_i64(f->id), db_i64(f->ver)));
}

enum err db_psp_flow_set_refused(struct db *db, const struct db_psp_flow *f)
{
    return db_row_change(db, &SET_REFUSED, DB_IN(db_i64(f->id), db_i64(f->ver)));
}

enum err db_psp_flow_names(struct db *db, const char *creditor, const char *psp, int limit,
                           struct db_flow_name *row, db_each_fn *each, void *cls)
{
    const struct db_value all[] = {db_text(creditor), db_i64(limit)};
    const struct db_value of[] = {db_text(creditor), db_text(psp), db_i64(limit)};

    return db_rows(db, &NAMES[*psp != 0], *psp ? of : all, *psp ? 3 : 2,
                   DB_OUT(DB_GET_TEXT(row->flow_id), DB_GET_TEXT(row->time)), each, cls);
}

enum err db_psp_flow_find(struct db *db, const char *creditor, const char *psp, const char *flow_id,
                          struct db_psp_flow *out)
{
    const struct db_value in[] = {db_text(creditor), db_text(flow_id), db_text(psp)};

    return flow_find(db, &FIND[*psp != 0], in, *psp ? 3 : 2, out);
}

enum err db_psp_flow_parts(struct db *db, int64_t id, struct buf *part, db_each_fn *each, void *cls)
{
    return db_rows(db, &PARTS, DB_IN(db_i64(id)), DB_OUT(DB_GET_BUF(*part)), each, cls);
}

enum err db_psp_flow_list(struct db *db, const char *state, int64_t after_id, int limit,
                          struct db_psp_flow *row, db_each_fn *each, void *cls)
{
    const struct db_value in[] = {db_text(state), db_i64(after_id), db_i64(limit)};
    int all = *state == 0;

    return db_rows(db, &LIST[!all], in + all, (size_t)(3 - all), DB_OUT(FIELDS(row)), each, cls);
}

enum err db_psp_flow_get(struct db *db, int64_t id, struct db_psp_flow *out)
{
    enum err rc;

    TRY(flow_find(db, &GET, DB_IN(db_i64(id)), out));
    if (out->id == 0) rc = err_setf(ERR_NOT_FOUND, "flow %" PRId64 " of a PSP", id);
out:
    return rc;
}

enum err db_psp_flow_lines(struct db *db, int64_t id, const char *state, int64_t after, int limit,
                           struct db_psp_flow_line *row, db_each_fn *each, void *cls)
{
    const struct db_value all[] = {db_i64(id), db_i64(after), db_i64(limit)};
    const struct db_value of[] = {db_i64(id), db_text(state), db_i64(after), db_i64(limit)};

    return db_rows(db, &LINES[*state != 0], *state ? of : all, *state ? 4 : 3,
                   DB_OUT(DB_GET_INT(row->n), DB_GET_TEXT(row->iuv), DB_GET_TEXT(row->iur),
                          DB_GET_INT(row->index), DB_GET_I64(row->amount_cents),
                          DB_GET_TEXT(row->outcome), DB_GET_TEXT(row->paid_on),
                          DB_GET_TEXT(row->state), DB_GET_I64(row->payment_id),
                          DB_GET_TEXT(row->matched_by)),
                   each, cls);
}

enum err db_psp_flow_tallies(struct db *db, int64_t id, struct db_psp_flow_tally *row,
                             db_each_fn *each, void *cls)
{
    return db_rows(
        db, &TALLIES, DB_IN(db_i64(id)),
        DB_OUT(DB_GET_TEXT(row->state), DB_GET_I64(row->count), DB_GET_I64(row->total_cents)), each,
        cls);
}

enum err db_psp_flow_age(struct db *db, int64_t *out_seconds)
{
    bool found;

    return db_row_find(db, &AGE, DB_NONE_IN, DB_OUT(DB_GET_I64(*out_seconds)), &found);
}
