/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One INSERT for many rows: a single message with all their values, column by column. */
#include "db/internal.h"

#include "base/arena.h"
#include "db/multi.h"

#include <string.h>

enum { BULK_BYTES_MAX = 8 * 1024 * 1024, COLUMNS_MAX = 32 };

/* What the library reads of one column. */
struct column {
    void **at; /* where each value is; integers stand one after the other instead */
    int64_t *numbers;
    MYSQL_TIME *times;
    unsigned long *lengths;
    char *indicators;
};

static enum err column_open(struct arena *arena, struct column *c, size_t rows)
{
    c->at = arena_alloc(arena, rows * sizeof *c->at);
    c->numbers = arena_alloc(arena, rows * sizeof *c->numbers);
    c->times = arena_alloc(arena, rows * sizeof *c->times);
    c->lengths = arena_alloc(arena, rows * sizeof *c->lengths);
    c->indicators = arena_alloc(arena, rows);
    return c->indicators ? ERR_NONE : err_set(ERR_LIMIT, "rows of one statement");
}

static void value_put(struct column *c, size_t row, const struct db_value *v)
{
    c->indicators[row] = v->kind == DB_V_NULL ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE;
    c->numbers[row] = v->number;
    c->lengths[row] = (unsigned long)v->len;
    c->at[row] = (void *)(uintptr_t)(v->bytes ? v->bytes : "");
    if (v->kind != DB_V_INSTANT) return;
    db_instant_split(v->number, &c->times[row]);
    c->at[row] = &c->times[row];
}

/* The column's type is that of its values; one that is NULL everywhere may have any. */
static enum err column_bind(struct arena *arena, const struct db_value *first, size_t columns,
                            size_t rows, MYSQL_BIND *out)
{
    struct column c;
    enum err rc;
    int kind = DB_V_NULL;

    TRY(column_open(arena, &c, rows));
    for (size_t row = 0; row < rows; row++) {
        const struct db_value *v = first + row * columns;

        value_put(&c, row, v);
        ALWAYS(kind == DB_V_NULL || v->kind == DB_V_NULL || (int)v->kind == kind);
        if (v->kind != DB_V_NULL) kind = (int)v->kind;
    }
    memset(out, 0, sizeof *out);
    out->buffer_type = kind == DB_V_I64       ? MYSQL_TYPE_LONGLONG
                       : kind == DB_V_INSTANT ? MYSQL_TYPE_DATETIME
                       : kind == DB_V_BYTES   ? MYSQL_TYPE_BLOB
                                              : MYSQL_TYPE_STRING;
    out->buffer = kind == DB_V_I64 ? (void *)c.numbers : (void *)c.at;
    out->length = c.lengths;
    out->u.indicator = c.indicators;
out:
    return rc;
}

static enum err run(struct db *db, const struct db_stmt *stmt, MYSQL_STMT *handle, MYSQL_BIND *bind,
                    size_t rows)
{
    unsigned n = (unsigned)rows, fault = DB_FAULT(db);

    db->statements++;
    db_asks(db);
    if (mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &n) ||
        mysql_stmt_bind_param(handle, bind) || fault || mysql_stmt_execute(handle))
        return db_fail(db, fault ? fault : mysql_stmt_errno(handle), stmt->name,
                       fault ? "fault" : mysql_stmt_error(handle));
    return ERR_NONE;
}

enum err db_bulk_add(struct db *db, const struct db_stmt *stmt, const struct db_value *values,
                     size_t columns, size_t rows)
{
    enum err rc = ERR_NONE;
    struct arena arena = ARENA_INIT(BULK_BYTES_MAX);
    MYSQL_BIND bind[COLUMNS_MAX];
    MYSQL_STMT *handle;

    if (rows == 0) goto out;
    ALWAYS(db->in_tx && columns <= COLUMNS_MAX);
    TRY(db_statement_ready(db, stmt, &handle));
    ALWAYS(mysql_stmt_param_count(handle) == columns);
    for (size_t i = 0; i < columns; i++)
        TRY(column_bind(&arena, values + i, columns, rows, &bind[i]));
    TRY(run(db, stmt, handle, bind, rows));
out:
    arena_free(&arena);
    return rc;
}
