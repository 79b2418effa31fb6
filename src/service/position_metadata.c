/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_metadata.h"

#include "domain/debt.h"
#include "domain/text.h"

#include <string.h>

struct entry {
    char key[DEBT_CHARS(140)], value[DEBT_CHARS(140)];
};

/* The entry at *at; false: none, or longer than any may be. */
static bool entry_next(const char **at, struct entry *out)
{
    const char *tab = strchr(*at, '\t'), *end = strchr(*at, '\n');
    size_t key, value;

    if (!tab || !end || tab > end) return false;
    key = (size_t)(tab - *at);
    value = (size_t)(end - tab - 1);
    if (key >= sizeof out->key || value >= sizeof out->value) return false;
    memcpy(out->key, *at, key);
    out->key[key] = 0;
    memcpy(out->value, tab + 1, value);
    out->value[value] = 0;
    *at = end + 1;
    return true;
}

static bool has_key(const char *from, const char *to, const char *key)
{
    struct entry e;

    while (from < to && entry_next(&from, &e))
        if (!strcmp(e.key, key)) return true;
    return false;
}

static int count(const char *metadata)
{
    int n = 0;

    for (; *metadata; metadata++)
        n += *metadata == '\n';
    return n;
}

const char *position_metadata_wrong(const char *beside, const char *metadata)
{
    struct entry e;

    if (count(beside) + count(metadata) > DEBT_METADATA_MAX)
        return "at most 15 entries, those of the position with them";
    for (const char *at = metadata, *this; *at;) {
        this = at;
        if (!entry_next(&at, &e) || text_check(e.key, 1, 140) != ERR_NONE ||
            text_check(e.value, 1, 140) != ERR_NONE)
            return "keys and values of 1 to 140 characters";
        if (has_key(metadata, this, e.key) || has_key(beside, beside + strlen(beside), e.key))
            return "each key once, those of the position with them";
    }
    return NULL;
}

/* What has no = or an entry too many is found by position_metadata_wrong(). */
enum err position_metadata_read(const char *cell, struct arena *arena, const char **out)
{
    char *text, *key;

    *out = NULL;
    if (!*cell) return ERR_NONE;
    text = arena_alloc(arena, strlen(cell) + 2);
    if (!text) return err_set(ERR_LIMIT, "metadata");
    memcpy(text, cell, strlen(cell));
    text[strlen(cell)] = '\n';
    for (key = text; *key; key++) { /* the first = of each entry ends its key */
        key += strcspn(key, "=|\n");
        if (*key == '=') *key = '\t';
        key += strcspn(key, "|\n");
        *key = '\n';
    }
    *out = text;
    return ERR_NONE;
}
