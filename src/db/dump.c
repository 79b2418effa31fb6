/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/internal.h"
#include "db/migrate.h"
#include "db/restore.h"

#include <string.h>

enum { NAMES_MAX = 64 * 1024 };

static const struct db_stmt TABLES = {
    "schema_tables",
    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
    " ORDER BY table_name",
    0,
};

struct names {
    char name[65];
    struct buf list; /* each ends with a line end */
};

static enum err name_keep(void *cls)
{
    struct names *n = cls;

    return buf_printf(&n->list, "%s\n", n->name);
}

/* Of a view the server tells whose it is, which is another account on another machine. */
static enum err create_print(const char *create, struct buf *out)
{
    enum err rc;
    const char *definer = strstr(create, " DEFINER="), *rest;

    rest = definer ? strstr(definer, " SQL SECURITY") : NULL;
    if (rest)
        TRY(buf_printf(out, "%.*s%s;\n", (int)(definer - create), create, rest));
    else
        TRY(buf_printf(out, "%s;\n", create));
out:
    return rc;
}

static enum err table_print(struct db *db, const char *name, struct buf *out)
{
    enum err rc;
    struct buf sql = BUF_INIT(1024);
    MYSQL_RES *rows = NULL;
    MYSQL_ROW row;

    TRY(buf_printf(&sql, "SHOW CREATE TABLE `%s`", name));
    TRY(db_text_run(db, buf_str(&sql)));
    rows = mysql_store_result(db->link);
    row = rows ? mysql_fetch_row(rows) : NULL;
    if (row)
        TRY(create_print(row[1], out));
    else
        rc = db_fail(db, mysql_errno(db->link), name, mysql_error(db->link));
out:
    if (rows) mysql_free_result(rows);
    buf_free(&sql);
    return rc;
}

/* Each table and view, in order of name. */
static enum err tables_each(struct db *db,
                            enum err (*each)(struct db *db, const char *name, struct buf *out),
                            struct buf *out)
{
    enum err rc;
    struct names n = {.list = BUF_INIT(NAMES_MAX)};
    char *name, *end;

    TRY(db_rows(db, &TABLES, DB_NONE_IN, DB_OUT(DB_GET_TEXT(n.name)), name_keep, &n));
    for (name = (char *)n.list.bytes; name && *name; name = end + 1) {
        end = strchr(name, '\n');
        *end = 0;
        TRY(each(db, name, out));
    }
out:
    buf_free(&n.list);
    return rc;
}

enum err db_schema_print(struct db *db, struct buf *out)
{
    enum err rc;

    TRY(buf_text(out, "-- The schema as all migrations make it, for readers: `payer db schema`.\n"
                      "-- Made by `make generated`; the migrations are what is applied.\n"));
    TRY(tables_each(db, table_print, out));
out:
    return rc;
}

static enum err table_try(struct db *db, const char *name, struct buf *sql)
{
    enum err rc;

    buf_reset(sql);
    TRY(buf_printf(sql, "SELECT 1 FROM `%s` LIMIT 1", name));
    TRY(db_script(db, buf_str(sql)));
out:
    return rc;
}

enum err db_tables_try(struct db *db)
{
    struct buf sql = BUF_INIT(1024);
    enum err rc = tables_each(db, table_try, &sql);

    buf_free(&sql);
    return rc;
}
