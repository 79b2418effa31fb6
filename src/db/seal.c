/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/seal.h"

#include "db/multi.h"

#include <string.h>

enum { COLUMNS = 3 };

/* Every column of a line, so written that no two lines read the same. */
#define CONTENT                                                                                    \
    "UNHEX(SHA2(JSON_ARRAY(j.id, j.at, j.actor, j.event, j.creditor, j.notice_number,"             \
    " HEX(j.token_hash), j.object_id, j.outcome, j.detail, j.duration_us, HEX(j.request_hash),"    \
    " HEX(j.answer_hash)), 256))"

static const struct db_stmt LAST = {
    "seal_last",
    "SELECT seq, journal_id, hash FROM journal_seal"
    " WHERE seq = (SELECT MAX(seq) FROM journal_seal)",
    0,
};
static const struct db_stmt NEWEST = {
    "seal_newest",
    "SELECT COALESCE(MAX(journal_id), 0) FROM journal_seal",
    0,
};
static const struct db_stmt NUMBERED = {
    "seal_numbered",
    "SELECT COALESCE(MAX(last), 0) FROM sequencer WHERE name = 'seal'",
    0,
};
static const struct db_stmt FIND_OPEN = {
    "seal_find_open",
    "SELECT j.id, " CONTENT " FROM journal j LEFT JOIN journal_seal s ON s.journal_id = j.id"
    " WHERE j.id > ? AND j.id < ? AND s.journal_id IS NULL ORDER BY j.id LIMIT ?",
    0,
};
static const struct db_stmt SEAL_ADD[DB_MULTI_MAX] =
    DB_MULTI("seal_add", "INSERT INTO journal_seal (journal_id, seq, hash) VALUES ", "(?, ?, ?)");
static const struct db_stmt WALK = {
    "seal_walk",
    "SELECT s.seq, s.journal_id, s.hash, j.id, " CONTENT " FROM journal_seal s"
    " LEFT JOIN journal j ON j.id = s.journal_id WHERE s.seq > ? ORDER BY s.seq LIMIT ?",
    0,
};

enum err db_seal_last(struct db *db, struct db_seal *out)
{
    bool found;

    memset(out, 0, sizeof *out);
    return db_row_find(
        db, &LAST, NULL, 0,
        DB_OUT(DB_GET_I64(out->seq), DB_GET_I64(out->journal_id), DB_GET_BYTES(out->hash)), &found);
}

enum err db_seal_newest(struct db *db, int64_t *out_journal_id)
{
    bool found;

    return db_row_find(db, &NEWEST, NULL, 0, DB_OUT(DB_GET_I64(*out_journal_id)), &found);
}

enum err db_seal_numbered(struct db *db, int64_t *out_seq)
{
    bool found;

    return db_row_find(db, &NUMBERED, NULL, 0, DB_OUT(DB_GET_I64(*out_seq)), &found);
}

enum err db_seal_find_open(struct db *db, int64_t after_id, int64_t until_id, int limit,
                           struct db_seal *row, db_each_fn *each, void *cls)
{
    memset(row, 0, sizeof *row);
    return db_rows(db, &FIND_OPEN, DB_IN(db_i64(after_id), db_i64(until_id), db_i64(limit)),
                   DB_OUT(DB_GET_I64(row->journal_id), DB_GET_BYTES(row->content)), each, cls);
}

enum err db_seal_add(struct db *db, const struct db_seal *seals, size_t n)
{
    enum err rc = ERR_NONE;
    struct db_value values[DB_MULTI_MAX * COLUMNS];

    for (size_t done = 0; done < n;) {
        size_t k = n - done < DB_MULTI_MAX ? n - done : DB_MULTI_MAX;
        struct db_value *v = values;

        for (const struct db_seal *s = seals + done; s < seals + done + k; s++) {
            *v++ = db_i64(s->journal_id);
            *v++ = db_i64(s->seq);
            *v++ = db_bytes(s->hash, sizeof s->hash);
        }
        TRY(db_multi_add(db, SEAL_ADD, values, COLUMNS, k));
        done += k;
    }
out:
    return rc;
}

enum err db_seal_walk(struct db *db, int64_t after_seq, int limit, struct db_seal *row,
                      db_each_fn *each, void *cls)
{
    return db_rows(db, &WALK, DB_IN(db_i64(after_seq), db_i64(limit)),
                   DB_OUT(DB_GET_I64(row->seq), DB_GET_I64(row->journal_id),
                          DB_GET_BYTES(row->hash), DB_GET_I64(row->line),
                          DB_GET_BYTES(row->content)),
                   each, cls);
}
