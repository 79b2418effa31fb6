/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/psp_match.h"

#include "db/multi.h"

#include <string.h>

enum {
    ANOMALY_COLUMNS = 7,
    VERDICT_COLUMNS = 5,
    CLAIM_COLUMNS = 3,
    SWEEP_PARTS = 100,
    SWEEP_LINES = 900
};

#define WORK "f.id, f.psp, f.creditor, f.cursor_line, f.ver, f.line_count"
static const struct db_stmt FIND_RELEASE = {
    "psp_match_find_release",
    "SELECT " WORK " FROM psp_flow f WHERE f.matching = 'RELEASE' ORDER BY f.id LIMIT 1",
    0,
};
static const struct db_stmt FIND_DUE = {
    "psp_match_find_due",
    "SELECT " WORK
    " FROM psp_flow f LEFT JOIN psp_flow r FORCE INDEX (PRIMARY) ON r.id = f.replaces"
    " AND r.matching = 'RELEASE' WHERE f.matching = 'DUE' AND r.id IS NULL ORDER BY f.id LIMIT 1",
    0,
};
static const struct db_stmt FIND_DEAD[2] = {
    {"psp_match_find_refused", "SELECT " WORK " FROM psp_flow f WHERE f.state = 'REFUSED' LIMIT 1",
     0},
    {"psp_match_find_lost",
     "SELECT " WORK " FROM psp_flow f WHERE f.state = 'LOADING' AND f.received_at < ? LIMIT 1", 0},
};
/* An index names one transfer, without it all of the Ente's are meant. Money in suspense was
 * collected too, and has no transfers. */
#define OF_LINE                                                                                    \
    "(e.kind = 'paid' AND (l.idx = 0 OR e.transfer_number = l.idx)"                                \
    " OR e.kind = 'suspense' AND l.idx <= 1)"
#define OF_BATCH "l.flow_id = ? AND l.n > ? AND l.n <= ? AND l.state = 'NEW'"
/* IUR is our token: the payment's own key. */
static const struct db_stmt PAIRS = {
    "psp_match_pairs",
    "SELECT l.n, l.amount_cents, l.outcome, COALESCE(i.id, 0) <> 0, COALESCE(y.id, 0),"
    " COALESCE(e.id, 0), COALESCE(e.amount_cents, 0), COALESCE(c.flow_id, 0) <> 0"
    " FROM psp_flow_line l LEFT JOIN payment y ON y.token = l.iur AND y.psp = ?"
    " LEFT JOIN instalment i ON i.id = y.instalment_id AND i.iuv = l.iuv"
    " LEFT JOIN entry e ON e.fact_id = y.id AND i.id IS NOT NULL AND e.creditor = ? AND " OF_LINE
    " LEFT JOIN psp_flow_claim c ON c.entry_id = e.id WHERE " OF_BATCH " ORDER BY l.n",
    0,
};
/* Of lines whose IUR nobody knows: what was paid on the notice of that IUV, and is reported by no
 * line under its own IUR. */
static const struct db_stmt PAIRS_BY_IUV = {
    "psp_match_pairs_by_iuv",
    "SELECT l.n, y.id, e.id, e.amount_cents, COALESCE(c.flow_id, 0) <> 0"
    " FROM psp_flow_line l LEFT JOIN payment k ON k.token = l.iur"
    " JOIN instalment i FORCE INDEX (iuv) ON i.creditor = ? AND i.iuv = l.iuv"
    " JOIN payment y ON y.instalment_id = i.id AND y.psp = ?"
    " JOIN entry e ON e.fact_id = y.id AND e.creditor = ? AND " OF_LINE
    " LEFT JOIN psp_flow_claim c ON c.entry_id = e.id WHERE " OF_BATCH " AND k.id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM psp_flow_line x FORCE INDEX (iur) JOIN psp_flow g"
    " ON g.id = x.flow_id AND g.state = 'LIVE' WHERE x.iur = y.token AND x.iuv = l.iuv)"
    " ORDER BY l.n",
    0,
};
static const struct db_stmt VERDICT = {
    "psp_match_verdict",
    "UPDATE psp_flow_line SET state = ?, payment_id = ?, matched_by = ? WHERE flow_id = ? AND n = "
    "?",
    0,
};
static const struct db_stmt CLAIM = {
    "psp_match_claim",
    "INSERT INTO psp_flow_claim (entry_id, flow_id, line) VALUES (?, ?, ?)",
    0,
};
/* One that the hub closed because its line was to be looked at again is open again; what a person
 * closed stays so. */
