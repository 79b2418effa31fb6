/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "db/internal.h"
#include "db/migrate.h"
#include "db/script.h"

#include <stdio.h>
#include <string.h>

#define FILE_MAX_BYTES ((size_t)1 << 18)

static const char *const roles[] = {"serve", "work", "audit"};

static const char LEDGER[] =
    "CREATE TABLE IF NOT EXISTS schema_grant ("
    " role VARCHAR(8) NOT NULL,"
    " checksum CHAR(64) NOT NULL COMMENT 'SHA-256 of the statements last given',"
    " granted_at DATETIME(6) NOT NULL,"
    " PRIMARY KEY (role)"
    ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"
    " COMMENT='which rights each account was given'";

static const struct db_stmt GRANT_SAME = {
    "schema_grant_same",
    "SELECT COUNT(*) FROM schema_grant WHERE role = ? AND checksum = SHA2(?, 256)",
    0,
};
static const struct db_stmt GRANT_NOTE = {
    "schema_grant_note",
    "REPLACE INTO schema_grant (role, checksum, granted_at)"
    " VALUES (?, SHA2(?, 256), UTC_TIMESTAMP(6))",
    0,
};

static const struct db_stmt RIGHTS = {
    "schema_rights",
    "SELECT table_name, privilege_type FROM information_schema.table_privileges"
    " WHERE table_schema = DATABASE() UNION ALL SELECT '*', privilege_type"
    " FROM information_schema.schema_privileges WHERE table_schema = DATABASE()",
    0,
};

/* Only changed statements take all rights away first: a running hub would notice the gap. */
static enum err role_grant(struct db *db, const char *role)
{
    struct buf text = BUF_INIT(FILE_MAX_BYTES), filled = BUF_INIT(2 * FILE_MAX_BYTES);
    struct buf revoke = BUF_INIT(1024);
    char path[2048], mark[128];
    int64_t same = 0;
    bool found;
    enum err rc;

    snprintf(path, sizeof path, "%s/db/grants/%s.sql", config_text(CONFIG_HUB_SHARE), role);
    TRY(buf_read_file(&text, path));
    TRY(db_script_fill(buf_str(&text), &filled));
    TRY(db_row_find(db, &GRANT_SAME, DB_IN(db_text(role), db_text(buf_str(&filled))),
                    DB_OUT(DB_GET_I64(same)), &found));
    if (same == 0) {
        snprintf(mark, sizeof mark, "REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'payer_%s'@'{host}'",
                 role);
        TRY(db_script_fill(mark, &revoke));
        TRY(db_script(db, buf_str(&revoke)));
    }
    TRY(db_script_run(db, buf_str(&filled)));
    TRY(db_exec(db, &GRANT_NOTE, DB_IN(db_text(role), db_text(buf_str(&filled))), NULL));
out:
    buf_free(&revoke);
    buf_free(&filled);
    buf_free(&text);
    return rc;
}

enum err db_grant(struct db *db)
{
    enum err rc;

    TRY(db_script(db, LEDGER));
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        TRY(role_grant(db, roles[i]));
out:
    return rc;
}

/* Rights as lines "RIGHT on TABLE", in two lists. */
struct rights {
    struct buf given, wanted;
    char table[65], right[65];
};

static enum err given_row(void *cls)
{
    struct rights *r = cls;

    return buf_printf(&r->given, "%s on %s\n", r->right, r->table);
}

/* GRANT INSERT, UPDATE ON `{db}`.position TO …, a line each. */
static enum err wanted_read(const char *file, struct buf *out)
{
    static const char head[] = "GRANT ", on[] = " ON `{db}`.";
    enum err rc = ERR_NONE;

    for (const char *line = file; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *right = line + strlen(head), *end, *table;

        if (strncmp(line, head, strlen(head)) != 0) continue;
        end = strstr(right, on);
        if (!end) continue;
        table = end + strlen(on);
        for (size_t n; right < end; right += n + strspn(right + n, ", ")) {
            n = strcspn(right, ",");
            if (right + n > end) n = (size_t)(end - right);
            TRY(buf_printf(out, "%.*s on %.*s\n", (int)n, right, (int)strcspn(table, " "), table));
            if (right + n == end) break;
        }
    }
out:
    return rc;
}

/* The first line of one list that the other has not; NULL: none. */
static const char *first_only(const struct buf *one, const struct buf *other, size_t *out_len)
{
    for (const char *line = buf_str(one); *line; line += *out_len + 1) {
        const char *at = buf_str(other);
        bool there = false;

        *out_len = strcspn(line, "\n");
        for (; *at && !there; at += strcspn(at, "\n") + 1)
            there = !strncmp(at, line, *out_len + 1);
        if (!there) return line;
    }
    return NULL;
}

enum err db_rights_check(struct db *db)
{
    struct buf text = BUF_INIT(FILE_MAX_BYTES);
    struct rights r = {BUF_INIT(FILE_MAX_BYTES), BUF_INIT(FILE_MAX_BYTES), "", ""};
    const char *only, *what = "missing";
    char path[2048];
    size_t len;
    enum err rc;

    snprintf(path, sizeof path, "%s/db/grants/%s.sql", config_text(CONFIG_HUB_SHARE),
             db_role_names[db->role]);
    TRY(buf_read_file(&text, path));
    TRY(wanted_read(buf_str(&text), &r.wanted));
    TRY(db_rows(db, &RIGHTS, DB_NONE_IN, DB_OUT(DB_GET_TEXT(r.table), DB_GET_TEXT(r.right)),
                given_row, &r));
    only = first_only(&r.wanted, &r.given, &len);
    if (!only) {
        only = first_only(&r.given, &r.wanted, &len);
        what = "too much";
    }
    if (only) rc = err_setf(ERR_DB_RIGHTS, "%s: %.*s", what, (int)len, only);
out:
    buf_free(&text);
    buf_free(&r.given);
    buf_free(&r.wanted);
    return rc;
}
