/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/message.h"

static const struct db_stmt ADD = {
    "message_add",
    "INSERT INTO message (id, at, keep_until, family, key_id, request, answer) SELECT ?,"
    " UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL ? DAY, ?, ?, ?, ? FROM DUAL WHERE NOT EXISTS"
    " (SELECT 1 FROM message WHERE id = ?)",
    0,
};
static const struct db_stmt GET = {
    "message_get",
    "SELECT id, at, family, key_id IS NOT NULL, key_id, request, answer FROM message WHERE id = ?",
    0,
};
static const struct db_stmt ENDS = {
    "message_ends",
    "SELECT MIN(id), MAX(id) FROM message",
    0,
};
static const struct db_stmt PURGE = {
    "message_purge",
    "DELETE FROM message_outdated LIMIT ?",
    0,
};

enum err db_message_add(struct db *db, const struct db_message *m)
{
    return db_exec(db, &ADD,
                   DB_IN(db_i64(m->id), db_i64(m->days), db_text(m->family),
                         m->encrypted ? db_bytes(m->key_id, sizeof m->key_id) : db_null(),
                         db_bytes(buf_str(&m->request), m->request.len),
                         db_bytes(buf_str(&m->answer), m->answer.len), db_i64(m->id)),
                   NULL);
}

enum err db_message_get(struct db *db, int64_t id, struct db_message *out, bool *out_found)
{
    int encrypted = 0;
    enum err rc;

    *out = (struct db_message){.request = BUF_INIT(DB_MESSAGE_MAX),
                               .answer = BUF_INIT(DB_MESSAGE_MAX)};
    rc = db_row_find(db, &GET, DB_IN(db_i64(id)),
                     DB_OUT(DB_GET_I64(out->id), DB_GET_INSTANT(out->at_us),
                            DB_GET_TEXT(out->family), DB_GET_INT(encrypted),
                            DB_GET_BYTES(out->key_id), DB_GET_BUF(out->request),
                            DB_GET_BUF(out->answer)),
                     out_found);
    out->encrypted = encrypted;
    return rc;
}

enum err db_message_ends(struct db *db, int64_t *out_oldest, int64_t *out_newest)
{
    bool found;

    return db_row_find(db, &ENDS, DB_NONE_IN,
                       DB_OUT(DB_GET_I64(*out_oldest), DB_GET_I64(*out_newest)), &found);
}

enum err db_message_purge(struct db *db, int limit, int64_t *out_rows)
{
    return db_exec(db, &PURGE, DB_IN(db_i64(limit)), out_rows);
}
