/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file buf.h
 * A growable byte buffer that states its cap. Always NUL-terminated beyond len, so that text can
 * be read in place. One owner, not shared by threads. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"

#include <stdint.h>

struct buf {
    char *bytes; /* owned; NULL until the first byte */
    size_t len, cap, max;
};

/** An empty buffer that may grow to max bytes. */
#define BUF_INIT(max_bytes)                                                                        \
    {                                                                                              \
        NULL, 0, 0, (max_bytes)                                                                    \
    }
/** @return ERR_NONE | ERR_LIMIT when max would be passed | ERR_MEMORY. */
MUST_USE enum err buf_add(struct buf *b, const void *bytes, size_t len);
MUST_USE enum err buf_text(struct buf *b, const char *text);
MUST_USE enum err buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/** The text so far; "" for an empty buffer. Borrowed until the next change. */
const char *buf_str(const struct buf *b);
/** Forget the content, keep the memory. */
void buf_reset(struct buf *b);
void buf_free(struct buf *b);
/** Read a whole regular file, no longer than b->max. @return ERR_NONE | ERR_IO_READ | ERR_LIMIT. */
MUST_USE enum err buf_read_file(struct buf *b, const char *path);

#endif
