/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file message.h
 * Messages as they came and went, for as long as they are kept. Append-only; what outlived its time
 * is deleted through a view that shows nothing else. */
#ifndef DB_MESSAGE_H
#define DB_MESSAGE_H

#include "base/buf.h"
#include "db/db.h"

/** Of a request, and of an answer: both go to the server at once. */
#define DB_MESSAGE_MAX ((size_t)7 << 20)

struct db_message {
    int64_t id; /* of the exchange's line in the journal */
    char family[16];
    bool encrypted;
    unsigned char key_id[8];
    int64_t days;
    int64_t at_us;              /* when read */
    struct buf request, answer; /* owned: BUF_INIT(DB_MESSAGE_MAX) before, buf_free after */
};

/** Add one; one that is there already stays as it is. */
MUST_USE enum err db_message_add(struct db *db, const struct db_message *m);
MUST_USE enum err db_message_get(struct db *db, int64_t id, struct db_message *out,
                                 bool *out_found);
/** The oldest and the newest that are kept; 0 and 0: none. */
MUST_USE enum err db_message_ends(struct db *db, int64_t *out_oldest, int64_t *out_newest);
/** Delete at most so many of those whose time is over. */
MUST_USE enum err db_message_purge(struct db *db, int limit, int64_t *out_rows);

#endif