static const struct db_stmt ANOMALY = {
    "psp_match_anomaly",
    "INSERT INTO anomaly (id, kind, creditor, amount_cents, state, created_at, flow_id, line)"
    " VALUES (?, ?, ?, ?, 'OPEN', ?, ?, ?)"
    " ON DUPLICATE KEY UPDATE state = IF(reason IS NULL, 'OPEN', state),"
    " closed_at = IF(reason IS NULL, NULL, closed_at), ver = ver + 1",
    0,
};
static const struct db_stmt ADVANCE = {
    "psp_match_advance",
    "UPDATE psp_flow FORCE INDEX (PRIMARY) SET matching = IF(? >= line_count, 'DONE', matching),"
    " cursor_line = ?, ver = ver + 1 WHERE id = ? AND ver = ? AND matching = ?",
    0,
};
#define OF_CLAIMS(line_state)                                                                      \
    " psp_flow_claim c JOIN entry e ON e.id = c.entry_id JOIN payment y ON y.id = e.fact_id"       \
    " JOIN instalment i ON i.id = y.instalment_id JOIN psp_flow_line l FORCE INDEX (iuv)"          \
    " ON l.iuv = i.iuv AND l.state " line_state " JOIN psp_flow f ON f.id = l.flow_id"             \
    " AND f.state = 'LIVE' AND f.creditor = e.creditor AND f.psp = y.psp"
/* The version moves also of what a person closed: who opens it again looks at the line [R5]. */
#define CLOSE                                                                                      \
    "a.closed_at = IF(a.state = 'OPEN', ?, a.closed_at), a.state = 'CLOSED', a.ver = a.ver + 1"
#define CLAIMS "c.flow_id = ? AND c.line > ? AND c.line <= ?"
#define SECOND OF_CLAIMS("IN ('TWICE', 'UNKNOWN')")
static const struct db_stmt SECOND_CLOSE = {
    "psp_match_second_close",
    "UPDATE" SECOND " JOIN anomaly a ON a.flow_id = l.flow_id AND a.line = l.n"
    " SET " CLOSE " WHERE " CLAIMS,
    0,
};
static const struct db_stmt SECOND_AGAIN = {
    "psp_match_second_again",
    "UPDATE" SECOND " SET l.state = 'NEW', f.matching = 'DUE', f.cursor_line = 0,"
    " f.ver = f.ver + 1 WHERE " CLAIMS,
    0,
};
/* Whoever matches a line at this moment may not see yet what is free, or paid: it does not get past
 * the flow's new version. */
static const struct db_stmt SECOND_UNDER_WAY = {
    "psp_match_second_under_way",
    "UPDATE" OF_CLAIMS("= 'NEW'") " SET f.ver = f.ver + 1 WHERE " CLAIMS,
    0,
};
/* A line may come before the payment's outcome, or before the receipt that tells of it: of the
 * receipts that were numbered, and of a payment in suspense, which has none. */
#define OF_RECEIPTS " receipt r FORCE INDEX (seq) JOIN payment y ON y.id = r.payment_id"
#define OF_PAYMENT " payment y FORCE INDEX (PRIMARY)"
#define ITS_LINES(line_state, creditor)                                                            \
    " JOIN instalment i ON i.id = y.instalment_id JOIN psp_flow_line l FORCE INDEX (iuv)"          \
    " ON l.iuv = i.iuv AND l.state = '" line_state "' JOIN psp_flow f ON f.id = l.flow_id"         \
    " AND f.state = 'LIVE' AND f.psp = y.psp AND f.creditor = " creditor
