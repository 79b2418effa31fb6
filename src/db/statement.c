/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/internal.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OUT_MAX = 72 };

struct db_value db_i64(int64_t n)
{
    return (struct db_value){DB_V_I64, n, NULL, 0};
}

struct db_value db_text(const char *text)
{
    return text ? (struct db_value){DB_V_TEXT, 0, text, strlen(text)} : db_null();
}

struct db_value db_opt(const char *text)
{
    return text && *text ? db_text(text) : db_null();
}

struct db_value db_bytes(const void *bytes, size_t len)
{
    return (struct db_value){DB_V_BYTES, 0, bytes, len};
}

struct db_value db_instant(int64_t us)
{
    return (struct db_value){DB_V_INSTANT, us, NULL, 0};
}

struct db_value db_null(void)
{
    return (struct db_value){DB_V_NULL, 0, NULL, 0};
}

/* Civil date from days since 1970, proleptic Gregorian; only years 1 to 9999 come here. */
void db_instant_split(int64_t us, MYSQL_TIME *t)
{
    int64_t days = us / 86400000000, rest = us % 86400000000, era, doe, yoe, doy, mp;

    if (rest < 0) {
        rest += 86400000000;
        days--;
    }
    days += 719468;
    era = days / 146097;
    doe = days - era * 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    *t = (MYSQL_TIME){0};
    t->day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    t->month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    t->year = (unsigned)(yoe + era * 400 + (t->month <= 2));
    t->hour = (unsigned)(rest / 3600000000);
    t->minute = (unsigned)(rest / 60000000 % 60);
    t->second = (unsigned)(rest / 1000000 % 60);
    t->second_part = (unsigned long)(rest % 1000000);
    t->time_type = MYSQL_TIMESTAMP_DATETIME;
}

static int64_t instant_join(const MYSQL_TIME *t)
{
    int64_t y = (int64_t)t->year - (t->month <= 2), era = y / 400, yoe = y - era * 400;
    int64_t mp = t->month > 2 ? (int64_t)t->month - 3 : (int64_t)t->month + 9;
    int64_t doy = (153 * mp + 2) / 5 + (int64_t)t->day - 1;
    int64_t days = era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;

    return ((days * 24 + t->hour) * 60 + t->minute) * 60000000 + (int64_t)t->second * 1000000 +
           (int64_t)t->second_part;
}

enum err db_prepare(struct db *db, const char *name, const char *sql, MYSQL_STMT **out)
{
    unsigned fault = DB_FAULT(db);
    MYSQL_STMT *handle;
    enum err rc;

    if (fault) return db_fail(db, fault, name, "fault point");
    handle = mysql_stmt_init(db->link);
    ALWAYS(handle);
    db_asks(db);
    if (mysql_stmt_prepare(handle, sql, (unsigned long)strlen(sql))) {
        rc = db_fail(db, mysql_stmt_errno(handle), name, mysql_stmt_error(handle));
        mysql_stmt_close(handle);
        return rc;
    }
    *out = handle;
    return ERR_NONE;
}

/* A transaction's first read begins it: one message to the server instead of two. */
static enum err beginning_prepare(struct db *db, const struct db_stmt *stmt, MYSQL_STMT **out)
{
    enum err rc;
    struct buf sql = BUF_INIT(64 * 1024);

    TRY(buf_printf(&sql, "BEGIN NOT ATOMIC START TRANSACTION; %s; END", stmt->sql));
    TRY(db_prepare(db, stmt->name, buf_str(&sql), out));
out:
    buf_free(&sql);
    return rc;
}

