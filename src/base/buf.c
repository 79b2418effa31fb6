/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Room for more bytes and the NUL beyond them. */
static enum err buf_room(struct buf *b, size_t more)
{
    size_t cap = b->cap ? b->cap : 64;
    char *bytes;

    if (more > b->max || b->len > b->max - more)
        return err_setf(ERR_LIMIT, "buffer of %zu bytes", b->max);
    if (b->bytes && b->len + more < b->cap) return ERR_NONE;
    while (cap <= b->len + more)
        cap *= 2;
    if (cap - 1 > b->max) cap = b->max + 1;
    bytes = realloc(b->bytes, cap);
    if (!bytes) return err_set(ERR_MEMORY, "buffer");
    b->bytes = bytes;
    b->cap = cap;
    return ERR_NONE;
}

enum err buf_add(struct buf *b, const void *bytes, size_t len)
{
    enum err rc;

    TRY(buf_room(b, len));
    if (len > 0) memcpy(b->bytes + b->len, bytes, len);
    b->len += len;
    b->bytes[b->len] = '\0';
out:
    return rc;
}

enum err buf_text(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

enum err buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    enum err rc;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    if (len < 0) {
        rc = BUG("buf_printf: format");
        goto out;
    }
    TRY(buf_room(b, (size_t)len));
    vsnprintf(b->bytes + b->len, (size_t)len + 1, fmt, again);
    b->len += (size_t)len;
out:
    va_end(again);
    va_end(args);
    return rc;
}

const char *buf_str(const struct buf *b)
{
    return b->bytes ? b->bytes : "";
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    if (b->bytes) b->bytes[0] = '\0';
}

void buf_free(struct buf *b)
{
    free(b->bytes);
    b->bytes = NULL;
    b->len = b->cap = 0;
}

static enum err read_all(struct buf *b, int fd, const char *path)
{
    char chunk[16384];
    enum err rc;

    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);

        if (n == 0) return ERR_NONE;
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
        TRY(buf_add(b, chunk, (size_t)n));
    }
out:
    return rc;
}

enum err buf_read_file(struct buf *b, const char *path)
{
    /* O_NONBLOCK: opening a pipe by mistake must not wait for its writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    enum err rc;

    if (fd < 0 || fstat(fd, &st) != 0) {
        rc = err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (!S_ISREG(st.st_mode)) {
        rc = err_setf(ERR_IO_READ, "%s: not a regular file", path);
        goto out;
    }
    if (st.st_size > 0 && (uint64_t)st.st_size > b->max) {
        rc = err_setf(ERR_LIMIT, "%s: longer than %zu bytes", path, b->max);
        goto out;
    }
    TRY(read_all(b, fd, path));
out:
    if (fd >= 0) close(fd);
    return rc;
}
