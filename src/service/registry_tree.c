/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_tree.h"

#include "xml/document.h"
#include "xml/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct registry_entry *entry_new(struct arena *arena, const struct registry_kind *kind)
{
    struct registry_entry *e = arena_alloc(arena, sizeof *e);

    if (e == NULL) return NULL;
    e->kind = kind;
    if (kind->n_attributes > 0)
        e->values = arena_alloc(arena, kind->n_attributes * sizeof *e->values);
    if (kind->n_parts > 0) e->parts = arena_alloc(arena, kind->n_parts * sizeof *e->parts);
    if (kind->n_attributes > 0 && e->values == NULL) return NULL;
    return kind->n_parts > 0 && e->parts == NULL ? NULL : e;
}

struct registry_entry *registry_tree_new(struct arena *arena)
{
    return entry_new(arena, &registry_kind_root);
}

int registry_entry_compare(const struct registry_entry *a, const struct registry_entry *b)
{
    for (size_t i = 0; i < a->kind->n_keys; i++) {
        int order = strcmp(a->values[i] ? a->values[i] : "", b->values[i] ? b->values[i] : "");

        if (order != 0) return order;
    }
    return 0;
}

/* Equal keys stay in the document's order, so that the later one is named as the double. */
static int entry_order(const void *a, const void *b)
{
    const struct registry_entry *x = *(struct registry_entry *const *)a;
    const struct registry_entry *y = *(struct registry_entry *const *)b;
    int order = registry_entry_compare(x, y);

    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static enum err values_read(struct arena *arena, const struct xml_node *node,
                            struct registry_entry *e)
{
    for (size_t i = 0; i < e->kind->n_attributes; i++) {
        const struct registry_attribute *attribute = &e->kind->attributes[i];
        const char *value = xml_attribute(node, attribute->name);

        if (value == NULL) continue;
        if (attribute->fallback != NULL && strcmp(value, attribute->fallback) == 0) continue;
        e->values[i] = arena_strdup(arena, value);
        if (e->values[i] == NULL) return err_set(ERR_LIMIT, "the registry document");
    }
    return ERR_NONE;
}

/* The child elements of one kind, as entries without parts, sorted. */
static enum err list_read(struct arena *arena, const struct xml_node *parent,
                          const struct registry_kind *kind, struct registry_list *out)
{
    enum err rc = ERR_NONE;
    const struct xml_node *first = xml_child(parent, REGISTRY_NAMESPACE, kind->name), *node;
    size_t n = 0, i = 0;

    for (node = first; node != NULL; node = xml_next(node, REGISTRY_NAMESPACE, kind->name))
        n++;
    if (n == 0) goto out;
    out->entries = arena_alloc(arena, n * sizeof(struct registry_entry *));
    if (out->entries == NULL) {
        rc = err_set(ERR_LIMIT, "the registry document");
        goto out;
    }
    for (node = first; node != NULL; node = xml_next(node, REGISTRY_NAMESPACE, kind->name)) {
        struct registry_entry *e = entry_new(arena, kind);

        if (e == NULL) {
            rc = err_set(ERR_LIMIT, "the registry document");
            goto out;
        }
        e->line = xml_line(node);
        e->node = node;
        TRY(values_read(arena, node, e));
        out->entries[i++] = e;
    }
    out->n = n;
    qsort(out->entries, n, sizeof(struct registry_entry *), entry_order);
out:
    return rc;
}

static enum err parts_read(struct arena *arena, const struct xml_node *node,
                           struct registry_entry *e)
{
    enum err rc = ERR_NONE;

    for (size_t p = 0; p < e->kind->n_parts; p++)
        TRY(list_read(arena, node, e->kind->parts[p].kind, &e->parts[p]));
out:
    return rc;
}

enum err registry_tree_read(struct arena *arena, const struct xml_node *node,
                            struct registry_entry **out)
{
    enum err rc = ERR_NONE;
    struct registry_entry *root = registry_tree_new(arena);

    if (root == NULL) return err_set(ERR_LIMIT, "the registry document");
    TRY(parts_read(arena, node, root));
    for (size_t p = 0; p < root->kind->n_parts; p++)
        for (size_t i = 0; i < root->parts[p].n; i++)
            TRY(parts_read(arena, root->parts[p].entries[i]->node, root->parts[p].entries[i]));
    *out = root;
out:
    return rc;
}

static void values_write(struct xml_writer *w, const struct registry_entry *e)
{
    for (size_t i = 0; i < e->kind->n_attributes; i++)
        if (e->values[i] != NULL && e->kind->attributes[i].type != REGISTRY_SECRET_ONCE)
            xml_attr(w, e->kind->attributes[i].name, e->values[i]);
}

static void entry_write(struct xml_writer *w, const struct registry_entry *e)
{
    bool inside = false;

    xml_content(w, "\n  ");
    xml_open(w, e->kind->name);
    values_write(w, e);
    for (size_t p = 0; p < e->kind->n_parts; p++) {
        for (size_t i = 0; i < e->parts[p].n; i++) {
            xml_content(w, "\n    ");
            xml_open(w, e->kind->parts[p].kind->name);
            values_write(w, e->parts[p].entries[i]);
            xml_close(w);
            inside = true;
        }
    }
    if (inside) xml_content(w, "\n  ");
    xml_close(w);
}

enum err registry_tree_write(const struct registry_entry *root, int64_t base, struct buf *out)
{
    struct xml_writer w;

    xml_writer_begin(&w, out, true);
    xml_open(&w, root->kind->name);
    xml_attr(&w, "xmlns", REGISTRY_NAMESPACE);
    if (base > 0) xml_attr_int(&w, "base", base);
    for (size_t p = 0; p < root->kind->n_parts; p++)
        for (size_t i = 0; i < root->parts[p].n; i++)
            entry_write(&w, root->parts[p].entries[i]);
    xml_content(&w, "\n");
    xml_close(&w);
    return xml_writer_end(&w);
}

const char *registry_value(const struct registry_entry *entry, const char *attribute)
{
    int i = registry_attribute_index(entry->kind, attribute);

    if (i < 0) return "";
    if (entry->values[i] != NULL) return entry->values[i];
    return entry->kind->attributes[i].fallback ? entry->kind->attributes[i].fallback : "";
}

bool registry_is(const struct registry_entry *entry, const char *attribute, const char *value)
{
    return strcmp(registry_value(entry, attribute), value) == 0;
}

const struct registry_list *registry_list_of(const struct registry_entry *entry,
                                             const char *element)
{
    size_t p = 0;

    while (strcmp(entry->kind->parts[p].kind->name, element) != 0) {
        p++;
        ALWAYS(p < entry->kind->n_parts);
    }
    return &entry->parts[p];
}

bool registry_enabled(const struct registry_entry *entry)
{
    return !entry->kind->kept || registry_is(entry, "enabled", "yes");
}

int64_t registry_enabled_count(const struct registry_entry *root)
{
    int64_t n = 0;

    for (size_t p = 0; p < root->kind->n_parts; p++)
        for (size_t i = 0; i < root->parts[p].n; i++)
            if (registry_enabled(root->parts[p].entries[i]))
                n += 1 + registry_enabled_count(root->parts[p].entries[i]);
    return n;
}

void registry_key(const struct registry_entry *entry, char *out, size_t size)
{
    const char *first = entry->kind->n_keys > 0 ? entry->values[0] : NULL;
    const char *second = entry->kind->n_keys > 1 ? entry->values[1] : NULL;

    (void)snprintf(out, size, "%s%s%s", first ? first : "?", second ? " " : "",
                   second ? second : "");
}

struct registry_entry *registry_tree_find(const struct registry_entry *root, const char *element,
                                          const char *key)
{
    int p = registry_kind_index(element);
    size_t low = 0, high;

    if (p < 0) return NULL;
    high = root->parts[p].n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct registry_entry *e = root->parts[p].entries[middle];
        int order = strcmp(e->values[0] ? e->values[0] : "", key);

        if (order == 0) return e;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void registry_stop(struct registry_entry *root, const char *switches)
{
    while (*switches != '\0') {
        char kind[16], code[REGISTRY_CODE_MAX + 1];
        size_t line = strcspn(switches, "\n");
        struct registry_entry *e = NULL;

        if (sscanf(switches, "%15s %35s", kind, code) == 2)
            e = registry_tree_find(root, kind, code);
        if (e != NULL) e->values[registry_attribute_index(e->kind, "enabled")] = "no";
        switches += line + (switches[line] == '\n');
    }
}
