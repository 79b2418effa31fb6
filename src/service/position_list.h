/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position_list.h
 * An Ente's positions page by page, in the order in which they came: by debtor, state, kind of
 * debt, due date, day of creation. */
#ifndef SERVICE_POSITION_LIST_H
#define SERVICE_POSITION_LIST_H

#include "db/position.h"
#include "service/position.h"

enum { POSITION_PAGE_MAX = 500 };

/** What is asked for; NULL or "": any. Days are YYYY-MM-DD of Europe/Rome, both ends included. */
struct position_query {
    const char *creditor;
    const char *debtor, *state, *debt_type; /* state as stored: OPEN, PAID, CANCELLED */
    const char *due_from, *due_to;          /* an instalment that is due then */
    const char *created_from, *created_to;
    int64_t after; /* the page before it ended here; 0: the first */
    int limit;     /* lines a page; 0 or more than POSITION_PAGE_MAX: that many */
};

/** Each line that fits, in *line. A page may be short, or empty, and still not be the last: a call
 * looks at a bounded number of positions.
 * @param out_next     0: that was all; else where the next page goes on
 * @param out_refusal  code "" when it was answered; CREDITOR_UNKNOWN also for one that is not in
 *                     scope [I13] */
MUST_USE enum err service_position_list(struct env *env, const struct scope *scope,
                                        const struct position_query *query,
                                        struct db_position_line *line, db_each_fn *each, void *cls,
                                        int64_t *out_next, struct position_refusal *out_refusal);

#endif
