/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/journal_search.h"

#include <string.h>

#define SELECT                                                                                     \
    "SELECT j.id, j.at, j.actor, j.event, j.creditor, j.notice_number, j.token_hash, j.object_id," \
    " j.outcome, j.detail, COALESCE(j.duration_us, -1), j.request_hash, j.answer_hash, s.seq,"     \
    " m.id IS NOT NULL FROM journal j LEFT JOIN message m ON m.id = j.id"                          \
    " LEFT JOIN journal_seal s ON s.journal_id = j.id WHERE j.id > ? AND j.id < ?"
#define FILTERS                                                                                    \
    " AND (? IS NULL OR j.creditor = ?) AND (? IS NULL OR j.actor = ?)"                            \
    " AND (? IS NULL OR j.event = ?) AND (? IS NULL OR j.outcome = ?)"                             \
    " AND (? IS NULL OR j.token_hash = ?) ORDER BY j.id LIMIT ?"

static const struct db_stmt BY_NOTICE = {
    "journal_search_notice",
    SELECT " AND j.notice_number = ?" FILTERS,
    0,
};
static const struct db_stmt BY_OBJECT = {
    "journal_search_object",
    SELECT " AND j.object_id = ?" FILTERS,
    0,
};
static const struct db_stmt BY_TIME = {
    "journal_search_time",
    SELECT FILTERS,
    0,
};
static const struct db_stmt PAYMENT = {
    "journal_payment",
    "SELECT id FROM payment WHERE token = ?",
    0,
};

enum err db_journal_search(struct db *db, const struct db_journal_query *query, int limit,
                           struct db_journal_line *line, db_each_fn *each, void *cls)
{
    struct db_journal_row *r = &line->row;
    const struct db_stmt *stmt = &BY_TIME;
    struct db_value in[16], *v = in;
    const char *const texts[] = {query->creditor, query->actor, query->event, query->outcome};
    struct db_value token =
        query->token_hash ? db_bytes(query->token_hash, sizeof r->token_hash) : db_null();

    *v++ = db_i64(query->after_id);
    *v++ = db_i64(query->until_id ? query->until_id : INT64_MAX);
    if (query->notice_number && *query->notice_number) {
        stmt = &BY_NOTICE;
        *v++ = db_text(query->notice_number);
    } else if (query->object_id) {
        stmt = &BY_OBJECT;
        *v++ = db_i64(query->object_id);
    }
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        *v++ = db_opt(texts[i]);
        *v++ = db_opt(texts[i]);
    }
    *v++ = token;
    *v++ = token;
    *v++ = db_i64(limit);
    memset(line, 0, sizeof *line);
    return db_rows(
        db, stmt, in, (size_t)(v - in),
        DB_OUT(DB_GET_I64(r->id), DB_GET_INSTANT(line->at_us), DB_GET_TEXT(r->actor),
               DB_GET_TEXT(r->event), DB_GET_TEXT(r->creditor), DB_GET_TEXT(r->notice_number),
               DB_GET_BYTES(r->token_hash), DB_GET_I64(r->object_id), DB_GET_TEXT(r->outcome),
               DB_GET_TEXT(r->detail), DB_GET_I64(r->duration_us), DB_GET_BYTES(r->request_hash),
               DB_GET_BYTES(r->answer_hash), DB_GET_I64(line->seq), DB_GET_INT(line->message)),
        each, cls);
}

enum err db_journal_payment(struct db *db, const char *token, int64_t *out_payment_id)
{
    bool found;

    *out_payment_id = 0;
    return db_row_find(db, &PAYMENT, DB_IN(db_text(token)), DB_OUT(DB_GET_I64(*out_payment_id)),
                       &found);
}
