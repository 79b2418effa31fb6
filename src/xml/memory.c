/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the library takes while a sheet is applied: one that doubles a text forty times would take
 * all that the machine has, in a few operations [X55]. */
#include "xml/internal.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* Of this thread: what it may still take, and whether it wanted more. */
static _Thread_local size_t left = SIZE_MAX;
static _Thread_local bool over;

/* A library that gets no memory may go on without: the one who set the limit asks, and stops. */
static bool may_take(size_t size)
{
    if (size <= left) return true;
    over = true;
    return false;
}

static void count(size_t before, size_t after)
{
    if (left == SIZE_MAX) return;
    left += before;
    left -= after < left ? after : left;
}

static void *limited_malloc(size_t size)
{
    void *p = may_take(size) ? malloc(size) : NULL;

    if (p != NULL) count(0, malloc_usable_size(p));
    return p;
}

static void *limited_realloc(void *p, size_t size)
{
    size_t before = malloc_usable_size(p);
    void *more = size <= before || may_take(size - before) ? realloc(p, size) : NULL;

    if (more != NULL) count(before, malloc_usable_size(more));
    return more;
}

static void counted_free(void *p)
{
    count(malloc_usable_size(p), 0);
    free(p);
}

static char *limited_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = limited_malloc(size);

    if (copy != NULL) memcpy(copy, text, size);
    return copy;
}

void xml_memory_init(void)
{
    ALWAYS(xmlMemSetup(counted_free, limited_malloc, limited_realloc, limited_strdup) == 0);
}

void xml_memory_limit(size_t bytes)
{
    left = bytes;
    over = false;
}

bool xml_memory_over(void)
{
    return over;
}
