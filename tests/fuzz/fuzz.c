/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include "base/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct fuzz_cutter fuzz_cutter(enum fuzz_cut cut, const uint8_t *bytes, size_t len)
{
    struct fuzz_cutter c = {cut, UINT64_C(14695981039346656037)}; /* FNV-1a */

    for (size_t i = 0; i < len; i++)
        c.state = (c.state ^ bytes[i]) * UINT64_C(1099511628211);
    return c;
}

size_t fuzz_piece(struct fuzz_cutter *c, size_t left)
{
    size_t most = left < 64 ? left : 64; /* with long pieces only, ends would seldom be cut */

    if (c->cut == FUZZ_WHOLE) return left;
    if (c->cut == FUZZ_BYTES) return 1;
    c->state = c->state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return 1 + (c->state >> 33) % most;
}

char *fuzz_copy(const void *bytes, size_t len)
{
    char *copy = malloc(len ? len : 1);

    ALWAYS(copy);
    if (len) memcpy(copy, bytes, len);
    return copy;
}

char *fuzz_text(const void *bytes, size_t len)
{
    char *text = malloc(len + 1);

    ALWAYS(text);
    if (len) memcpy(text, bytes, len);
    text[len] = '\0';
    return text;
}

const char *fuzz_file(const void *bytes, size_t len)
{
    static char path[40];
    static int fd = -1;

    if (fd < 0) fd = memfd_create("input", MFD_CLOEXEC);
    ALWAYS(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, bytes, len, 0) == (ssize_t)len);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}

void fuzz_settings(void)
{
    static const char *const sets[] = {"hub.share=.", "log.level=error"};
    struct buf problems = BUF_INIT(4096);

    ALWAYS(config_load("", sets, ARRAY_LEN(sets), &problems) == ERR_NONE);
    buf_free(&problems);
}
