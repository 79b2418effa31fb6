/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file internal.h
 * What connection.c, statement.c and transaction.c share. Nobody outside db/ includes it. */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include "db/db.h"

#include <mysql.h>

/* Statements of one role; a power of two well above the number of statements in db/. */
#define DB_STMT_SLOTS 512

struct db_prepared {
    const struct db_stmt *stmt; /* key: its address */
    MYSQL_STMT *handle;
};

struct db {
    MYSQL *link; /* NULL: lost, opened anew by the next transaction or statement */
    enum db_role role;
    bool in_tx, now_known;
    int64_t now_us;
    unsigned long statements;
    struct db_prepared prepared[DB_STMT_SLOTS];
};

/** Open the link of a struct db that has none. */
MUST_USE enum err db_connect(struct db *db);
void db_disconnect(struct db *db);
/** What a MariaDB error number means; a lost connection is dropped here. */
MUST_USE enum err db_fail(struct db *db, unsigned number, const char *what, const char *message);
/** One statement as text. */
MUST_USE enum err db_text_run(struct db *db, const char *sql);

#endif
