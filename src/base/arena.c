/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN ((size_t)16384)

/* Newest first. The last of the list is the first block, which a reset keeps. */
struct arena_block {
    struct arena_block *next;
    size_t cap, used;
    alignas(max_align_t) char bytes[];
};

static struct arena_block *block_new(struct arena *a, size_t size)
{
    size_t cap = size > BLOCK_MIN ? size : BLOCK_MIN;
    struct arena_block *block = malloc(sizeof *block + cap);

    if (!block) return NULL;
    block->cap = cap;
    block->used = 0;
    block->next = a->head;
    a->head = block;
    return block;
}

/* The error is in the thread's detail: the caller hands NULL up as that. */
static void *refuse(enum err rc)
{
    (void)rc;
    return NULL;
}

/* `used` counts what was asked for, so that the same input meets the cap at the same place. */
void *arena_alloc(struct arena *a, size_t size)
{
    size_t step = alignof(max_align_t), need;
    struct arena_block *block = a->head;
    void *bytes;

    if (size > a->max || a->used > a->max - size)
        return refuse(err_setf(ERR_LIMIT, "arena of %zu bytes", a->max));
    need = (size + step - 1) / step * step;
    if (!block || block->cap - block->used < need) block = block_new(a, need);
    if (!block) return refuse(err_set(ERR_MEMORY, "arena"));
    bytes = block->bytes + block->used;
    block->used += need;
    a->used += size;
    return memset(bytes, 0, size);
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy = len < SIZE_MAX ? arena_alloc(a, len + 1) : NULL;

    if (copy && len > 0) memcpy(copy, text, len);
    return copy;
}

void arena_reset(struct arena *a)
{
    while (a->head && a->head->next) {
        struct arena_block *next = a->head->next;

        free(a->head);
        a->head = next;
    }
    if (a->head) a->head->used = 0;
    a->used = 0;
}

/* Without room at hand the blocks come one by one, as before. */
void arena_reset_room(struct arena *a)
{
    size_t room = 0;

    for (const struct arena_block *block = a->head; block; block = block->next)
        room += block->cap;
    if (!a->head || !a->head->next) {
        arena_reset(a);
        return;
    }
    arena_free(a);
    (void)block_new(a, room);
}

void arena_free(struct arena *a)
{
    arena_reset(a);
    free(a->head);
    a->head = NULL;
}
