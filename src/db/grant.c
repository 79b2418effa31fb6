/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "db/migrate.h"
#include "db/script.h"

#include <stdio.h>

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
