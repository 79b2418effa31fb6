/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes that wait, so that all of a fact goes to the server in one message with its COMMIT: a
 * compound statement (BEGIN NOT ATOMIC … END) of static texts, prepared, its values bound. */
#include "db/internal.h"

#include <stdlib.h>
#include <string.h>

enum { SQL_MAX = 256 * 1024, BYTES_MAX = 8 * 1024 * 1024 };

void db_queue_forget(struct db *db)
{
    buf_reset(&db->queue.bytes);
    db->queue.n = db->queue.n_parts = 0;
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
    if (q->n + n_in > DB_VALUES_MAX || q->n_parts == DB_PARTS_MAX) TRY(db_queue_send(db));
    q->bytes.max = BYTES_MAX;
    q->parts[q->n_parts++] = (struct db_part){stmt, rows};
    for (size_t i = 0; i < n_in; i++)
        TRY(value_keep(q, &in[i]));
out:
    return rc;
}

static enum err part_add(struct buf *sql, const struct db_part *part)
{
    enum err rc;

    TRY(buf_printf(sql, "%s; ", part->stmt->sql));
    if (part->rows != DB_ROWS_ANY)
        TRY(buf_printf(sql,
                       "IF ROW_COUNT() <> %d THEN SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = %d,"
                       " MESSAGE_TEXT = '%s'; END IF; ",
                       part->rows, DB_ERROR_ROWS, part->stmt->name));
out:
    return rc;
}

static enum err group_prepare(struct db *db, struct db_group *g)
{
    enum err rc;
    struct buf sql = BUF_INIT(SQL_MAX);

    TRY(buf_printf(&sql, "BEGIN NOT ATOMIC %s", g->begins ? "START TRANSACTION; " : ""));
    for (size_t i = 0; i < g->n; i++)
        TRY(part_add(&sql, &g->parts[i]));
    TRY(buf_printf(&sql, "%sEND", g->commits ? "COMMIT; " : ""));
    TRY(db_prepare(db, "group", buf_str(&sql), &g->handle));
out:
    buf_free(&sql);
    return rc;
}

static bool group_is(const struct db_group *g, const struct db_group *other)
{
    if (g->n != other->n || g->begins != other->begins || g->commits != other->commits)
        return false;
    for (size_t i = 0; i < g->n; i++)
        if (g->parts[i].stmt != other->parts[i].stmt || g->parts[i].rows != other->parts[i].rows)
            return false;
    return true;
}

/* The group prepared; parts of wanted are borrowed. */
static enum err group_get(struct db *db, const struct db_group *wanted, MYSQL_STMT **out)
{
    enum err rc;
    struct db_group *g, made = *wanted;

    for (g = db->groups; g < db->groups + DB_GROUPS_MAX && g->parts; g++)
        if (group_is(g, wanted)) {
            *out = g->handle;
            return ERR_NONE;
        }
    made.parts = malloc(made.n * sizeof *made.parts);
    if (!made.parts) return err_set(ERR_MEMORY, "a group of statements");
    memcpy(made.parts, wanted->parts, made.n * sizeof *made.parts);
    TRY(group_prepare(db, &made));
    if (g == db->groups + DB_GROUPS_MAX) {
        g = &db->groups[db->next_group];
        db->next_group = (db->next_group + 1) % DB_GROUPS_MAX;
        mysql_stmt_close(g->handle);
        free(g->parts);
    }
    *g = made;
    made.parts = NULL;
    *out = g->handle;
out:
    free(made.parts);
    return rc;
}

static enum err group_run(struct db *db, bool commits)
{
    enum err rc;
    struct db_queue *q = &db->queue;
    const struct db_group wanted = {q->parts, q->n_parts, db->begin_owed, commits, NULL};
    MYSQL_STMT *handle = NULL;

    TRY(group_get(db, &wanted, &handle));
    for (struct db_value *v = q->values; v < q->values + q->n; v++)
        if (v->kind == DB_V_TEXT || v->kind == DB_V_BYTES) v->bytes = q->bytes.bytes + v->number;
    db->begin_owed = false; /* even when it fails: a ROLLBACK too many is harmless */
    TRY(db_prepared_run(db, "group", handle, q->values, q->n));
out:
    db_queue_forget(db);
    return rc;
}

enum err db_queue_send(struct db *db)
{
    return db->queue.n_parts ? group_run(db, false) : ERR_NONE;
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
    if (db->queue.n_parts) return group_run(db, true);
    return db->begin_owed ? ERR_NONE : db_text_run(db, "COMMIT");
}
