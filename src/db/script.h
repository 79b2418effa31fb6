/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file script.h
 * SQL files of db/: statements end with ';' at the end of a line, '--' begins a comment line. */
#ifndef DB_SCRIPT_H
#define DB_SCRIPT_H

#include "base/buf.h"
#include "db/db.h"

/** Run each statement of a text; the first error ends it. */
MUST_USE enum err db_script_run(struct db *db, const char *text);
/** Copy text with {db} as the schema's name and {host} as the host part of our accounts: localhost,
 * or % when the database is another machine's. */
MUST_USE enum err db_script_fill(const char *text, struct buf *out);

#endif
