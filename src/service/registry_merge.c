/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_tree.h"

#include <string.h>

struct merge {
    struct arena *arena;
    const char *now;
};

/* An entry of the older document, as it is or disabled; its parts are shared, not copied. */
static struct registry_entry *carried(const struct merge *m, const struct registry_entry *older,
                                      bool disable)
{
    const struct registry_kind *kind = older->kind;
    struct registry_entry *e = arena_alloc(m->arena, sizeof *e);
    const char **values = arena_alloc(m->arena, kind->n_attributes * sizeof *values);

    if (e == NULL || values == NULL) return NULL;
    memcpy(values, older->values, kind->n_attributes * sizeof *values);
    *e = *older;
    e->values = values;
    e->line = 0;
    e->before = older;
    if (disable && registry_enabled(older)) {
        values[registry_attribute_index(kind, "enabled")] = "no";
        values[registry_attribute_index(kind, "disabled-since")] = m->now;
    }
    return e;
}

/* When it was first seen disabled: what the document says, else what the older one said, else now;
 * nothing once it is enabled again. */
static void since_settle(const struct merge *m, struct registry_entry *e)
{
    const char **since;

    if (!e->kind->kept) return;
    since = &e->values[registry_attribute_index(e->kind, "disabled-since")];
    if (registry_enabled(e))
        *since = NULL;
    else if (*since == NULL)
        *since = e->before != NULL && !registry_enabled(e->before)
                     ? registry_value(e->before, "disabled-since")
                     : m->now;
}

/* Both lists are sorted: one walk. absent: an entry that only the older list has is disabled when
 * it is of a kept kind and gone when it is not; else it stays as it was. */
static enum err list_merge(const struct merge *m, const struct registry_kind *kind,
                           struct registry_list *fresh, const struct registry_list *older,
                           bool absent)
{
    size_t room = fresh->n + older->n, n = 0, i = 0, j = 0;
    struct registry_entry **entries;

    if (room == 0) return ERR_NONE;
    entries = arena_alloc(m->arena, room * sizeof(struct registry_entry *));
    if (entries == NULL) return err_set(ERR_LIMIT, "the registry document");
    while (i < fresh->n || j < older->n) {
        int order = i == fresh->n   ? 1
                    : j == older->n ? -1
                                    : registry_entry_compare(fresh->entries[i], older->entries[j]);

        if (order > 0 && absent && !kind->kept) {
            j++;
            continue;
        }
        if (order > 0) {
            entries[n] = carried(m, older->entries[j++], absent);
            if (entries[n++] == NULL) return err_set(ERR_LIMIT, "the registry document");
            continue;
        }
        if (order == 0) fresh->entries[i]->before = older->entries[j++];
        since_settle(m, fresh->entries[i]);
        entries[n++] = fresh->entries[i++];
    }
    *fresh = (struct registry_list){entries, n};
    return ERR_NONE;
}

static enum err parts_merge(const struct merge *m, struct registry_entry *e)
{
    static const struct registry_list none = {NULL, 0};
    enum err rc = ERR_NONE;

    for (size_t p = 0; p < e->kind->n_parts; p++)
        TRY(list_merge(m, e->kind->parts[p].kind, &e->parts[p],
                       e->before ? &e->before->parts[p] : &none, true));
out:
    return rc;
}

enum err registry_merge(struct arena *arena, struct registry_entry *fresh,
                        const struct registry_entry *older, bool whole, const char *now)
{
    const struct merge m = {arena, now};
    enum err rc = ERR_NONE;

    for (size_t p = 0; p < fresh->kind->n_parts; p++) {
        struct registry_list *list = &fresh->parts[p];

        TRY(list_merge(&m, fresh->kind->parts[p].kind, list, &older->parts[p], whole));
        for (size_t i = 0; i < list->n; i++)
            if (list->entries[i]->line > 0) TRY(parts_merge(&m, list->entries[i]));
    }
out:
    return rc;
}
