/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file anomaly.h
 * What a person must look at, once it is there: found, listed, worked on. */
#ifndef DB_ANOMALY_H
#define DB_ANOMALY_H

#include "db/db.h"
#include "domain/debt.h"

enum { ANOMALY_NOTE_CHARS = 1000 };

struct db_anomaly {
    int64_t id, amount_cents;
    char kind[33], creditor[36], state[13];
    int ver;
    char owner[DEBT_CHARS(70)], reason[17], closed_by[DEBT_CHARS(70)]; /* "": nobody, none */
    int64_t taken_us;                     /* 0: nobody has it, or since before this was kept */
    int64_t created_us, closed_us, age_s; /* how long it is open; 0 when it is not */
    /* what it is about: a payment, or a line of a PSP's flow */
    int64_t payment_id, flow_id;
    char notice_number[19], flow_name[36], flow_state[13], line_state[13];
    int line;
};

/** Of a list: NULL or "" any; owner "" nobody's, NULL any. */
struct db_anomaly_query {
    const char *state, *kind, *creditor, *owner;
    int64_t after_id, until_id;
};
/** In order of ids, of those between both. */
MUST_USE enum err db_anomaly_list(struct db *db, const struct db_anomaly_query *query, int limit,
                                  struct db_anomaly *row, db_each_fn *each, void *cls);
/** @return ERR_NONE | ERR_NOT_FOUND | … */
MUST_USE enum err db_anomaly_get(struct db *db, int64_t id, struct db_anomaly *out);
/** State, owner and closing of next in the place of was [R3]. */
MUST_USE enum err db_anomaly_set(struct db *db, const struct db_anomaly *was,
                                 const struct db_anomaly *next);

struct db_anomaly_note {
    int64_t id, at_us;
    char author[DEBT_CHARS(70)], text[DEBT_CHARS(ANOMALY_NOTE_CHARS)];
};
MUST_USE enum err db_anomaly_note_add(struct db *db, int64_t anomaly_id,
                                      const struct db_anomaly_note *note);
/** In the order in which they were written. */
MUST_USE enum err db_anomaly_notes(struct db *db, int64_t anomaly_id, struct db_anomaly_note *row,
                                   db_each_fn *each, void *cls);
/** The last one; id 0: none. */
MUST_USE enum err db_anomaly_note_last(struct db *db, int64_t anomaly_id,
                                       struct db_anomaly_note *out);

/** How many of a kind are open, and the age of the oldest. */
struct db_anomaly_open {
    char kind[33];
    int64_t count, oldest_s;
};
MUST_USE enum err db_anomaly_open(struct db *db, struct db_anomaly_open *row, db_each_fn *each,
                                  void *cls);

#endif
