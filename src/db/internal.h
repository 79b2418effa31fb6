/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file internal.h
 * What connection.c, statement.c and transaction.c share. Nobody outside db/ includes it. */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include "base/buf.h"
#include "base/crash.h"
#include "db/db.h"

#include <mysql.h>

/* Statements of one role; a power of two well above the number of statements in db/. */
#define DB_STMT_SLOTS 512

/* MariaDB's number for our own SIGNAL: a statement changed another number of rows than it must. */
#define DB_ERROR_ROWS 45000
/* Values of one statement, or of all that are sent together. */
#define DB_VALUES_MAX 512
#define DB_PARTS_MAX 64
/* Groups of statements that one connection keeps prepared: more shapes than a fact can have. */
#define DB_GROUPS_MAX 64
/* As many as a transaction may have rows [R13]. */
#define DB_TX_IDS_MAX 1000

extern const char *const db_role_names[DB_ROLE_COUNT]; /* connection.c */

struct db_prepared {
    const struct db_stmt *stmt; /* key: its address, and whether it begins the transaction */
    bool begins;
    MYSQL_STMT *handle;
};

/* A statement among others, and how many rows it must change. */
struct db_part {
    const struct db_stmt *stmt;
    int rows;
};

/* Statements sent together, prepared as one. The key: which, in this order, and what goes around
 * them. */
struct db_group {
    struct db_part *parts; /* NULL: a free place */
    size_t n;
    bool begins, commits;
    MYSQL_STMT *handle;
};

/* What waits to be sent together: see later.c. */
struct db_queue {
    struct db_part parts[DB_PARTS_MAX];
    size_t n_parts;
    struct buf bytes; /* copies of what the values point at */
    struct db_value values[DB_VALUES_MAX];
    size_t n;
};

struct db {
    MYSQL *link; /* NULL: lost, opened anew by the next transaction or statement */
    enum db_role role;
    int64_t asked_us; /* clock_monotonic_us() of what the server was asked last */
    bool silent;      /* it did not answer in time, and has not been reached since [F38] */
    bool patient;     /* db_wait_long() */
    bool in_tx, now_known;
    bool begin_owed; /* in a transaction that the server has not heard of yet */
    int64_t proof;   /* the transaction's last line in the journal, 0: none yet */
    enum err failed; /* what ended the transaction: all that follows in it answers the same */
    int64_t now_us;
    int64_t ids[DB_TX_IDS_MAX]; /* of the transaction, as it asked for them */
    size_t n_ids, next_id;
    unsigned long statements;
    struct db_prepared prepared[DB_STMT_SLOTS];
    struct db_group groups[DB_GROUPS_MAX];
    size_t next_group; /* the one that makes room */
    struct db_queue queue;
};

/** The error that a test wants this message to the server to end with; 0: none. A server's own
 * messages, those of no request, are none of the test's. */
#define DB_FAULT(db) FAULTPOINT((db)->role == DB_ROLE_SERVE)

/** Open the link of a struct db that has none. */
MUST_USE enum err db_connect(struct db *db);
void db_disconnect(struct db *db);
/** Right before each message to the server. */
void db_asks(struct db *db);
/** What a MariaDB error number means; a lost connection is dropped here, and the transaction that
 * it came in has failed. */
MUST_USE enum err db_fail(struct db *db, unsigned number, const char *what, const char *message);
/** One statement as text. */
MUST_USE enum err db_text_run(struct db *db, const char *sql);
MUST_USE enum err db_prepare(struct db *db, const char *name, const char *sql, MYSQL_STMT **out);
/** Bind and execute; what it answers is still to be read. */
MUST_USE enum err db_prepared_run(struct db *db, const char *name, MYSQL_STMT *handle,
                                  const struct db_value *in, size_t n_in);
/** Prepared, the writes before it sent, the transaction begun: only to be executed. */
MUST_USE enum err db_statement_ready(struct db *db, const struct db_stmt *stmt, MYSQL_STMT **out);
void db_instant_split(int64_t us, MYSQL_TIME *out);
/** START TRANSACTION, if it is owed. */
MUST_USE enum err db_begin(struct db *db);
/** Send what waits, with COMMIT. */
MUST_USE enum err db_commit(struct db *db);
void db_queue_forget(struct db *db);

#endif
