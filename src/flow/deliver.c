/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/deliver.h"

#include "base/clock.h"
#include "flow/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char LOCK_NAME[] = "/.lock";

/* Make one folder, durably: its name is in the folder above, which is synced. */
static enum err folder_make(char *path, size_t len)
{
    char *slash;
    char saved = path[len];
    int above = -1;
    enum err rc = ERR_NONE;

    path[len] = '\0';
    if (mkdir(path, 0750) == 0) {
        slash = strrchr(path, '/');
        if (slash != NULL && slash != path) *slash = '\0';
        above = open(slash == NULL   ? "."
                     : slash == path ? "/"
                                     : path,
                     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (slash != NULL) *slash = '/';
        if (above < 0 || fsync(above) != 0)
            rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
        if (above >= 0) close(above);
    } else if (errno != EEXIST) {
        rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
    }
    path[len] = saved;
    return rc;
}

static enum err folders_make(char *path)
{
    enum err rc = ERR_NONE;
    size_t len = strlen(path);

    for (size_t i = 1; i <= len; i++)
        if ((path[i] == '/' && path[i - 1] != '/') || path[i] == '\0') TRY(folder_make(path, i));
out:
    return rc;
}

enum err flow_deliver_folder(const char *root, const char *delivery, char *out, size_t cap)
{
    if (!flow_file_name_ok(delivery)) return err_setf(ERR_CONFIG, "delivery folder %s", delivery);
    if (snprintf(out, cap, "%s/%s", root, delivery) >= (int)cap) return err_set(ERR_LIMIT, root);
    return folders_make(out);
}

/* A lock of the open file, not of the process: two threads exclude one another too. */
static enum err lock_wait(int fd, const char *path, int64_t wait_ms)
{
    const int64_t until_us = clock_monotonic_us() + wait_ms * 1000;
    const struct timespec pause = {0, 20000000};

    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
        if (clock_monotonic_us() >= until_us) return err_set(ERR_FLOW_BUSY, path);
        (void)nanosleep(&pause, NULL);
    }
    return ERR_NONE;
}

enum err flow_deliver_lock(const char *root, int64_t wait_ms, int *out_fd)
{
    enum err rc;
    char folder[1024], path[sizeof folder + sizeof LOCK_NAME];
    int fd = -1;

    *out_fd = -1;
    if (snprintf(folder, sizeof folder, "%s", root) >= (int)sizeof folder)
        return err_set(ERR_LIMIT, root);
    TRY(folders_make(folder));
    (void)snprintf(path, sizeof path, "%s%s", folder, LOCK_NAME);
    fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0) return err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
    TRY(lock_wait(fd, path, wait_ms));
    *out_fd = fd;
out:
    if (rc != ERR_NONE && fd >= 0) close(fd);
    return rc;
}

void flow_deliver_unlock(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}
