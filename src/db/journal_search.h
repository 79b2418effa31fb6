/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file journal_search.h
 * The journal for who looks for something in it: a page at a time, in order of id. */
#ifndef DB_JOURNAL_SEARCH_H
#define DB_JOURNAL_SEARCH_H

#include "db/journal.h"

/** What a line must be. "" and 0: anything. */
struct db_journal_query {
    const char *notice_number; /* found by its key */
    int64_t object_id;         /* found by its key, when there is no notice number */
    const char *creditor, *actor, *event, *outcome;
    const unsigned char *token_hash; /* 8 bytes; NULL: any */
    int64_t after_id, until_id;      /* both excluded */
};

struct db_journal_line {
    struct db_journal_row row;
    int64_t at_us;
    int64_t seq; /* its place in the chain; 0: not sealed yet */
    int message; /* whether its messages are kept */
};

/** @param line  filled before each call */
MUST_USE enum err db_journal_search(struct db *db, const struct db_journal_query *query, int limit,
                                    struct db_journal_line *line, db_each_fn *each, void *cls);
/** The payment of a token; 0: none. */
MUST_USE enum err db_journal_payment(struct db *db, const char *token, int64_t *out_payment_id);

#endif
