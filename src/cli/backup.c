/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/backup.h"

#include "base/config.h"
#include "cli/server.h"
#include "cli/spawn.h"
#include "db/migrate.h"
#include "db/restore.h"
#include "service/seal_head.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM "mariadb-backup"
#define ARGUMENT_MAX 8
#define ARGUMENT_SIZE (SERVER_PATH_SIZE + 32)

/* In the database's folder while a restore is under way. */
static const char MARK[] = "restoring";

/* "--key=" and its value, in room of its own. */
static char *argument(char out[ARGUMENT_SIZE], const char *key, const char *value)
{
    (void)snprintf(out, ARGUMENT_SIZE, "%s%s", key, value);
    return out;
}

/* mariadb-backup --no-defaults MODE and its arguments; what it says goes to DIR/backup.log of
 * db.dir. */
static enum err tool_run(const char *mode, char *const arguments[ARGUMENT_MAX])
{
    char program[SERVER_PATH_SIZE], log[SERVER_PATH_SIZE], first[ARGUMENT_SIZE];
    char none[] = "--no-defaults";
    char *argv[ARGUMENT_MAX + 4] = {program, none, argument(first, mode, "")};
    enum err rc;

    for (size_t i = 0; i < ARGUMENT_MAX && arguments[i]; i++)
        argv[i + 3] = arguments[i];
    server_path(log, "backup.log");
    TRY(spawn_find(PROGRAM, PROGRAM, program, sizeof program));
    TRY(spawn_wait(argv, log));
out:
    return rc;
}

/* What is renamed next must be on the disk before. */
static enum err disk_write(char *folder)
{
    char program[SERVER_PATH_SIZE], log[SERVER_PATH_SIZE], whole[] = "-f";
    char *argv[] = {program, whole, folder, NULL};
    enum err rc;

    server_path(log, "backup.log");
    TRY(spawn_find("sync", "coreutils", program, sizeof program));
    TRY(spawn_wait(argv, log));
out:
    return rc;
}

static enum err target_check(const char *path, const char *part)
{
    struct stat st;

    if (stat(path, &st) == 0)
        return err_setf(ERR_IO_WRITE, "%s is there already: a backup gets a folder of its own",
                        path);
    if (stat(part, &st) == 0)
        return err_setf(ERR_IO_WRITE, "%s is what a backup left that was cut off: take it away",
                        part);
    return ERR_NONE;
}

/* While serve and work go on: what was committed before it ends is in it. */
enum err cli_db_backup(struct cli *cli)
{
    char part[SERVER_PATH_SIZE], data[SERVER_PATH_SIZE], user[ARGUMENT_SIZE];
    char target[ARGUMENT_SIZE], socket[ARGUMENT_SIZE], datadir[ARGUMENT_SIZE];
    const char *path = cli->operands[0];
    enum err rc;

    TRY(server_private_only());
    if (!server_find()) {
        rc = err_set(ERR_DB_LOST, "the private database is not running: payer db start");
        goto out;
    }
    (void)snprintf(part, sizeof part, "%s.part", path);
    TRY(target_check(path, part));
    server_path(data, "data");
    (void)argument(target, "--target-dir=", part);
    (void)argument(user, "--user=", server_administrator());
    TRY(tool_run("--backup",
                 (char *[ARGUMENT_MAX]){
                     target, argument(datadir, "--datadir=", data),
                     argument(socket, "--socket=", config_text(CONFIG_DB_SOCKET)), user, NULL}));
    TRY(tool_run("--prepare", (char *[ARGUMENT_MAX]){target, NULL}));
    TRY(disk_write(part));
    if (rename(part, path) != 0) {
        rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
        goto out;
    }
    cli_say(cli, "The database is in %s. With it belong the folder %s and the configuration.", path,
            config_text(CONFIG_FLOW_DIR));
out:
    return rc;
}

/* What the tool writes of a copy that lacks what was committed while it was made. */
static const char NOT_PREPARED[] = "full-backuped";

static enum err source_check(const char *path)
{
    char prepared[SERVER_PATH_SIZE], data[SERVER_PATH_SIZE];
    struct buf text = BUF_INIT(4096);
    enum err rc;

    (void)snprintf(prepared, sizeof prepared, "%s/xtrabackup_checkpoints", path);
    if (buf_read_file(&text, prepared) != ERR_NONE || strstr(buf_str(&text), NOT_PREPARED)) {
        err_clear();
        rc = err_setf(ERR_DATA, "%s is no whole backup of payer db backup", path);
        goto out;
    }
    server_path(data, "data");
    rc = access(data, F_OK) != 0
             ? ERR_NONE
             : err_setf(ERR_IO_WRITE,
                        "%s holds a database: end it and move it away, nothing is "
                        "overwritten",
                        data);
out:
    buf_free(&text);
    return rc;
}

/* The mark first: from the moment that the data is in its place, a start finishes the restore. */
static enum err mark_set(const char *mark)
{
    FILE *file = fopen(mark, "we");

    if (file && fclose(file) == 0) return ERR_NONE;
    return err_setf(ERR_IO_WRITE, "%s: %s", mark, strerror(errno));
}

enum err cli_db_restore(struct cli *cli)
{
    char data[SERVER_PATH_SIZE], fresh[SERVER_PATH_SIZE], mark[SERVER_PATH_SIZE];
    char log[SERVER_PATH_SIZE], source[ARGUMENT_SIZE], datadir[ARGUMENT_SIZE];
    enum err rc;

    TRY(server_private_only());
    TRY(server_lock());
    TRY(source_check(cli->operands[0]));
    server_path(data, "data");
    server_path(fresh, "data.restored");
    server_path(mark, MARK);
    server_path(log, "backup.log");
    TRY(server_folder_remove(fresh, log));
    (void)argument(source, "--target-dir=", cli->operands[0]);
    TRY(tool_run("--copy-back",
                 (char *[ARGUMENT_MAX]){source, argument(datadir, "--datadir=", fresh), NULL}));
    TRY(mark_set(mark));
    TRY(disk_write(fresh));
    if (rename(fresh, data) != 0) {
        rc = err_setf(ERR_IO_WRITE, "%s: %s", data, strerror(errno));
        goto out;
    }
    TRY(server_up(cli));
out:
    return rc;
}

static void step_say(void *cls, const char *name)
{
    cli_say(cls, "applied %s", name);
}

enum err backup_restore_finish(struct cli *cli)
{
    char mark[SERVER_PATH_SIZE];
    struct db *db;
    enum err rc = ERR_NONE;

    server_path(mark, MARK);
    if (access(mark, F_OK) != 0) goto out;
    TRY(cli_db(cli, DB_ROLE_MIGRATE, &db));
    rc = db_tables_try(db);
    if (rc != ERR_NONE)
        cli_say(cli,
                "The copy is not whole. Next: payer db stop, move %s away, and restore another "
                "backup.",
                config_text(CONFIG_DB_DIR));
    TRY(rc);
    TRY(db_migrate(db, step_say, cli));
    TRY(db_grant(db));
    TRY(db_numbers_skip(db));
    TRY(seal_heads_set_aside());
    if (unlink(mark) != 0) {
        rc = err_setf(ERR_IO_WRITE, "%s: %s", mark, strerror(errno));
        goto out;
    }
    cli_say(cli,
            "It is restored: numbers that were given since the backup are left out. Next: "
            "payer audit, and what others know of that time. Flows wait for: payer flow release.");
out:
    return rc;
}