#define LOOK_AGAIN                                                                                 \
    " JOIN anomaly a ON a.flow_id = l.flow_id AND a.line = l.n SET l.state = 'NEW',"               \
    " f.matching = 'DUE', f.cursor_line = 0, f.ver = f.ver + 1, " CLOSE
#define RECEIPTS "r.seq > ? AND r.seq <= ?"
static const struct db_stmt UNDER_WAY[2] = {
    {"psp_match_paid_under_way",
     "UPDATE" OF_RECEIPTS ITS_LINES("NEW", "r.creditor") " SET f.ver = f.ver + 1 WHERE " RECEIPTS,
     0},
    {"psp_match_suspended_under_way",
     "UPDATE" OF_PAYMENT ITS_LINES("NEW", "y.creditor") " SET f.ver = f.ver + 1 WHERE y.id = ?", 0},
};
static const struct db_stmt AGAIN[2] = {
    {"psp_match_paid_again",
     "UPDATE" OF_RECEIPTS ITS_LINES("UNKNOWN", "r.creditor") LOOK_AGAIN " WHERE " RECEIPTS, 0},
    {"psp_match_suspended_again",
     "UPDATE" OF_PAYMENT ITS_LINES("UNKNOWN", "y.creditor") LOOK_AGAIN " WHERE y.id = ?", 0},
};
static const struct db_stmt SUSPENDED_ADD = {
    "psp_match_suspended_add",
    "INSERT INTO psp_flow_again (payment_id) VALUES (?)",
    0,
};
static const struct db_stmt SUSPENDED_FIND = {
    "psp_match_suspended_find",
    "SELECT payment_id FROM psp_flow_again WHERE payment_id > 0 ORDER BY payment_id LIMIT 1",
    0,
};
static const struct db_stmt SUSPENDED_DROP = {
    "psp_match_suspended_drop",
    "DELETE FROM psp_flow_again WHERE payment_id = ?",
    0,
};
static const struct db_stmt CLAIMS_DROP = {
    "psp_match_claims_drop",
    "DELETE c FROM psp_flow_claim c WHERE " CLAIMS,
    0,
};
static const struct db_stmt ANOMALIES_CLOSE = {
    "psp_match_anomalies_close",
    "UPDATE anomaly a FORCE INDEX (line) SET " CLOSE " WHERE a.flow_id = ? AND a.line > ?"
    " AND a.line <= ?",
    0,
};
static const struct db_stmt SWEEP[3] = {
    {"psp_match_sweep_parts", "DELETE FROM psp_flow_part WHERE flow_id = ? ORDER BY n LIMIT ?", 0},
    {"psp_match_sweep_lines", "DELETE FROM psp_flow_line WHERE flow_id = ? ORDER BY n LIMIT ?", 0},
    {"psp_match_sweep_flow",
     "DELETE f FROM psp_flow f FORCE INDEX (PRIMARY) WHERE f.id = ? AND f.ver = ?"
     " AND f.state IN ('REFUSED', 'LOADING')",
     0},
};

static enum err work_find(struct db *db, const struct db_stmt *stmt, const struct db_value *in,
                          size_t n_in, struct db_psp_work *out)
{
    bool found;

    memset(out, 0, sizeof *out);
    return db_row_find(db, stmt, in, n_in,
                       DB_OUT(DB_GET_I64(out->id), DB_GET_TEXT(out->psp),
                              DB_GET_TEXT(out->creditor), DB_GET_INT(out->cursor),
                              DB_GET_INT(out->ver), DB_GET_INT(out->line_count)),
                       &found);
}

enum err db_psp_match_find_release(struct db *db, struct db_psp_work *out)
{
    return work_find(db, &FIND_RELEASE, DB_NONE_IN, out);
}

enum err db_psp_match_find_due(struct db *db, struct db_psp_work *out)
{
    return work_find(db, &FIND_DUE, DB_NONE_IN, out);
}

