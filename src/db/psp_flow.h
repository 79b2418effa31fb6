/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file psp_flow.h
 * Flows that PSPs delivered: a row a revision, its lines, its bytes in parts, and which paid entry
 * a line reports. A flow is LOADING while it is written, in transactions of their own, and seen by
 * nobody; then LIVE, until a revision makes it REPLACED; or REFUSED, and swept away. */
#ifndef DB_PSP_FLOW_H
#define DB_PSP_FLOW_H

#include "db/db.h"
#include "domain/debt.h"

#define PSP_FLOW_PART 49152 /* bytes of a part: a whole number of threes, as base64 takes them */

struct db_psp_flow {
    int64_t id;
    char psp[36], channel[36], creditor[36], flow_id[36];
    char time[64]; /* dataOraFlusso as it was sent */
    int64_t time_us;
    int year; /* of time in Rome: ids are unique within it */
    char state[13], matching[9];
    int ver;
    int64_t replaces; /* the id of the former revision, 0: none */
    char reference[DEBT_CHARS(35)], settled_on[11];
    int64_t count, total_cents, size, received_us;
    unsigned char sha256[32];
};

enum psp_flow_line_state {
    PSP_LINE_NEW,
#define PSP_LINE(state, anomaly, what) PSP_LINE_##state,
#include "domain/psp_flow_line.def"
#undef PSP_LINE
    PSP_LINE_COUNT
};
const char *psp_flow_line_state(enum psp_flow_line_state state);
const char *psp_flow_line_anomaly(enum psp_flow_line_state state); /**< "" when none */
/** The same of a state's name. */
const char *psp_flow_line_kind(const char *state);

struct db_psp_flow_line {
    int n;
    char iuv[DEBT_CHARS(35)], iur[DEBT_CHARS(35)];
    int index; /* of the transfer; 0: not said */
    int64_t amount_cents;
    char outcome[2], paid_on[11];
    char state[13];
    int64_t payment_id;
    char matched_by[4]; /* IUR, IUV; "": no payment was found */
};

/* ---- receiving ---- */

MUST_USE enum err db_psp_flow_add(struct db *db, const struct db_psp_flow *f);
/** Lines, and parts beginning with number first_part; all of them are there already when the last
 * one is: a COMMIT whose answer was lost. */
struct db_psp_flow_part {
    const char *bytes;
    size_t len;
};
MUST_USE enum err db_psp_flow_fill(struct db *db, int64_t id, const struct db_psp_flow_line *lines,
                                   size_t n_lines, const struct db_psp_flow_part *parts,
                                   size_t n_parts, int first_part);
/** The LIVE revision of that id of that PSP in that year; id 0: none. */
MUST_USE enum err db_psp_flow_live(struct db *db, const struct db_psp_flow *key,
                                   struct db_psp_flow *out);
/** LOADING becomes LIVE, to be matched; ERR_DB_DUPLICATE: another one is LIVE [R4]. */
MUST_USE enum err db_psp_flow_set_live(struct db *db, const struct db_psp_flow *f);
/** LIVE becomes REPLACED, its matches to be undone [R3]. */
MUST_USE enum err db_psp_flow_set_replaced(struct db *db, const struct db_psp_flow *f);
/** LOADING becomes REFUSED: swept away by and by. */
MUST_USE enum err db_psp_flow_set_refused(struct db *db, const struct db_psp_flow *f);

/* ---- fetching ---- */

struct db_flow_name {
    char flow_id[36], time[64];
};
/** LIVE ones for an Ente, the newest first. @param psp  "": of any */
MUST_USE enum err db_psp_flow_names(struct db *db, const char *creditor, const char *psp, int limit,
                                    struct db_flow_name *row, db_each_fn *each, void *cls);
/** The newest LIVE one with that id for an Ente; id 0: none. @param psp  "": of any */
MUST_USE enum err db_psp_flow_find(struct db *db, const char *creditor, const char *psp,
                                   const char *flow_id, struct db_psp_flow *out);
/** Its bytes, in order. @param part  appended to before each call */
struct buf;
MUST_USE enum err db_psp_flow_parts(struct db *db, int64_t id, struct buf *part, db_each_fn *each,
                                    void *cls);

/* ---- the operator ---- */

/** By id from after_id on; state "": any. */
MUST_USE enum err db_psp_flow_list(struct db *db, const char *state, int64_t after_id, int limit,
                                   struct db_psp_flow *row, db_each_fn *each, void *cls);
MUST_USE enum err db_psp_flow_get(struct db *db, int64_t id, struct db_psp_flow *out);
/** By number from after on; state "": any. */
MUST_USE enum err db_psp_flow_lines(struct db *db, int64_t id, const char *state, int64_t after,
                                    int limit, struct db_psp_flow_line *row, db_each_fn *each,
                                    void *cls);
struct db_psp_flow_tally {
    char state[13];
    int64_t count, total_cents;
};
/** How many of its lines are in which state. */
MUST_USE enum err db_psp_flow_tallies(struct db *db, int64_t id, struct db_psp_flow_tally *row,
                                      db_each_fn *each, void *cls);
/** Age in seconds of the oldest flow that is not matched yet, 0: none. */
MUST_USE enum err db_psp_flow_age(struct db *db, int64_t *out_seconds);

#endif
