/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of the lines of PSPs' flows, a batch at a time: each in one transaction that moves
 * the flow's cursor, so that a run that was cut off goes on where it was [F18]. */
#include "service/psp_flow.h"

#include "base/crash.h"
#include "base/metric.h"
#include "db/psp_match.h"

#include <string.h>

enum {
    ENTRIES_MAX = PSP_MATCH_BATCH * 5,
    CANDIDATES_MAX =
        40, /* entries on one notice by one PSP: several times what anybody pays twice */
};
#define LOST_AFTER_US (INT64_C(3600) * 1000000) /* a request is long over then */

struct matching {
    struct db_psp_work work;
    struct db_psp_pair row;
    struct db_psp_verdict verdicts[PSP_MATCH_BATCH];
    struct db_psp_claim claims[ENTRIES_MAX];
    size_t n_verdicts, n_claims;
    /* of the line in hand, which is the last verdict */
    size_t line_claims;
    int64_t line_cents;
    bool line_claimed, line_revoked;
    /* of a line whose IUR nobody knows: what may be meant */
    struct db_psp_pair candidates[CANDIDATES_MAX];
    size_t n_candidates;
    bool too_many;
};

static bool claimed_here(const struct matching *m, int64_t entry_id)
{
    for (size_t i = 0; i < m->n_claims; i++)
        if (m->claims[i].entry_id == entry_id) return true;
    return false;
}

/* All entries of the line were seen. What is about our money and not reported yet claims it, also
 * with another amount. */
static void line_end(struct matching *m)
{
    struct db_psp_verdict *v = &m->verdicts[m->n_verdicts - 1];

    if (m->line_revoked)
        v->state = PSP_LINE_REVOKED;
    else if (m->line_claimed)
        v->state = PSP_LINE_TWICE;
    else if (m->line_claims == 0)
        v->state = PSP_LINE_UNKNOWN;
    else
        v->state = m->line_cents == v->amount_cents ? PSP_LINE_MATCHED : PSP_LINE_DIFFERS;
    if (v->state != PSP_LINE_MATCHED && v->state != PSP_LINE_DIFFERS) m->n_claims -= m->line_claims;
}

static enum err pair_row(void *cls)
{
    struct matching *m = cls;
    const struct db_psp_pair *p = &m->row;

    if (m->n_verdicts == 0 || m->verdicts[m->n_verdicts - 1].n != p->n) {
        if (m->n_verdicts) line_end(m);
        ALWAYS(m->n_verdicts < PSP_MATCH_BATCH);
        m->verdicts[m->n_verdicts++] =
            (struct db_psp_verdict){.n = p->n,
                                    .payment_id = p->payment_id,
                                    .amount_cents = p->amount_cents,
                                    .matched_by = p->payment_id ? "IUR" : ""};
        m->line_claims = 0;
        m->line_cents = 0;
        m->line_claimed = false;
        m->line_revoked = *p->outcome == '3';
    }
    if (!p->entry_id) return ERR_NONE;
    m->line_claimed |= p->claimed || claimed_here(m, p->entry_id);
    ALWAYS(m->n_claims < ENTRIES_MAX);
    m->claims[m->n_claims++] = (struct db_psp_claim){p->entry_id, p->n};
    m->line_claims++;
    m->line_cents += p->entry_cents;
    return ERR_NONE;
}

/* ---- the weaker key ---- */

/* May the line mean this payment: all that it names is there, of its amount, and not reported yet?
 */
static bool may_mean(const struct matching *m, int64_t payment_id, int64_t amount_cents)
{
    int64_t cents = 0;

    for (size_t i = 0; i < m->n_candidates; i++) {
        const struct db_psp_pair *c = &m->candidates[i];

        if (c->payment_id != payment_id) continue;
        if (c->claimed || claimed_here(m, c->entry_id)) return false;
        cents += c->entry_cents;
    }
    return cents == amount_cents;
}

/* The one payment that the line may mean; 0: none or several, and a person decides [F57]. */
static int64_t meant_find(const struct matching *m, int64_t amount_cents)
{
    int64_t meant = 0;

    if (m->too_many) return 0;
    for (size_t i = 0; i < m->n_candidates; i++) {
        int64_t id = m->candidates[i].payment_id;

        if (id == meant || !may_mean(m, id, amount_cents)) continue;
        if (meant) return 0;
        meant = id;
    }
    return meant;
}