enum err db_psp_match_find_dead(struct db *db, int64_t before_us, struct db_psp_work *out)
{
    enum err rc;

    TRY(work_find(db, &FIND_DEAD[0], DB_NONE_IN, out));
    if (out->id == 0) TRY(work_find(db, &FIND_DEAD[1], DB_IN(db_instant(before_us)), out));
out:
    return rc;
}

struct pairing {
    struct db_psp_pair *row;
    int known, claimed;
    db_each_fn *each;
    void *cls;
};

/* Another IUV than the token's payment has: not that payment. */
static enum err pair_row(void *cls)
{
    const struct pairing *p = cls;

    if (!p->known) p->row->payment_id = 0;
    p->row->claimed = p->claimed;
    return p->each(p->cls);
}

enum err db_psp_match_pairs(struct db *db, const struct db_psp_work *w, struct db_psp_pair *row,
                            db_each_fn *each, void *cls)
{
    struct pairing p = {.row = row, .each = each, .cls = cls};

    return db_rows(db, &PAIRS,
                   DB_IN(db_text(w->psp), db_text(w->creditor), db_i64(w->id), db_i64(w->cursor),
                         db_i64(w->cursor + PSP_MATCH_BATCH)),
                   DB_OUT(DB_GET_INT(row->n), DB_GET_I64(row->amount_cents),
                          DB_GET_TEXT(row->outcome), DB_GET_INT(p.known),
                          DB_GET_I64(row->payment_id), DB_GET_I64(row->entry_id),
                          DB_GET_I64(row->entry_cents), DB_GET_INT(p.claimed)),
                   pair_row, &p);
}

enum err db_psp_match_pairs_by_iuv(struct db *db, const struct db_psp_work *w,
                                   struct db_psp_pair *row, db_each_fn *each, void *cls)
{
    struct pairing p = {.row = row, .known = true, .each = each, .cls = cls};

    return db_rows(db, &PAIRS_BY_IUV,
                   DB_IN(db_text(w->creditor), db_text(w->psp), db_text(w->creditor), db_i64(w->id),
                         db_i64(w->cursor), db_i64(w->cursor + PSP_MATCH_BATCH)),
                   DB_OUT(DB_GET_INT(row->n), DB_GET_I64(row->payment_id),
                          DB_GET_I64(row->entry_id), DB_GET_I64(row->entry_cents),
                          DB_GET_INT(p.claimed)),
                   pair_row, &p);
}

static enum err anomalies_add(struct db *db, const struct db_psp_work *w,
                              const struct db_psp_verdict *verdicts, size_t n, int64_t now_us)
{
    struct db_value values[PSP_MATCH_BATCH * ANOMALY_COLUMNS], *v = values;

    for (const struct db_psp_verdict *l = verdicts; l < verdicts + n; l++) {
        const char *kind = psp_flow_line_anomaly(l->state);

        if (!*kind) continue;
        *v++ = db_i64(db_id_new(db));
        *v++ = db_text(kind);
        *v++ = db_text(w->creditor);
        *v++ = db_i64(l->amount_cents);
        *v++ = db_instant(now_us);
        *v++ = db_i64(w->id);
        *v++ = db_i64(l->n);
    }
    return db_bulk_add(db, &ANOMALY, values, ANOMALY_COLUMNS,
                       (size_t)(v - values) / ANOMALY_COLUMNS);
}

