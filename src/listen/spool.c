/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/spool.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool failed(const char *what)
{
    log_event(LOG_ERROR, "spool.failed", LOG_TEXT("what", what), LOG_TEXT("why", strerror(errno)));
    return false;
}

/* Without a name at once: nothing is left when the process is killed, but an empty file when it is
 * killed between these two lines. */
static bool file_open(struct listen_file *file)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/spool-XXXXXX", file->spool->dir);
    file->fd = mkstemp(path);
    if (file->fd < 0) return failed("open");
    unlink(path);
    (void)fcntl(file->fd, F_SETFD, FD_CLOEXEC);
    return true;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);

        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed("write");
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* Counted before it is written, and given back with the file. */
bool listen_file_add(struct listen_file *file, const void *bytes, size_t len)
{
    struct listen_spool *spool = file->spool;

    if (!spool) return false;
    file->len += len;
    if (!listen_share_take(&spool->share, file->slot, len, spool->max)) return false;
    if (file->fd < 0 && !file_open(file)) return false;
    return write_all(file->fd, bytes, len);
}

/* A page's rest reads as zero; one byte more makes sure that there is a rest. */
const char *listen_file_map(struct listen_file *file)
{
    void *map;

    if (file->map) return file->map;
    if (file->fd < 0 || ftruncate(file->fd, (off_t)file->len + 1) != 0) return NULL;
    map = mmap(NULL, file->len + 1, PROT_READ, MAP_PRIVATE, file->fd, 0);
    if (map == MAP_FAILED) return NULL;
    file->map = map;
    return file->map;
}

void listen_file_close(struct listen_file *file)
{
    if (file->map) munmap(file->map, file->len + 1);
    if (file->fd >= 0) close(file->fd);
    if (file->spool) listen_share_give(&file->spool->share, file->slot, file->len);
    *file = (struct listen_file)LISTEN_FILE_INIT(file->spool, file->slot);
}