/* All candidates of a line were seen. */
static void candidates_end(struct matching *m)
{
    struct db_psp_verdict *v = m->verdicts;
    int n = m->n_candidates ? m->candidates[0].n : 0;

    while (v < m->verdicts + m->n_verdicts && v->n != n)
        v++;
    if (n && v->state == PSP_LINE_UNKNOWN && (v->payment_id = meant_find(m, v->amount_cents))) {
        v->state = PSP_LINE_MATCHED;
        v->matched_by = "IUV";
        for (size_t i = 0; i < m->n_candidates; i++)
            if (m->candidates[i].payment_id == v->payment_id)
                m->claims[m->n_claims++] = (struct db_psp_claim){m->candidates[i].entry_id, n};
    }
    m->n_candidates = 0;
    m->too_many = false;
}

static enum err candidate_row(void *cls)
{
    struct matching *m = cls;

    if (m->n_candidates && m->candidates[0].n != m->row.n) candidates_end(m);
    if (m->n_candidates < CANDIDATES_MAX)
        m->candidates[m->n_candidates++] = m->row;
    else
        m->too_many = true;
    return ERR_NONE;
}

static bool any_unknown(const struct matching *m)
{
    for (size_t i = 0; i < m->n_verdicts; i++)
        if (m->verdicts[i].state == PSP_LINE_UNKNOWN) return true;
    return false;
}

static enum err match_tx(struct db *db, void *cls)
{
    enum err rc;
    struct matching *m = cls;
    int64_t now_us;

    memset(m, 0, sizeof *m); /* forget the last try */
    TRY(db_psp_match_find_due(db, &m->work));
    if (!m->work.id) goto out;
    TRY(db_now(db, &now_us));
    TRY(db_psp_match_advance(db, &m->work, "DUE"));
    TRY(db_psp_match_pairs(db, &m->work, &m->row, pair_row, m));
    if (m->n_verdicts) line_end(m);
    if (any_unknown(m)) {
        TRY(db_psp_match_pairs_by_iuv(db, &m->work, &m->row, candidate_row, m));
        candidates_end(m);
    }
    TRY(db_psp_match_set(db, &m->work, m->verdicts, m->n_verdicts, m->claims, m->n_claims, now_us));
    CRASHPOINT("P3.matched");
out:
    return rc;
}

static enum err match_next(struct db *db, bool *out_any)
{
    enum err rc;
    static _Thread_local struct matching m;

    TRY(db_tx_run(db, "psp_flow.match", match_tx, &m));
    *out_any = m.work.id != 0;
    for (size_t i = 0; i < m.n_verdicts; i++)
        metric_add(METRIC_REPORTED, psp_flow_line_state(m.verdicts[i].state), 1);
out:
    return rc;
}

static enum err release_tx(struct db *db, void *cls)
{
    enum err rc;
    struct db_psp_work *w = cls;
    int64_t now_us;

    TRY(db_psp_match_find_release(db, w));
    if (!w->id) goto out;
    TRY(db_now(db, &now_us));
    TRY(db_psp_match_advance(db, w, "RELEASE"));
    TRY(db_psp_match_release(db, w, now_us));
out:
    return rc;
}

static enum err sweep_tx(struct db *db, void *cls)
{
    enum err rc;
    struct db_psp_work *w = cls;
    int64_t now_us, rows;

    TRY(db_now(db, &now_us));
    TRY(db_psp_match_find_dead(db, now_us - LOST_AFTER_US, w));
    if (w->id) TRY(db_psp_match_sweep(db, w, &rows));
out:
    return rc;
}

static enum err again_tx(struct db *db, void *cls)
{
    enum err rc;
    int64_t now_us;

    TRY(db_now(db, &now_us));
    TRY(db_psp_match_suspended_again(db, now_us, cls));
out:
    return rc;
}

enum err service_psp_flow_next(struct db *db, bool *out_any)
{
    enum err rc;
    struct db_psp_work w;

    TRY(db_tx_run(db, "psp_flow.again", again_tx, out_any));
    if (*out_any) goto out;
    *out_any = true;
    TRY(db_tx_run(db, "psp_flow.release", release_tx, &w));
    if (w.id) goto out;
    TRY(match_next(db, out_any));
    if (*out_any) goto out;
    TRY(db_tx_run(db, "psp_flow.sweep", sweep_tx, &w));
    *out_any = w.id != 0;
out:
    return rc;
}
