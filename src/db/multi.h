/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file multi.h
 * One statement for several rows: the same INSERT for 1 to 8 of them, a list of ids. */
#ifndef DB_MULTI_H
#define DB_MULTI_H

#include "db/db.h"

#define DB_MULTI_MAX 8
#define DB_MULTI(name, head, t)                                                                    \
    {                                                                                              \
        {name "_1", head t, 0}, {name "_2", head t "," t, 0}, {name "_3", head t "," t "," t, 0},  \
            {name "_4", head t "," t "," t "," t, 0},                                              \
            {name "_5", head t "," t "," t "," t "," t, 0},                                        \
            {name "_6", head t "," t "," t "," t "," t "," t, 0},                                  \
            {name "_7", head t "," t "," t "," t "," t "," t "," t, 0},                            \
        {                                                                                          \
            name "_8", head t "," t "," t "," t "," t "," t "," t "," t, 0                         \
        }                                                                                          \
    }

/** A list of ids for IN; of fewer the last one again. */
#define DB_IDS_MAX 64
#define DB_IDS_8 "?, ?, ?, ?, ?, ?, ?, ?"
#define DB_IDS                                                                                     \
    "(" DB_IDS_8 ", " DB_IDS_8 ", " DB_IDS_8 ", " DB_IDS_8 ", " DB_IDS_8 ", " DB_IDS_8             \
    ", " DB_IDS_8 ", " DB_IDS_8 ")"

/** Insert n rows of columns values each, in statements of at most eight rows, with the
 * transaction's next message (db_later). */
MUST_USE enum err db_multi_add(struct db *db, const struct db_stmt stmts[DB_MULTI_MAX],
                               const struct db_value *values, size_t columns, size_t n);
/** Insert rows of columns values each with a statement for one row, in one message, now: errors
 * (ERR_DB_DUPLICATE, …) are answered at once. A column's values are of one kind, or NULL. */
MUST_USE enum err db_bulk_add(struct db *db, const struct db_stmt *stmt,
                              const struct db_value *values, size_t columns, size_t rows);

#endif
