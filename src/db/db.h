/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file db.h
 * One connection, its prepared statements and the only BEGIN/COMMIT/ROLLBACK. db/ holds all SQL
 * text, one .c per aggregate, and takes no decision; it must not know XML, HTTP or an outcome's
 * meaning. A struct db belongs to one thread. */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/err.h"

#include <stdint.h>

struct db;

enum db_role { DB_ROLE_SERVE, DB_ROLE_WORK, DB_ROLE_AUDIT, DB_ROLE_MIGRATE, DB_ROLE_COUNT };

/** Connect as a role, from the configuration; asserts session settings [R6] [R16].
 * @return ERR_NONE | ERR_DB_OPEN | ERR_DB_SETTINGS. */
MUST_USE enum err db_open(enum db_role role, struct db **out);
/** From now on an answer may take an hour: of who reads or rewrites all that there is. A server
 * that is not there is told as soon as ever. */
MUST_USE enum err db_wait_long(struct db *db);
void db_close(struct db **db);
/** Server settings [R15] and schema version: for the start of serve and work.
 * @return ERR_NONE | ERR_DB_SETTINGS | ERR_DB_SCHEMA, each naming what and the cure. */
MUST_USE enum err db_check(struct db *db);

/** A statement beside its SQL. OWNED: on an Ente's rows, binds a scope. NOW: a SELECT whose first
 * column is UTC_TIMESTAMP(6): it sets the transaction's time when it is its first statement. */
struct db_stmt {
    const char *name;
    const char *sql;
    unsigned flags;
};
#define DB_OWNED 1u
#define DB_NOW 2u

/** One value bound to a '?'. Borrowed until the call returns. */
struct db_value {
    enum { DB_V_NULL, DB_V_I64, DB_V_TEXT, DB_V_BYTES, DB_V_INSTANT } kind;
    int64_t number; /* I64; INSTANT: microseconds since 1970 UTC */
    const void *bytes;
    size_t len;
};
struct db_value db_i64(int64_t n);
struct db_value db_text(const char *text); /**< NULL and "" stay what they are: NULL is SQL NULL */
struct db_value db_opt(const char *text);  /**< "" becomes SQL NULL */
struct db_value db_bytes(const void *bytes, size_t len);
struct db_value db_instant(int64_t us); /**< DATETIME(6), UTC */
struct db_value db_null(void);

/** One result column. What does not fit is ERR_DB_SQL, never cut; TEXT is NUL-terminated; NULL
 * reads as "" or 0. BUF appends. */
struct buf;
struct db_field {
    enum { DB_F_I64, DB_F_INT, DB_F_TEXT, DB_F_BYTES, DB_F_INSTANT, DB_F_BUF } kind;
    void *to;
    size_t size;
};
#define DB_GET_I64(var) ((struct db_field){DB_F_I64, &(var), 0})
#define DB_GET_INT(var) ((struct db_field){DB_F_INT, &(var), 0}) /* int or enum */
#define DB_GET_TEXT(arr) ((struct db_field){DB_F_TEXT, (arr), sizeof(arr)})
#define DB_GET_BYTES(arr) ((struct db_field){DB_F_BYTES, (arr), sizeof(arr)}) /* exactly */
#define DB_GET_INSTANT(var) ((struct db_field){DB_F_INSTANT, &(var), 0})
#define DB_GET_BUF(b) ((struct db_field){DB_F_BUF, &(b), 0})

#define DB_IN(...)                                                                                 \
    (const struct db_value[]){__VA_ARGS__},                                                        \
        sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NONE_IN ((const struct db_value *)0), (size_t)0
#define DB_OUT(...)                                                                                \
    (const struct db_field[]){__VA_ARGS__},                                                        \
        sizeof((const struct db_field[]){__VA_ARGS__}) / sizeof(struct db_field)

/** Run a statement that returns no rows. @param out_rows NULL or the number of rows changed. */
MUST_USE enum err db_exec(struct db *db, const struct db_stmt *stmt, const struct db_value *in,
                          size_t n_in, int64_t *out_rows);
/** Exactly one row must change, else ERR_DB_CONFLICT [R3]. */
MUST_USE enum err db_row_change(struct db *db, const struct db_stmt *stmt,
                                const struct db_value *in, size_t n_in);
/** In a transaction: keep a write until the transaction's next statement or its COMMIT, and send
 * all that was kept as one message; its errors (ERR_DB_DUPLICATE, …) come then, and end the
 * transaction. For writes whose answer decides nothing. in is copied.
 * @param rows how many rows must change, else ERR_DB_CONFLICT [R3]; DB_ROWS_ANY: not looked at. */
MUST_USE enum err db_later(struct db *db, const struct db_stmt *stmt, const struct db_value *in,
                           size_t n_in, int rows);
#define DB_ROWS_ANY (-1)
/** Send what db_later keeps; every other statement does so first by itself, and answers its error
 * if that fails: a DUPLICATE of db_exec() may be one of the writes before it. */
MUST_USE enum err db_queue_send(struct db *db);
/** At most one row: the first fills out. */
MUST_USE enum err db_row_find(struct db *db, const struct db_stmt *stmt, const struct db_value *in,
                              size_t n_in, const struct db_field *out, size_t n_out,
                              bool *out_found);
/** Every row fills out, then calls each, which may stop by returning an error. Rows come as the
 * server sends them: each may not use this db. */
typedef enum err db_each_fn(void *cls);
MUST_USE enum err db_rows(struct db *db, const struct db_stmt *stmt, const struct db_value *in,
                          size_t n_in, const struct db_field *out, size_t n_out, db_each_fn *each,
                          void *cls);

/** Run fn in a transaction; replayed at most 5 times with jitter on a conflict, each time after a
 * ROLLBACK [R2]. A server that does not answer within db.timeout is looked for once more, not
 * longer. A connection lost before COMMIT is opened anew and replayed; lost *at* COMMIT:
 * its line in the journal is looked up first, and when that was saved all was, and fn is not run
 * again [F3]. Where it writes none, fn looks its own key up, so that what was saved is found.
 * A statement's error ends the transaction whatever fn makes of it: each further statement and
 * COMMIT answer the same error.
 * fn must clear its output first, decide only on rows it writes [R3], and have no effect outside
 * the database [R1]. */
typedef enum err db_tx_fn(struct db *db, void *cls);
MUST_USE enum err db_tx_run(struct db *db, const char *name, db_tx_fn *fn, void *cls);
/** The transaction's only time: microseconds since 1970 UTC from the database's clock [R1].
 * Outside a transaction: read now. */
MUST_USE enum err db_now(struct db *db, int64_t *out_us);
/** The transaction's next new id: the same ids in the same order each time that it runs, as if they
 * were made before it [R1]. Outside a transaction: a new one each time. */
int64_t db_id_new(struct db *db);
/** The time that the last NOW statement outside a transaction read with its rows. */
int64_t db_read_time(const struct db *db);
/** Statements sent since db_open: for tests and bench. */
unsigned long db_statement_count(const struct db *db);

/** Statements as text, for migrations and checks: no parameters. */
MUST_USE enum err db_script(struct db *db, const char *sql);

#endif