static enum err prepared_get(struct db *db, const struct db_stmt *stmt, bool begins,
                             MYSQL_STMT **out)
{
    enum err rc = ERR_NONE;
    size_t slot = (((uintptr_t)stmt >> 4) * 2 + begins) % DB_STMT_SLOTS, tries = 0;

    for (; db->prepared[slot].stmt; slot = (slot + 1) % DB_STMT_SLOTS, tries++) {
        if (db->prepared[slot].stmt == stmt && db->prepared[slot].begins == begins) {
            *out = db->prepared[slot].handle;
            return ERR_NONE;
        }
        ALWAYS(tries < DB_STMT_SLOTS - 1);
    }
    if (begins)
        TRY(beginning_prepare(db, stmt, out));
    else
        TRY(db_prepare(db, stmt->name, stmt->sql, out));
    db->prepared[slot] = (struct db_prepared){stmt, begins, *out};
out:
    return rc;
}

enum err db_prepared_run(struct db *db, const char *name, MYSQL_STMT *handle,
                         const struct db_value *in, size_t n_in)
{
    static const enum enum_field_types types[] = {
        [DB_V_NULL] = MYSQL_TYPE_NULL,        [DB_V_I64] = MYSQL_TYPE_LONGLONG,
        [DB_V_TEXT] = MYSQL_TYPE_STRING,      [DB_V_BYTES] = MYSQL_TYPE_BLOB,
        [DB_V_INSTANT] = MYSQL_TYPE_DATETIME,
    };
    MYSQL_BIND bind[DB_VALUES_MAX];
    MYSQL_TIME times[DB_VALUES_MAX];
    unsigned fault = DB_FAULT(db);

    ALWAYS(n_in <= DB_VALUES_MAX && mysql_stmt_param_count(handle) == n_in);
    memset(bind, 0, n_in * sizeof *bind);
    for (size_t i = 0; i < n_in; i++) {
        bind[i].buffer_type = types[in[i].kind];
        bind[i].buffer = (void *)(uintptr_t)in[i].bytes;
        bind[i].buffer_length = (unsigned long)in[i].len;
        bind[i].length = &bind[i].buffer_length;
        if (in[i].kind == DB_V_I64) bind[i].buffer = (void *)(uintptr_t)&in[i].number;
        if (in[i].kind != DB_V_INSTANT) continue;
        db_instant_split(in[i].number, &times[i]);
        bind[i].buffer = &times[i];
    }
    db->statements++;
    if (fault) return db_fail(db, fault, name, "fault point");
    db_asks(db);
    if ((n_in && mysql_stmt_bind_param(handle, bind)) || mysql_stmt_execute(handle))
        return db_fail(db, mysql_stmt_errno(handle), name, mysql_stmt_error(handle));
    return ERR_NONE;
}

enum err db_statement_ready(struct db *db, const struct db_stmt *stmt, MYSQL_STMT **out)
{
    enum err rc;

    TRY(db->failed);
    if (!db->link) TRY(db_connect(db));
    TRY(db_queue_send(db));
    TRY(db_begin(db));
    TRY(prepared_get(db, stmt, false, out));
out:
    return rc;
}

static enum err run_once(struct db *db, const struct db_stmt *stmt, bool reads,
                         const struct db_value *in, size_t n_in, MYSQL_STMT **out)
{
    enum err rc = ERR_NONE;
    bool begins;

    TRY(db->failed);
    if (!db->link) TRY(db_connect(db));
    TRY(db_queue_send(db));
    if (!reads) TRY(db_begin(db));
    begins = db->begin_owed;
    TRY(prepared_get(db, stmt, begins, out));
    db->begin_owed = false; /* even when it fails: a ROLLBACK too many is harmless */
    TRY(db_prepared_run(db, stmt->name, *out, in, n_in));
out:
    return rc;
}

/* A read outside a transaction decides nothing: after a lost connection, such as one that a restart
 * of the database left behind, it is asked on a new one. */
static enum err run(struct db *db, const struct db_stmt *stmt, bool reads,
                    const struct db_value *in, size_t n_in, MYSQL_STMT **out)
{
    bool again = reads && !db->in_tx;
    enum err rc = run_once(db, stmt, reads, in, n_in, out);

    if (rc != ERR_DB_LOST || !again) return rc;
    err_clear();
    return run_once(db, stmt, reads, in, n_in, out);
}

