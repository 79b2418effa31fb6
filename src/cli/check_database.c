/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/config.h"
#include "cli/check.h"
#include "db/journal.h"
#include "db/migrate.h"

#include <inttypes.h>
#include <string.h>

#define CLOCK_APART_MS 2000

static void not_reached(struct check_result *out)
{
    check_wrong(out, "%s", err_detail()->field);
    check_cure(out, "%s",
               *config_text(CONFIG_DB_HOST)
                   ? "db.host, db.port, db.name, db.tls_ca, db.password_dir"
                   : "payer db start");
}

static const char *cure_of(enum err rc, const char *said)
{
    if (rc == ERR_DB_RIGHTS)
        return strstr(said, "too much") ? "the server's administrator takes it away: REVOKE"
                                        : "payer db migrate gives each account its rights";
    if (rc == ERR_DB_FULL) return "make room on the database's disk";
    if (strstr(said, "read-only") || strstr(said, "read_only"))
        return "lead db.host to the server that is written, or let it: SET GLOBAL read_only = 0";
    return "the server's own log says more";
}

/* What it may, and whether it does: a server that only reads, or whose disk is full, lets it in. */
static void role_try(struct db *db, enum db_role role, struct check_result *out)
{
    enum err rc = role == DB_ROLE_MIGRATE ? ERR_NONE : db_rights_check(db);

    if (rc == ERR_NONE && (role == DB_ROLE_SERVE || role == DB_ROLE_WORK)) {
        check_found(out, "connects, has its rights, and writes");
        rc = db_journal_try(db);
    } else if (rc == ERR_NONE && role == DB_ROLE_AUDIT) {
        check_found(out, "connects, and may only read");
    }
    if (rc == ERR_NONE) return;
    check_wrong(out, "%s: %s", err_text(rc), err_detail()->field);
    check_cure(out, "%s", cure_of(rc, out->said));
}

void check_role(struct cli *cli, int which, struct check_result *out)
{
    struct db *db;

    check_found(out, "connects");
    if (cli_db(cli, (enum db_role)which, &db) == ERR_NONE) {
        role_try(db, (enum db_role)which, out);
        return;
    }
    not_reached(out);
    if (*config_text(CONFIG_DB_PASSWORD_DIR) && strstr(out->said, "using password")) {
        check_cure(out, "the password in db.password_dir is not the account's: payer db accounts "
                        "prints what makes them agree");
        return;
    }
    /* The server lets it in, but not into the schema: that is what the grants are for. */
    if (cli_db(cli, DB_ROLE_MIGRATE, &db) == ERR_NONE)
        check_cure(out, "payer db migrate gives the accounts their rights");
}

void check_database(struct cli *cli, int which, struct check_result *out)
{
    struct db *db;
    enum err rc;

    (void)which;
    check_found(out, "durable, strict, and the schema is this program's");
    if (cli_db(cli, DB_ROLE_MIGRATE, &db) != ERR_NONE) {
        not_reached(out);
        return;
    }
    rc = db_check(db);
    if (rc == ERR_NONE) return;
    check_wrong(out, "%s: %s", err_text(rc), err_detail()->field);
    check_cure(out, "%s",
               rc == ERR_DB_SCHEMA ? "payer db status shows where it stands"
                                   : "change it on the server");
}

/* Stored times are the database's; log stamps are ours: who reads both must not be misled. */
void check_clock(struct cli *cli, int which, struct check_result *out)
{
    int64_t theirs_us, apart_ms;
    struct db *db;

    (void)which;
    if (cli_db(cli, DB_ROLE_MIGRATE, &db) != ERR_NONE || db_now(db, &theirs_us) != ERR_NONE) {
        not_reached(out);
        return;
    }
    apart_ms = (theirs_us - clock_wall_us()) / 1000;
    check_found(out, "%" PRId64 " ms from this machine's", apart_ms);
    if (apart_ms <= CLOCK_APART_MS && apart_ms >= -CLOCK_APART_MS) return;
    out->wrong = true;
    check_cure(out, "keep both machines' clocks by NTP");
}
