/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "base/folder.h"
#include "cli/server.h"
#include "cli/spawn.h"
#include "db/private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACKAGE "mariadb-server-core"
#define SOCKET_PATH_MAX 107 /* sun_path, less its NUL */
#define POOL_MAX (INT64_C(2) << 30)
#define ARGUMENT_MAX 40

#define SQL_MODE                                                                                   \
    "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,"                       \
    "ERROR_FOR_DIVISION_BY_ZERO"

/* Durable, in UTC, strict, and reached by nobody from outside [R15]. */
static const char *const settings[] = {
    "--skip-networking",
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-doublewrite=1",
    "--sync-binlog=1",
    "--innodb-snapshot-isolation=ON",
    "--transaction-isolation=REPEATABLE-READ",
    "--default-time-zone=+00:00",
    "--character-set-server=utf8mb4",
    "--sql-mode=" SQL_MODE,
    "--max-allowed-packet=64M",
    "--local-infile=0",
    "--symbolic-links=0",
    "--performance-schema=OFF",
};

/* argv with room for texts of its own. */
struct command {
    char *argv[ARGUMENT_MAX + 1];
    size_t n;
};

static void command_add(struct command *c, const char *key, const char *value)
{
    size_t size = strlen(key) + strlen(value) + 1;

    ALWAYS(c->n < ARGUMENT_MAX);
    c->argv[c->n] = malloc(size);
    ALWAYS(c->argv[c->n]);
    (void)snprintf(c->argv[c->n++], size, "%s%s", key, value);
}

static void command_add_number(struct command *c, const char *key, int64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRId64, value);
    command_add(c, key, text);
}

static void command_free(struct command *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->argv[i]);
    memset(c, 0, sizeof *c);
}

/* The accounts have no password, so nobody else may reach the socket. */
static enum err folder_own(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_setf(ERR_CONFIG, "%s is not a folder", path);
    if (st.st_uid != geteuid())
        return err_setf(ERR_CONFIG, "%s belongs to another user: be that user", path);
    if ((st.st_mode & 077) != 0 && chmod(path, 0700) != 0)
        return err_setf(ERR_CONFIG, "%s must have mode 0700: %s", path, strerror(errno));
    return ERR_NONE;
}

static enum err socket_check(void)
{
    const char *dir = config_text(CONFIG_DB_DIR), *path = config_text(CONFIG_DB_SOCKET);

    if (strlen(path) > SOCKET_PATH_MAX)
        return err_setf(ERR_CONFIG, "db.socket is longer than %d bytes: set db.socket or db.dir",
                        SOCKET_PATH_MAX);
    if (strncmp(path, dir, strlen(dir)) != 0 || path[strlen(dir)] != '/' ||
        strchr(path + strlen(dir) + 1, '/'))
        return err_set(ERR_CONFIG, "db.socket must lie in db.dir, which nobody else may enter");
    return ERR_NONE;
}

enum err server_lock(void)
{
    const char *dir = config_text(CONFIG_DB_DIR);
    char path[SERVER_PATH_SIZE];
    enum err rc;
    int fd;

    TRY(socket_check());
    TRY(folder_make(dir, 0700));
    TRY(folder_own(dir));
    server_path(path, "lock");
    fd = open(path, O_RDWR | O_CREAT, 0600); /* those who are waited for hold it, too */
    if (fd < 0 || flock(fd, LOCK_EX) != 0)
        rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
out:
    return rc; /* the file stays open: the lock ends with the last of us */
}

static void add_user(struct command *c)
{
    if (geteuid() == 0) command_add(c, "--user=root", "");
}

/* Two servers that share /tmp remove one another's temporary tables at their start. */
static enum err tmpdir_add(struct command *c)
{
    char path[SERVER_PATH_SIZE];
    enum err rc;

    server_path(path, "tmp");
    TRY(folder_make(path, 0700));
    command_add(c, "--tmpdir=", path);
out:
    return rc;
}

enum err server_folder_remove(const char *path, const char *log)
{
    struct command c = {{NULL}, 0};
    char program[SERVER_PATH_SIZE];
    enum err rc;

    TRY(spawn_find("rm", "coreutils", program, sizeof program));
    command_add(&c, program, "");
    command_add(&c, "-rf", "");
    command_add(&c, path, "");
    TRY(spawn_wait(c.argv, log));
out:
    command_free(&c);
    return rc;
}

