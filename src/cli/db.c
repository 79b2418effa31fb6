/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "base/config.h"
#include "base/progress.h"
#include "cli/backup.h"
#include "cli/cli.h"
#include "cli/server.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "db/migrate.h"
#include "db/private.h"

#include <inttypes.h>
#include <time.h>

#define START_WAIT_US INT64_C(600000000) /* after a crash the server reads its log first */
#define RUNNING_WAIT_US INT64_C(30000000)
#define STOP_WAIT_US INT64_C(300000000)
#define SCHEMA_MAX ((size_t)1 << 20)

static void pause_briefly(void)
{
    const struct timespec pause = {0, 30000000};

    (void)nanosleep(&pause, NULL);
}

/* Until it answers, ends, or the time is up. */
static enum err answer_wait(struct cli *cli, pid_t pid, int64_t wait_us)
{
    int64_t until_us = clock_monotonic_us() + wait_us;
    struct progress progress;
    enum err rc;
    struct db *db;

    progress_begin(&progress, "answers from the database yet", 0, cli->quiet);
    for (;;) {
        rc = cli_db(cli, DB_ROLE_MIGRATE, &db);
        if (rc == ERR_NONE || clock_monotonic_us() > until_us) break;
        if (server_ended(pid)) {
            server_log_show();
            err_clear();
            rc = err_set(ERR_DB_SERVER, "the end of its log is above");
            break;
        }
        err_clear();
        progress_step(&progress, 0);
        pause_briefly();
    }
    progress_end(&progress);
    return rc;
}

enum err cli_db_start(struct cli *cli)
{
    enum err rc;

    TRY(server_private_only());
    TRY(server_lock());
    TRY(server_up(cli));
out:
    return rc;
}

enum err server_up(struct cli *cli)
{
    int64_t start_us = clock_monotonic_us();
    pid_t pid = server_find();
    enum err rc;

    if (pid) {
        TRY(answer_wait(cli, pid, RUNNING_WAIT_US));
        TRY(backup_restore_finish(cli));
        cli_say(cli, "The database is running already: process %ld.", (long)pid);
        goto out;
    }
    TRY(server_start(&pid));
    TRY(answer_wait(cli, pid, START_WAIT_US));
    TRY(backup_restore_finish(cli));
    cli_say(cli, "The database runs: process %ld, socket %s, %" PRId64 " ms.", (long)pid,
            config_text(CONFIG_DB_SOCKET), (clock_monotonic_us() - start_us) / 1000);
out:
    return rc;
}

enum err cli_db_stop(struct cli *cli)
{
    int64_t until_us = clock_monotonic_us() + STOP_WAIT_US;
    pid_t pid;
    enum err rc;

    TRY(server_private_only());
    pid = server_find();
    if (!pid) {
        cli_say(cli, "The database is not running.");
        goto out;
    }
    TRY(server_end(pid));
    while (!server_ended(pid)) {
        if (clock_monotonic_us() > until_us) {
            rc = err_setf(ERR_DB_LOST, "process %ld is still writing: look again", (long)pid);
            goto out;
        }
        pause_briefly();
    }
    cli_say(cli, "The database has ended: process %ld.", (long)pid);
out:
    return rc;
}

_Static_assert(sizeof(((struct db_account *)NULL)->password_hash) == CRYPTO_SECRET_MARIADB_SIZE,
               "an account holds what crypto makes");

struct status {
    bool is_private, answers;
    pid_t pid;
    struct db_schema schema;
};

static enum err status_print_json(struct cli *cli, const struct status *s)
{
    struct buf text = BUF_INIT(65536);
    struct json j = JSON_INIT(&text);
    enum err rc;

    json_object(&j, NULL);
    json_bool(&j, "private", s->is_private);
    json_int(&j, "pid", s->pid);
    json_text(&j, "socket", config_text(CONFIG_DB_SOCKET));
    json_bool(&j, "answers", s->answers);
    json_text(&j, "server", s->answers ? s->schema.server : NULL);
    json_int(&j, "schema_version", s->schema.applied);
    json_int(&j, "schema_known", s->schema.known);
    json_int(&j, "schema_missing", s->schema.missing);
    TRY(cli_write_json(cli, &j));
out:
    buf_free(&text);
    return rc;
}

