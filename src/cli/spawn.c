/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAST_FD 255

enum err spawn_find(const char *name, const char *package, char *out, size_t size)
{
    const char *path = getenv("PATH");
    char places[4096];

    /* A plain user's PATH lacks the folders of servers. */
    (void)snprintf(places, sizeof places, "%s:/usr/sbin:/usr/bin:/usr/libexec:/usr/local/sbin",
                   path ? path : "");
    for (const char *at = places; *at;) {
        size_t len = strcspn(at, ":");

        (void)snprintf(out, size, "%.*s/%s", (int)len, at, name);
        if (len > 0 && access(out, X_OK) == 0) return ERR_NONE;
        at += len + (at[len] == ':');
    }
    return err_setf(ERR_CONFIG, "%s is not installed: it is in the package %s", name, package);
}

/* Between fork and exec: only calls that are safe there. */
static _Noreturn void child_become(char *const *argv, int log, bool alone)
{
    int null = open("/dev/null", O_RDONLY);

    (void)setsid();
    (void)signal(SIGPIPE, SIG_DFL);
    (void)umask(077);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 ||
        dup2(log, STDERR_FILENO) < 0)
        _exit(126);
    for (int fd = STDERR_FILENO + 1; alone && fd <= LAST_FD; fd++)
        (void)close(fd);
    (void)execv(argv[0], argv);
    _exit(127);
}

static enum err start(char *const *argv, const char *log, bool alone, pid_t *out_pid)
{
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    enum err rc = ERR_NONE;

    if (fd < 0) return err_setf(ERR_IO_WRITE, "%s: %s", log, strerror(errno));
    *out_pid = fork();
    if (*out_pid == 0) child_become(argv, fd, alone);
    if (*out_pid < 0) rc = err_setf(ERR_MEMORY, "fork: %s", strerror(errno));
    (void)close(fd);
    return rc;
}

enum err spawn_start(char *const *argv, const char *log, pid_t *out_pid)
{
    return start(argv, log, true, out_pid);
}

enum err spawn_wait(char *const *argv, const char *log)
{
    int status = 0;
    pid_t pid = 0;
    enum err rc;

    TRY(start(argv, log, false, &pid));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        rc = err_setf(ERR_CONFIG, "%s failed: see %s", argv[0], log);
out:
    return rc;
}
