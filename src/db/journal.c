/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/journal.h"

#include "base/clock.h"
#include "db/internal.h"
#include "db/multi.h"
#include "domain/text.h"

#include <string.h>

enum { COLUMNS = 12, MANY = 200 };

#define HEAD                                                                                       \
    "INSERT INTO journal (id, at, actor, event, creditor, notice_number, token_hash, object_id,"   \
    " outcome, detail, duration_us, request_hash, answer_hash) VALUES "
#define ROW "(?, UTC_TIMESTAMP(6), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
static const struct db_stmt JOURNAL_ADD[DB_MULTI_MAX] = DB_MULTI("journal_add", HEAD, ROW);
static const struct db_stmt JOURNAL_FIND = {
    "journal_find",
    "SELECT id FROM journal WHERE id = ?",
    0,
};

/* Part of a character would make the database refuse the line, and with it all of its batch. */
static void text_set(char *to, size_t cap, const char *text)
{
    text_copy(text ? text : "", to, cap);
}

void db_journal_set(struct db_journal_row *row, const char *actor, const char *event,
                    const char *creditor, const char *notice_number, const char *outcome)
{
    memset(row, 0, sizeof *row);
    row->id = clock_id_new();
    row->duration_us = -1;
    text_set(row->actor, sizeof row->actor, actor);
    text_set(row->event, sizeof row->event, event);
    text_set(row->creditor, sizeof row->creditor, creditor);
    text_set(row->notice_number, sizeof row->notice_number, notice_number);
    text_set(row->outcome, sizeof row->outcome, outcome);
}

static struct db_value hash_value(const unsigned char *hash, size_t len)
{
    static const unsigned char none[32];

    return memcmp(hash, none, len) ? db_bytes(hash, len) : db_null();
}

enum err db_journal_add(struct db *db, const struct db_journal_row *rows, size_t n)
{
    struct db_value values[MANY * COLUMNS];
    enum err rc = ERR_NONE;

    for (size_t done = 0; done < n;) {
        size_t k = n - done < MANY ? n - done : MANY;
        struct db_value *v = values;

        for (const struct db_journal_row *r = rows + done; r < rows + done + k; r++) {
            *v++ = db_i64(r->id);
            *v++ = db_text(r->actor);
            *v++ = db_text(r->event);
            *v++ = db_opt(r->creditor);
            *v++ = db_opt(r->notice_number);
            *v++ = hash_value(r->token_hash, sizeof r->token_hash);
            *v++ = r->object_id ? db_i64(r->object_id) : db_null();
            *v++ = db_text(r->outcome);
            *v++ = db_opt(r->detail);
            *v++ = r->duration_us < 0 ? db_null() : db_i64(r->duration_us);
            *v++ = hash_value(r->request_hash, sizeof r->request_hash);
            *v++ = hash_value(r->answer_hash, sizeof r->answer_hash);
        }
        if (k > DB_MULTI_MAX)
            TRY(db_bulk_add(db, &JOURNAL_ADD[0], values, COLUMNS, k));
        else
            TRY(db_multi_add(db, JOURNAL_ADD, values, COLUMNS, k));
        done += k;
        db->proof = rows[done - 1].id;
    }
out:
    return rc;
}

enum err db_journal_find(struct db *db, int64_t id, bool *out_found)
{
    int64_t found;

    return db_row_find(db, &JOURNAL_FIND, DB_IN(db_i64(id)), DB_OUT(DB_GET_I64(found)), out_found);
}

static enum err try_tx(struct db *db, void *cls)
{
    enum err rc;
    bool *wrote = cls;
    struct db_journal_row row;

    *wrote = false;
    db_journal_set(&row, "operator/check", "check", "", "", "OK");
    TRY(db_journal_add(db, &row, 1));
    TRY(db_queue_send(db));
    *wrote = true;
    rc = err_set(ERR_STOPPED, "a line that was only tried"); /* so that it is taken back */
out:
    return rc;
}

enum err db_journal_try(struct db *db)
{
    bool wrote = false;
    enum err rc = db_tx_run(db, "journal.try", try_tx, &wrote);

    if (rc != ERR_STOPPED || !wrote) return rc;
    err_clear();
    return ERR_NONE;
}