static void status_print(struct cli *cli, const struct status *s)
{
    if (!s->is_private)
        cli_print(cli, "database  at %s\n", config_text(CONFIG_DB_HOST));
    else if (s->pid)
        cli_print(cli, "database  private, process %ld, socket %s\n", (long)s->pid,
                  config_text(CONFIG_DB_SOCKET));
    else
        cli_print(cli, "database  private, not running: payer db start\n");
    if (!s->answers) {
        if (!s->is_private || s->pid) cli_print(cli, "server    does not answer: payer check\n");
        return;
    }
    cli_print(cli, "server    %s\n", s->schema.server);
    cli_print(cli, "schema    version %" PRId64 " of %" PRId64 "%s\n", s->schema.applied,
              s->schema.known, s->schema.missing ? ": payer db migrate" : "");
}

enum err cli_db_status(struct cli *cli)
{
    struct status s = {0};
    struct db *db;
    enum err rc;

    s.is_private = !*config_text(CONFIG_DB_HOST);
    s.pid = s.is_private ? server_find() : 0;
    rc = cli_db(cli, DB_ROLE_MIGRATE, &db);
    s.answers = rc == ERR_NONE;
    if (s.answers) TRY(db_schema_read(db, &s.schema));
    if (!s.answers && cli->verbose) cli_report(cli, rc);
    err_clear();
    rc = ERR_NONE;
    cli->findings = !s.answers || s.schema.missing > 0;
    if (cli->json)
        TRY(status_print_json(cli, &s));
    else
        status_print(cli, &s);
out:
    return rc;
}

static enum err accounts_fill(struct db_account out[DB_ROLE_COUNT])
{
    struct buf password = BUF_INIT(256);
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < DB_ROLE_COUNT; i++) {
        buf_reset(&password);
        TRY(db_password_read((enum db_role)i, &password));
        if (password.len == 0) {
            rc = err_setf(ERR_CONFIG, "%s: one of its files is empty: each role has a password",
                          config_text(CONFIG_DB_PASSWORD_DIR));
            goto out;
        }
        crypto_secret_mariadb(buf_str(&password), out[i].password_hash);
    }
out:
    if (password.bytes) crypto_wipe(password.bytes, password.len);
    buf_free(&password);
    return rc;
}

enum err cli_db_accounts(struct cli *cli)
{
    struct db_account accounts[DB_ROLE_COUNT];
    struct buf text = BUF_INIT(16384);
    enum err rc;

    if (!*config_text(CONFIG_DB_HOST) || !*config_text(CONFIG_DB_PASSWORD_DIR))
        return err_set(ERR_USAGE, "it is for another server: set db.host and db.password_dir (the "
                                  "private database makes its own accounts)");
    TRY(accounts_fill(accounts));
    TRY(db_accounts_script(accounts, &text));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

static void step_say(void *cls, const char *name)
{
    cli_say(cls, "applied %s", name);
}

enum err cli_db_migrate(struct cli *cli)
{
    struct db_schema schema;
    struct db *db;
    enum err rc;

    TRY(cli_db(cli, DB_ROLE_MIGRATE, &db));
    if (!cli->dry_run) {
        TRY(db_migrate(db, step_say, cli));
        TRY(db_grant(db));
    }
    TRY(db_schema_read(db, &schema));
    if (cli->dry_run)
        cli_print(cli, "version %" PRId64 " of %" PRId64 ": %" PRId64 " steps would be applied\n",
                  schema.applied, schema.known, schema.missing);
    else
        cli_say(cli, "The schema is at version %" PRId64 ".", schema.applied);
out:
    return rc;
}

enum err cli_db_schema(struct cli *cli)
{
    struct buf text = BUF_INIT(SCHEMA_MAX);
    struct db *db;
    enum err rc;

    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(db_schema_print(db, &text));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}
