/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes that wait, so that all of a fact goes to the server in one message with its COMMIT: a
 * compound statement (BEGIN NOT ATOMIC … END) of static texts, prepared, its values bound. */
#include "db/internal.h"

#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 256 * 1024, BYTES_MAX = 8 * 1024 * 1024 };

void db_queue_forget(struct db *db)
{
    buf_reset(&db->queue.sql);
    buf_reset(&db->queue.bytes);
    db->queue.n = 0;
}

/* Values are borrowed until db_later returns: their bytes are copied, number is where. */
static enum err value_keep(struct db_queue *q, const struct db_value *in)
{
    enum err rc = ERR_NONE;
    struct db_value *v = &q->values[q->n++];

    *v = *in;
    if (in->kind != DB_V_TEXT && in->kind != DB_V_BYTES) goto out;
    v->number = (int64_t)q->bytes.len;
    TRY(buf_add(&q->bytes, in->bytes, in->len));
out:
    return rc;
}

enum err db_later(struct db *db, const struct db_stmt *stmt, const struct db_value *in, size_t n_in,
                  int rows)
{
    enum err rc;
    struct db_queue *q = &db->queue;

    TRY(db->failed);
    ALWAYS(db->in_tx && n_in <= DB_VALUES_MAX);
    if (q->n + n_in > DB_VALUES_MAX) TRY(db_queue_send(db));
    q->sql.max = SQL_MAX;
    q->bytes.max = BYTES_MAX;
    TRY(buf_printf(&q->sql, "%s; ", stmt->sql));
    if (rows != DB_ROWS_ANY)
        TRY(buf_printf(&q->sql,
                       "IF ROW_COUNT() <> %d THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = %d,"
                       " MESSAGE_TEXT = '%s'; END IF; ",
                       rows, DB_ERROR_ROWS, stmt->name));
    for (size_t i = 0; i < n_in; i++)
        TRY(value_keep(q, &in[i]));
out:
    return rc;
}

static enum err group_get(struct db *db, const char *sql, MYSQL_STMT **out)
{
    enum err rc;
    struct db_group *g;
    char *copy = NULL;

    for (g = db->groups; g < db->groups + DB_GROUPS_MAX && g->sql; g++)
        if (!strcmp(g->sql, sql)) {
            *out = g->handle;
            return ERR_NONE;
        }
    copy = strdup(sql);
    if (!copy) return err_set(ERR_MEMORY, "a group of statements");
    TRY(db_prepare(db, "group", sql, out));
    if (g == db->groups + DB_GROUPS_MAX) {
        g = &db->groups[db->next_group];
        db->next_group = (db->next_group + 1) % DB_GROUPS_MAX;
        mysql_stmt_close(g->handle);
        free(g->sql);
    }
    *g = (struct db_group){copy, *out};
    copy = NULL;
out:
    free(copy);
    return rc;
}

static enum err group_run(struct db *db, const char *end)
{
    enum err rc;
    struct db_queue *q = &db->queue;
    struct buf sql = BUF_INIT(SQL_MAX);
    MYSQL_STMT *handle;

    TRY(buf_printf(&sql, "BEGIN NOT ATOMIC %s%s%sEND", db->begin_owed ? "START TRANSACTION; " : "",
                   buf_str(&q->sql), end));
    TRY(group_get(db, buf_str(&sql), &handle));
    for (struct db_value *v = q->values; v < q->values + q->n; v++)
        if (v->kind == DB_V_TEXT || v->kind == DB_V_BYTES) v->bytes = q->bytes.bytes + v->number;
    db->begin_owed = false; /* even when it fails: a ROLLBACK too many is harmless */
    TRY(db_prepared_run(db, "group", handle, q->values, q->n));
out:
    db_queue_forget(db);
    buf_free(&sql);
    return rc;
}

enum err db_queue_send(struct db *db)
{
    return db->queue.sql.len ? group_run(db, "") : ERR_NONE;
}

enum err db_begin(struct db *db)
{
    if (!db->begin_owed) return ERR_NONE;
    db->begin_owed = false;
    return db_text_run(db, "START TRANSACTION");
}

enum err db_commit(struct db *db)
{
    if (db->failed != ERR_NONE) return db->failed;
    if (db->queue.sql.len) return group_run(db, "COMMIT; ");
    return db->begin_owed ? ERR_NONE : db_text_run(db, "COMMIT");
}