enum err db_psp_match_set(struct db *db, const struct db_psp_work *w,
                          const struct db_psp_verdict *verdicts, size_t n_verdicts,
                          const struct db_psp_claim *claims, size_t n_claims, int64_t now_us)
{
    enum err rc;
    struct db_value values[PSP_MATCH_BATCH * 5 * CLAIM_COLUMNS], *v = values;

    ALWAYS(n_verdicts <= PSP_MATCH_BATCH && n_claims <= (size_t)PSP_MATCH_BATCH * 5);
    for (const struct db_psp_verdict *l = verdicts; l < verdicts + n_verdicts; l++) {
        *v++ = db_text(psp_flow_line_state(l->state));
        *v++ = l->payment_id ? db_i64(l->payment_id) : db_null();
        *v++ = db_opt(l->matched_by);
        *v++ = db_i64(w->id);
        *v++ = db_i64(l->n);
    }
    TRY(db_bulk_add(db, &VERDICT, values, VERDICT_COLUMNS, n_verdicts));
    v = values;
    for (const struct db_psp_claim *c = claims; c < claims + n_claims; c++) {
        *v++ = db_i64(c->entry_id);
        *v++ = db_i64(w->id);
        *v++ = db_i64(c->line);
    }
    TRY(db_bulk_add(db, &CLAIM, values, CLAIM_COLUMNS, n_claims));
    TRY(anomalies_add(db, w, verdicts, n_verdicts, now_us));
out:
    return rc;
}

enum err db_psp_match_advance(struct db *db, const struct db_psp_work *w, const char *matching)
{
    int next = w->cursor + PSP_MATCH_BATCH;

    return db_row_change(
        db, &ADVANCE,
        DB_IN(db_i64(next), db_i64(next), db_i64(w->id), db_i64(w->ver), db_text(matching)));
}

enum err db_psp_match_paid_again(struct db *db, int64_t after, int64_t last, int64_t now_us)
{
    const struct db_value in[] = {db_instant(now_us), db_i64(after), db_i64(last)};
    enum err rc;

    TRY(db_exec(db, &UNDER_WAY[0], in + 1, 2, NULL));
    TRY(db_exec(db, &AGAIN[0], in, 3, NULL));
out:
    return rc;
}

enum err db_psp_match_suspended_add(struct db *db, int64_t payment_id)
{
    return db_later(db, &SUSPENDED_ADD, DB_IN(db_i64(payment_id)), 1);
}

enum err db_psp_match_suspended_again(struct db *db, int64_t now_us, bool *out_any)
{
    enum err rc;
    int64_t id;

    TRY(db_row_find(db, &SUSPENDED_FIND, DB_NONE_IN, DB_OUT(DB_GET_I64(id)), out_any));
    if (!*out_any) goto out;
    TRY(db_row_change(db, &SUSPENDED_DROP, DB_IN(db_i64(id))));
    TRY(db_exec(db, &UNDER_WAY[1], DB_IN(db_i64(id)), NULL));
    TRY(db_exec(db, &AGAIN[1], DB_IN(db_instant(now_us), db_i64(id)), NULL));
out:
    return rc;
}

enum err db_psp_match_release(struct db *db, const struct db_psp_work *w, int64_t now_us)
{
    static const struct {
        const struct db_stmt *stmt;
        bool closes;
    } steps[] = {{&SECOND_UNDER_WAY, false},
                 {&SECOND_CLOSE, true},
                 {&SECOND_AGAIN, false},
                 {&CLAIMS_DROP, false},
                 {&ANOMALIES_CLOSE, true}};
    const struct db_value in[] = {db_instant(now_us), db_i64(w->id), db_i64(w->cursor),
                                  db_i64(w->cursor + PSP_MATCH_BATCH)};
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        TRY(db_exec(db, steps[i].stmt, in + !steps[i].closes, ARRAY_LEN(in) - !steps[i].closes,
                    NULL));
out:
    return rc;
}

enum err db_psp_match_sweep(struct db *db, const struct db_psp_work *w, int64_t *out_rows)
{
    enum err rc;
    int64_t parts, lines;

    TRY(db_exec(db, &SWEEP[0], DB_IN(db_i64(w->id), db_i64(SWEEP_PARTS)), &parts));
    TRY(db_exec(db, &SWEEP[1], DB_IN(db_i64(w->id), db_i64(SWEEP_LINES)), &lines));
    *out_rows = parts + lines;
    if (*out_rows == 0) TRY(db_row_change(db, &SWEEP[2], DB_IN(db_i64(w->id), db_i64(w->ver))));
out:
    return rc;
}