const char *server_administrator(void)
{
    const struct passwd *user = getpwuid(geteuid());

    return user ? user->pw_name : "root";
}

/* Made beside and renamed: a half-made folder is never taken for a database. */
static enum err tables_make(void)
{
    char program[SERVER_PATH_SIZE], data[SERVER_PATH_SIZE], fresh[SERVER_PATH_SIZE];
    char log[SERVER_PATH_SIZE];
    struct command c = {{NULL}, 0};
    enum err rc = ERR_NONE;

    server_path(data, "data");
    server_path(fresh, "data.new");
    server_path(log, "install.log");
    if (access(data, F_OK) == 0) goto out;
    TRY(server_folder_remove(fresh, log));
    TRY(spawn_find("mariadb-install-db", PACKAGE, program, sizeof program));
    command_add(&c, program, "");
    command_add(&c, "--no-defaults", "");
    add_user(&c);
    command_add(&c, "--datadir=", fresh);
    TRY(tmpdir_add(&c));
    command_add(&c, "--auth-root-authentication-method=socket", "");
    command_add(&c, "--auth-root-socket-user=", server_administrator());
    command_add(&c, "--skip-test-db", "");
    command_add(&c, "--force", ""); /* no look-up of a host: nobody comes from one */
    command_add_number(&c, "--innodb-log-file-size=", config_int(CONFIG_DB_LOG_SIZE));
    TRY(spawn_wait(c.argv, log));
    if (rename(fresh, data) != 0) rc = err_setf(ERR_IO_WRITE, "%s: %s", data, strerror(errno));
out:
    command_free(&c);
    return rc;
}

static enum err file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    bool bad = !file || fputs(text, file) < 0;

    if (file && fclose(file) != 0) bad = true;
    return bad ? err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno)) : ERR_NONE;
}

static enum err script_make(const char *path)
{
    struct buf text = BUF_INIT(65536);
    enum err rc;

    TRY(db_private_script(&text));
    TRY(file_write(path, buf_str(&text)));
out:
    buf_free(&text);
    return rc;
}

static int64_t pool_size(void)
{
    int64_t asked = config_int(CONFIG_DB_BUFFER_POOL);
    int64_t quarter = (int64_t)sysconf(_SC_PHYS_PAGES) / 4 * sysconf(_SC_PAGESIZE);

    if (asked > 0) return asked;
    return quarter < POOL_MAX ? quarter : POOL_MAX;
}

static void command_make(struct command *c, const char *program, const char *script,
                         const char *log)
{
    char path[SERVER_PATH_SIZE];

    command_add(c, program, "");
    command_add(c, "--no-defaults", "");
    add_user(c);
    server_path(path, "data");
    command_add(c, "--datadir=", path);
    command_add(c, "--socket=", config_text(CONFIG_DB_SOCKET));
    server_path(path, "my.pid");
    command_add(c, "--pid-file=", path);
    command_add(c, "--log-error=", log);
    command_add(c, "--init-file=", script);
    command_add_number(c, "--innodb-buffer-pool-size=", pool_size());
    command_add_number(c, "--innodb-log-file-size=", config_int(CONFIG_DB_LOG_SIZE));
    command_add_number(c, "--max-connections=", config_int(CONFIG_DB_CONNECTIONS));
    for (size_t i = 0; i < ARRAY_LEN(settings); i++)
        command_add(c, settings[i], "");
}

enum err server_start(pid_t *out_pid)
{
    char program[SERVER_PATH_SIZE], script[SERVER_PATH_SIZE], log[SERVER_PATH_SIZE];
    char pid_file[SERVER_PATH_SIZE], pid_text[24];
    struct command c = {{NULL}, 0};
    enum err rc;

    server_path(script, "start.sql");
    server_path(log, "err.log");
    server_path(pid_file, "my.pid");
    TRY(spawn_find("mariadbd", PACKAGE, program, sizeof program));
    TRY(tables_make());
    TRY(script_make(script));
    command_make(&c, program, script, log);
    TRY(tmpdir_add(&c));
    TRY(spawn_start(c.argv, log, out_pid));
    /* The server writes it late: until then a second start must find it too. */
    (void)snprintf(pid_text, sizeof pid_text, "%ld\n", (long)*out_pid);
    TRY(file_write(pid_file, pid_text));
out:
    command_free(&c);
    return rc;
}
