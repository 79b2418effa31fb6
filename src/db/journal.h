/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file journal.h
 * What happened, append-only. Rows of what changes something are written in its transaction;
 * those of what only reads, in batches. */
#ifndef DB_JOURNAL_H
#define DB_JOURNAL_H

#include "db/db.h"

struct db_journal_row {
    int64_t id;
    char actor[71];
    char event[41];
    char creditor[36], notice_number[19];
    unsigned char token_hash[8]; /* all zero: none */
    int64_t object_id;           /* 0: none */
    char outcome[51];
    char detail[201];
    int64_t duration_us; /* -1: none */
    /* SHA-256 of the messages, byte for byte; of a position's line, of what is owed
     * (service/position_content.h); all zero: none */
    unsigned char request_hash[32], answer_hash[32];
};

/** Fill the text fields, cut to their sizes. NULL counts as "". */
void db_journal_set(struct db_journal_row *row, const char *actor, const char *event,
                    const char *creditor, const char *notice_number, const char *outcome);
/** The lines also prove to db_tx_run that their transaction was saved. */
MUST_USE enum err db_journal_add(struct db *db, const struct db_journal_row *rows, size_t n);
MUST_USE enum err db_journal_find(struct db *db, int64_t id, bool *out_found);
/** Can this account write a line now? It is taken back. */
MUST_USE enum err db_journal_try(struct db *db);

#endif
