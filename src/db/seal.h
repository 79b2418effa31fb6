/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file seal.h
 * The chain over the journal: each line once, in the order in which it was found committed, with
 * the hash of all before it, so that a line changed or taken away later shows. */
#ifndef DB_SEAL_H
#define DB_SEAL_H

#include "db/db.h"

/** A place of the chain. */
struct db_seal {
    int64_t seq, journal_id;
    unsigned char content[32]; /* SHA-256 of the line as it is now */
    unsigned char hash[32];    /* as it was sealed */
    int64_t line;              /* the line's id; 0: there is none any more */
};

/** The end of the chain: seq 0 and a hash of zeros before the first. */
MUST_USE enum err db_seal_last(struct db *db, struct db_seal *out);
/** The newest line that is sealed; 0: none. */
MUST_USE enum err db_seal_newest(struct db *db, int64_t *out_journal_id);
/** The last place that the sequencer noted. */
MUST_USE enum err db_seal_numbered(struct db *db, int64_t *out_seq);
/** Lines without a seal in order of id, journal_id and content only.
 * @param row  filled before each call */
MUST_USE enum err db_seal_find_open(struct db *db, int64_t after_id, int64_t until_id, int limit,
                                    struct db_seal *row, db_each_fn *each, void *cls);
MUST_USE enum err db_seal_add(struct db *db, const struct db_seal *seals, size_t n);
/** The chain in its order, with each line as it is now.
 * @param row  filled before each call */
MUST_USE enum err db_seal_walk(struct db *db, int64_t after_seq, int limit, struct db_seal *row,
                               db_each_fn *each, void *cls);

#endif
