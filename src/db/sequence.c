/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/sequence.h"

#include <string.h>

static const struct db_stmt LEASE_FIND = {
    "sequence_lease_find",
    "SELECT last, COALESCE(owner, ''), lease_until FROM sequencer WHERE name = ? FOR UPDATE",
    0,
};
static const struct db_stmt LEASE_ADD = {
    "sequence_lease_add",
    "INSERT INTO sequencer (name, last, owner, lease_until, fence) VALUES (?, 0, ?, ?, 1)",
    0,
};
static const struct db_stmt LEASE_SET = {
    "sequence_lease_set",
    "UPDATE sequencer SET owner = ?, lease_until = ?, fence = fence + 1 WHERE name = ?"
    " AND last = ?",
    0,
};
/* No ORDER BY: the key on seq holds those without one in order of id, and any order is right. */
static const struct db_stmt NEXT = {
    "sequence_next",
    "SELECT id FROM receipt WHERE seq IS NULL LIMIT ?",
    0,
};
static const struct db_stmt NUMBER = {
    "sequence_number",
    "UPDATE receipt FORCE INDEX (PRIMARY) SET seq = ? WHERE id = ? AND seq IS NULL",
    0,
};
static const struct db_stmt LAST = {
    "sequence_last",
    "UPDATE sequencer SET last = ? WHERE name = ? AND owner = ?",
    0,
};

enum err db_sequence_lease(struct db *db, const char *name, const char *owner, int64_t now_us,
                           int64_t lease_us, bool *out_mine, int64_t *out_last)
{
    enum err rc;
    bool found;
    char holder[71];
    int64_t until_us;

    *out_mine = false;
    *out_last = 0;
    TRY(db_row_find(db, &LEASE_FIND, DB_IN(db_text(name)),
                    DB_OUT(DB_GET_I64(*out_last), DB_GET_TEXT(holder), DB_GET_INSTANT(until_us)),
                    &found));
    if (!found) {
        TRY(db_exec(db, &LEASE_ADD,
                    DB_IN(db_text(name), db_text(owner), db_instant(now_us + lease_us)), NULL));
    } else {
        if (strcmp(holder, owner) != 0 && until_us > now_us) goto out;
        TRY(db_row_change(db, &LEASE_SET,
                          DB_IN(db_text(owner), db_instant(now_us + lease_us), db_text(name),
                                db_i64(*out_last))));
    }
    *out_mine = true;
out:
    return rc;
}

enum { BATCH_MAX = 500 };
struct batch {
    int64_t ids[BATCH_MAX], id;
    int n;
};

static enum err batch_row(void *cls)
{
    struct batch *b = cls;

    b->ids[b->n++] = b->id;
    return ERR_NONE;
}

enum err db_sequence_receipts(struct db *db, int64_t last, int limit, int64_t *out_count)
{
    enum err rc;
    struct batch b = {.n = 0};

    *out_count = 0;
    if (limit > BATCH_MAX) limit = BATCH_MAX;
    TRY(db_rows(db, &NEXT, DB_IN(db_i64(limit)), DB_OUT(DB_GET_I64(b.id)), batch_row, &b));
    for (int i = 0; i < b.n; i++)
        TRY(db_row_change(db, &NUMBER, DB_IN(db_i64(last + 1 + i), db_i64(b.ids[i]))));
    *out_count = b.n;
out:
    return rc;
}

enum err db_sequence_set_last(struct db *db, const char *name, const char *owner, int64_t last)
{
    return db_row_change(db, &LAST, DB_IN(db_i64(last), db_text(name), db_text(owner)));
}
