/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/multi.h"

enum err db_multi_add(struct db *db, const struct db_stmt stmts[DB_MULTI_MAX],
                      const struct db_value *values, size_t columns, size_t n)
{
    enum err rc = ERR_NONE;

    for (size_t done = 0; done < n;) {
        size_t k = n - done < DB_MULTI_MAX ? n - done : DB_MULTI_MAX;

        TRY(db_later(db, &stmts[k - 1], values + done * columns, k * columns, DB_ROWS_ANY));
        done += k;
    }
out:
    return rc;
}
