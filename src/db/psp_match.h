/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file psp_match.h
 * Matching what PSPs report with what was paid: batches of lines, each in one transaction that
 * moves the flow's cursor by compare-and-set, so that a batch is done once [R3] [F18]. */
#ifndef DB_PSP_MATCH_H
#define DB_PSP_MATCH_H

#include "db/psp_flow.h"

enum { PSP_MATCH_BATCH = 200 };

/** A flow with work left. id 0: none. */
struct db_psp_work {
    int64_t id;
    char psp[36], creditor[36];
    int cursor, ver, line_count;
};
/** One that was replaced and still holds what its lines claimed. */
MUST_USE enum err db_psp_match_find_release(struct db *db, struct db_psp_work *out);
/** One that is LIVE with lines not looked at, whose former revision holds nothing any longer. */
MUST_USE enum err db_psp_match_find_due(struct db *db, struct db_psp_work *out);
/** One that was never LIVE and never will be: REFUSED, or LOADING since before an instant. */
MUST_USE enum err db_psp_match_find_dead(struct db *db, int64_t before_us, struct db_psp_work *out);

/** A line with a paid entry that it may mean: a row for each of them, in order of lines. */
struct db_psp_pair {
    int n;
    int64_t amount_cents;
    char outcome[2];
    int64_t payment_id, entry_id, entry_cents; /* 0: none */
    bool claimed;                              /* by another line */
};
/** Of the batch at the cursor. */
MUST_USE enum err db_psp_match_pairs(struct db *db, const struct db_psp_work *w,
                                     struct db_psp_pair *row, db_each_fn *each, void *cls);
/** Of those in it whose IUR nobody knows: what was paid on the notice of their IUV. Fills n and
 * what was paid. */
MUST_USE enum err db_psp_match_pairs_by_iuv(struct db *db, const struct db_psp_work *w,
                                            struct db_psp_pair *row, db_each_fn *each, void *cls);
struct db_psp_verdict {
    int n;
    enum psp_flow_line_state state;
    const char *matched_by; /* the key that found the payment: IUR or IUV; "": none did */
    int64_t payment_id, amount_cents;
};
struct db_psp_claim {
    int64_t entry_id;
    int line;
};
/** Verdicts on lines, and what those that are about our money claim: ERR_DB_DUPLICATE when another
 * flow claimed it meanwhile [R4]. */
MUST_USE enum err db_psp_match_set(struct db *db, const struct db_psp_work *w,
                                   const struct db_psp_verdict *verdicts, size_t n_verdicts,
                                   const struct db_psp_claim *claims, size_t n_claims,
                                   int64_t now_us);
/** Past the batch; ERR_DB_CONFLICT: another was faster. @param matching  DUE or RELEASE */
MUST_USE enum err db_psp_match_advance(struct db *db, const struct db_psp_work *w,
                                       const char *matching);
/** Lines that were looked at before their payment was paid, of the receipts with numbers in
 * (after, last], are to be looked at again. */
MUST_USE enum err db_psp_match_paid_again(struct db *db, int64_t after, int64_t last,
                                          int64_t now_us);
/** The same of a payment whose money is in suspense, which has no receipt: noted by whoever takes
 * the money, and looked after one at a time. @param out_any  one was there */
MUST_USE enum err db_psp_match_suspended_add(struct db *db, int64_t payment_id);
MUST_USE enum err db_psp_match_suspended_again(struct db *db, int64_t now_us, bool *out_any);
/** Give back what the lines of the batch claimed, close their anomalies, and let lines of other
 * flows that only came second, or were for nothing, be looked at again. */
MUST_USE enum err db_psp_match_release(struct db *db, const struct db_psp_work *w, int64_t now_us);
/** Delete a batch of its parts and lines, then the flow. @param out_rows  0: it is gone */
MUST_USE enum err db_psp_match_sweep(struct db *db, const struct db_psp_work *w, int64_t *out_rows);

#endif
