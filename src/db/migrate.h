/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file migrate.h
 * The schema's versions: files db/migrations/NNNN-what.sql, applied in order and never undone.
 * DDL is not transactional in MariaDB: each step is claimed by its row in the ledger
 * schema_migration, applied, looked at by the file's "-- verify:" statement and then marked done,
 * so that a step that stopped midway is seen and run again [R14]. */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include "base/buf.h"
#include "db/db.h"

/** Called after each step that was applied now. */
typedef void db_migrated_fn(void *cls, const char *name);

/** Apply what is missing of hub.share's db/migrations; the database as DB_ROLE_MIGRATE.
 * @return ERR_NONE | ERR_DB_SCHEMA: a newer schema, a changed file, or a step that another
 *         connection is applying | ERR_DB_SQL: the step's own error */
MUST_USE enum err db_migrate(struct db *db, db_migrated_fn *migrated, void *cls);
/** Give the accounts their rights anew from hub.share's db/grants/<role>.sql; rights that a file
 * no longer names are taken away. The database as DB_ROLE_MIGRATE. */
MUST_USE enum err db_grant(struct db *db);
/** Has this connection's account the rights of its file, and no other?
 * @return ERR_NONE | ERR_DB_RIGHTS, naming the first that is not so */
MUST_USE enum err db_rights_check(struct db *db);

struct db_schema {
    char server[64];        /* the server's version, as it says it */
    int64_t applied, known; /* highest version in the database, in the files */
    int64_t missing;        /* steps in the files that are not done */
};
/** Where the schema stands, without judging it. Any role. */
MUST_USE enum err db_schema_read(struct db *db, struct db_schema *out);
/** The schema must be exactly what the files make: for the start of serve and work. Any role.
 * @return ERR_NONE | ERR_DB_SCHEMA, naming what and the cure. */
MUST_USE enum err db_schema_check(struct db *db);
/** Every table as SQL, in order of name: databases with the same steps print the same, as no table
 * has a counter of its own [R12]. Any role. */
MUST_USE enum err db_schema_print(struct db *db, struct buf *out);

#endif
