/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/server.h"

#include "base/config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_TAIL 1500

enum err server_private_only(void)
{
    if (!*config_text(CONFIG_DB_HOST)) return ERR_NONE;
    return err_setf(ERR_USAGE, "db.host is \"%s\": that database is not ours to start or stop",
                    config_text(CONFIG_DB_HOST));
}

void server_path(char out[SERVER_PATH_SIZE], const char *name)
{
    (void)snprintf(out, SERVER_PATH_SIZE, "%s/%s", config_text(CONFIG_DB_DIR), name);
}

/* A pid may meanwhile be somebody else's: only a process with our data folder is ours. One that
 * has ended but is not collected has no command line. */
static bool is_ours(pid_t pid)
{
    char path[64], data[SERVER_PATH_SIZE], text[16384];
    static const char key[] = "--datadir=";
    size_t n;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
    file = fopen(path, "re");
    if (!file) return false;
    n = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[n] = '\0';
    server_path(data, "data");
    for (size_t i = 0; i < n; i += strlen(text + i) + 1)
        if (!strncmp(text + i, key, strlen(key)) && !strcmp(text + i + strlen(key), data))
            return true;
    return false;
}

pid_t server_find(void)
{
    char path[SERVER_PATH_SIZE];
    struct buf text = BUF_INIT(64);
    long pid = 0;

    server_path(path, "my.pid");
    if (access(path, R_OK) == 0 && buf_read_file(&text, path) == ERR_NONE)
        pid = strtol(buf_str(&text), NULL, 10);
    buf_free(&text);
    return pid > 1 && is_ours((pid_t)pid) ? (pid_t)pid : 0;
}

bool server_ended(pid_t pid)
{
    pid_t got = waitpid(pid, NULL, WNOHANG);

    if (got >= 0) return got == pid; /* our child, maybe still before its exec */
    return !is_ours(pid);
}

enum err server_end(pid_t pid)
{
    if (kill(pid, SIGTERM) == 0 || errno == ESRCH) return ERR_NONE;
    return err_setf(ERR_FORBIDDEN, "process %ld: %s", (long)pid, strerror(errno));
}

void server_log_show(void)
{
    char path[SERVER_PATH_SIZE], text[LOG_TAIL + 1];
    const char *from = text;
    FILE *file;
    size_t n;

    server_path(path, "err.log");
    file = fopen(path, "re");
    if (!file) return;
    if (fseek(file, -(long)LOG_TAIL, SEEK_END) != 0) rewind(file);
    n = fread(text, 1, LOG_TAIL, file);
    (void)fclose(file);
    text[n] = '\0';
    if (n == LOG_TAIL) from = strchr(text, '\n') ? strchr(text, '\n') + 1 : text;
    (void)fprintf(stderr, "%s", from);
}