enum err db_exec(struct db *db, const struct db_stmt *stmt, const struct db_value *in, size_t n_in,
                 int64_t *out_rows)
{
    enum err rc;
    MYSQL_STMT *handle;

    TRY(run(db, stmt, false, in, n_in, &handle));
    if (out_rows) *out_rows = (int64_t)mysql_stmt_affected_rows(handle);
out:
    return rc;
}

enum err db_row_change(struct db *db, const struct db_stmt *stmt, const struct db_value *in,
                       size_t n_in)
{
    enum err rc;
    int64_t rows = 0;

    TRY(db_exec(db, stmt, in, n_in, &rows));
    if (rows == 1) goto out;
    rc = err_set(ERR_DB_CONFLICT, stmt->name);
    if (db->in_tx) db->failed = rc;
out:
    return rc;
}

/* The columns of one result row, bound to the caller's variables. */
struct row {
    MYSQL_BIND bind[OUT_MAX];
    MYSQL_TIME times[OUT_MAX];
    my_bool null[OUT_MAX], cut[OUT_MAX]; /* cut: it did not fit */
    unsigned long length[OUT_MAX];
};

static void row_bind(struct row *row, const struct db_field *out, size_t n)
{
    ALWAYS(n <= OUT_MAX);
    memset(row->bind, 0, n * sizeof *row->bind);
    memset(row->cut, 0, sizeof row->cut);
    for (size_t i = 0; i < n; i++) {
        MYSQL_BIND *b = &row->bind[i];

        b->is_null = &row->null[i];
        b->error = &row->cut[i];
        b->length = &row->length[i];
        b->buffer = out[i].to;
        b->buffer_length = (unsigned long)out[i].size;
        switch (out[i].kind) {
        case DB_F_I64:
            b->buffer_type = MYSQL_TYPE_LONGLONG;
            break;
        case DB_F_INT:
            b->buffer_type = MYSQL_TYPE_LONG;
            break;
        case DB_F_TEXT:
            b->buffer_type = MYSQL_TYPE_STRING;
            break;
        case DB_F_BYTES:
            b->buffer_type = MYSQL_TYPE_BLOB;
            break;
        case DB_F_INSTANT:
            b->buffer_type = MYSQL_TYPE_DATETIME;
            b->buffer = &row->times[i];
            b->buffer_length = sizeof row->times[i];
            break;
        case DB_F_BUF:
            b->buffer_type = MYSQL_TYPE_BLOB;
            b->buffer = NULL;
            b->buffer_length = 0;
            break;
        }
    }
}

static enum err column_to_buf(MYSQL_STMT *handle, struct row *row, size_t i, struct buf *b)
{
    enum err rc;
    char *copy = NULL;
    MYSQL_BIND piece = {0};

    if (row->null[i] || row->length[i] == 0) return ERR_NONE;
    copy = malloc(row->length[i]);
    if (!copy) return err_set(ERR_MEMORY, "a column");
    piece.buffer_type = MYSQL_TYPE_BLOB;
    piece.buffer = copy;
    piece.buffer_length = row->length[i];
    piece.length = &row->length[i];
    piece.is_null = &row->null[i];
    if (mysql_stmt_fetch_column(handle, &piece, (unsigned)i, 0)) {
        rc = err_set(ERR_DB_SQL, "a column");
        goto out;
    }
    TRY(buf_add(b, copy, row->length[i]));
out:
    free(copy);
    return rc;
}

