/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file arena.h
 * One capped heap a request or job: allocated in bumps, given back all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used, max;
};

#define ARENA_INIT(max_bytes)                                                                      \
    {                                                                                              \
        NULL, 0, (max_bytes)                                                                       \
    }
/** Zeroed, aligned memory; NULL when the cap is passed or memory is out (err_set is done). */
void *arena_alloc(struct arena *a, size_t size);
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t len);
/** Forget everything, keep the first block. */
void arena_reset(struct arena *a);
/** The same, but keep room for as much as there was, in one block: for who does the same again and
 * again. */
void arena_reset_room(struct arena *a);
void arena_free(struct arena *a);

#endif