/* After a fetch: what the library could not put into place by itself. */
static enum err row_take(MYSQL_STMT *handle, const struct db_stmt *stmt, struct row *row,
                         const struct db_field *out, size_t n)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < n; i++) {
        size_t len = row->null[i] ? 0 : row->length[i];

        switch (out[i].kind) {
        case DB_F_I64:
        case DB_F_INT:
            if (row->null[i])
                memset(out[i].to, 0, out[i].kind == DB_F_I64 ? sizeof(int64_t) : sizeof(int));
            else if (row->cut[i])
                return err_setf(ERR_DB_SQL, "%s: column %zu out of range", stmt->name, i);
            break;
        case DB_F_TEXT:
            if (len >= out[i].size)
                return err_setf(ERR_DB_SQL, "%s: column %zu too long", stmt->name, i);
            ((char *)out[i].to)[len] = 0;
            break;
        case DB_F_BYTES:
            if (row->null[i])
                memset(out[i].to, 0, out[i].size);
            else if (len != out[i].size)
                return err_setf(ERR_DB_SQL, "%s: column %zu has %zu bytes", stmt->name, i, len);
            break;
        case DB_F_INSTANT:
            *(int64_t *)out[i].to = row->null[i] ? 0 : instant_join(&row->times[i]);
            break;
        case DB_F_BUF:
            TRY(column_to_buf(handle, row, i, out[i].to));
            break;
        }
    }
    memset(row->cut, 0, sizeof row->cut); /* the library sets it, and clears it not always */
out:
    return rc;
}

/* Fetch rows: the first (each == NULL) or all. The first column of a NOW statement is the time. */
static enum err rows_fetch(struct db *db, const struct db_stmt *stmt, MYSQL_STMT *handle,
                           const struct db_field *out, size_t n_out, db_each_fn *each, void *cls,
                           bool *out_found)
{
    struct db_field fields[OUT_MAX];
    struct row row;
    size_t extra = stmt->flags & DB_NOW ? 1 : 0;
    int64_t now = 0;
    enum err rc = ERR_NONE;
    int got;

    ALWAYS(n_out + extra <= OUT_MAX && mysql_stmt_field_count(handle) == n_out + extra);
    if (extra) fields[0] = DB_GET_INSTANT(now);
    if (n_out > 0) memcpy(fields + extra, out, n_out * sizeof *out);
    row_bind(&row, fields, n_out + extra);
    if (mysql_stmt_bind_result(handle, row.bind)) return err_set(ERR_DB_SQL, stmt->name);
    while ((got = mysql_stmt_fetch(handle)) == 0 || got == MYSQL_DATA_TRUNCATED) {
        TRY(row_take(handle, stmt, &row, fields, n_out + extra));
        if (extra && (!db->in_tx || !db->now_known)) {
            db->now_us = now;
            db->now_known = true;
        }
        *out_found = true;
        if (!each) goto out;
        TRY(each(cls));
    }
    if (got != MYSQL_NO_DATA) {
        /* An error between two rows is told by the link alone. */
        bool on_link = mysql_stmt_errno(handle) == 0;

        rc = db_fail(db, on_link ? mysql_errno(db->link) : mysql_stmt_errno(handle), stmt->name,
                     on_link ? mysql_error(db->link) : mysql_stmt_error(handle));
    }
out:
    if (db->link) mysql_stmt_free_result(handle);
    /* After a row of a group comes the group's own end. */
    while (db->link && mysql_stmt_more_results(handle))
        if (mysql_stmt_next_result(handle) > 0 && rc == ERR_NONE)
            rc = db_fail(db, mysql_stmt_errno(handle), stmt->name, mysql_stmt_error(handle));
    return rc;
}

enum err db_row_find(struct db *db, const struct db_stmt *stmt, const struct db_value *in,
                     size_t n_in, const struct db_field *out, size_t n_out, bool *out_found)
{
    enum err rc;
    MYSQL_STMT *handle;

    *out_found = false;
    TRY(run(db, stmt, true, in, n_in, &handle));
    TRY(rows_fetch(db, stmt, handle, out, n_out, NULL, NULL, out_found));
out:
    return rc;
}

enum err db_rows(struct db *db, const struct db_stmt *stmt, const struct db_value *in, size_t n_in,
                 const struct db_field *out, size_t n_out, db_each_fn *each, void *cls)
{
    enum err rc;
    bool found = false;
    MYSQL_STMT *handle;

    TRY(run(db, stmt, true, in, n_in, &handle));
    TRY(rows_fetch(db, stmt, handle, out, n_out, each, cls, &found));
out:
    return rc;
}
