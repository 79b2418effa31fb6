/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_tree.h"

#include <string.h>

/* One line of the diff: "  + channel 66666666666_04". */
static enum err head_print(struct buf *out, const char *indent, char mark,
                           const struct registry_entry *e)
{
    char key[REGISTRY_KEY_SIZE];

    registry_key(e, key, sizeof key);
    return buf_printf(out, "%s%c %s %s", indent, mark, e->kind->name, key);
}

/* Neither a password's hash nor the file of one is anybody's business. */
static bool attribute_secret(const struct registry_attribute *a)
{
    return a->type == REGISTRY_SECRET || a->type == REGISTRY_SECRET_ONCE;
}

static enum err added_print(struct buf *out, const char *indent, const struct registry_entry *e)
{
    enum err rc;

    TRY(head_print(out, indent, '+', e));
    for (size_t i = e->kind->n_keys; i < e->kind->n_attributes; i++) {
        const struct registry_attribute *a = &e->kind->attributes[i];

        if (e->values[i] == NULL || a->type == REGISTRY_INSTANT) continue;
        if (attribute_secret(a))
            TRY(buf_printf(out, " %s=(hash)", a->name));
        else
            TRY(buf_printf(out, " %s=\"%s\"", a->name, e->values[i]));
    }
    TRY(buf_text(out, "\n"));
out:
    return rc;
}

static bool text_equal(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Do their own attributes differ? When it was disabled is no difference: that it is, is one. */
static bool attributes_equal(const struct registry_entry *a, const struct registry_entry *b)
{
    for (size_t i = 0; i < a->kind->n_attributes; i++)
        if (a->kind->attributes[i].type != REGISTRY_INSTANT &&
            !text_equal(a->values[i], b->values[i]))
            return false;
    return true;
}

static enum err changed_print(struct buf *out, const char *indent, const struct registry_entry *a,
                              const struct registry_entry *b)
{
    bool disabled = registry_enabled(a) && !registry_enabled(b);
    enum err rc;

    TRY(head_print(out, indent, disabled ? '-' : '~', b));
    TRY(buf_text(out, disabled ? ": disabled\n" : "\n"));
    for (size_t i = b->kind->n_keys; i < b->kind->n_attributes; i++) {
        const struct registry_attribute *attribute = &b->kind->attributes[i];
        const char *name = attribute->name;

        if (attribute->type == REGISTRY_INSTANT || text_equal(a->values[i], b->values[i])) continue;
        if (disabled && strcmp(name, "enabled") == 0) continue;
        if (attribute_secret(attribute))
            TRY(buf_printf(out, "%s    %s: changed\n", indent, name));
        else
            TRY(buf_printf(out, "%s    %s: \"%s\" -> \"%s\"\n", indent, name,
                           registry_value(a, name), registry_value(b, name)));
    }
out:
    return rc;
}

/* Print the differences of one list; parts of entries come as each is visited. */
typedef enum err pair_fn(struct buf *out, const struct registry_kind *kind,
                         const struct registry_entry *from, const struct registry_entry *to);

static enum err lists_walk(const struct registry_kind *kind, const struct registry_list *from,
                           const struct registry_list *to, pair_fn *pair, struct buf *out)
{
    enum err rc = ERR_NONE;
    size_t i = 0, j = 0;

    while (i < from->n || j < to->n) {
        int order = i == from->n ? 1
                    : j == to->n ? -1
                                 : registry_entry_compare(from->entries[i], to->entries[j]);

        TRY(pair(out, kind, order <= 0 ? from->entries[i] : NULL,
                 order >= 0 ? to->entries[j] : NULL));
        i += order <= 0;
        j += order >= 0;
    }
out:
    return rc;
}

static enum err part_pair(struct buf *out, const struct registry_kind *kind,
                          const struct registry_entry *from, const struct registry_entry *to)
{
    enum err rc = ERR_NONE;

    (void)kind;
    ALWAYS(from != NULL || to != NULL);
    if (to == NULL) {
        TRY(head_print(out, "    ", '-', from));
        TRY(buf_text(out, "\n"));
    } else if (from == NULL)
        TRY(added_print(out, "    ", to));
    else if (!attributes_equal(from, to))
        TRY(changed_print(out, "    ", from, to));
out:
    return rc;
}

static enum err entry_pair(struct buf *out, const struct registry_kind *kind,
                           const struct registry_entry *from, const struct registry_entry *to)
{
    static const struct registry_list none = {NULL, 0};
    size_t before, head;
    enum err rc = ERR_NONE;

    ALWAYS(from != NULL || to != NULL);
    before = out->len;
    if (to == NULL)
        TRY(head_print(out, "", '-', from));
    else if (from == NULL)
        TRY(added_print(out, "", to));
    else
        TRY(changed_print(out, "", from, to));
    head = out->len;
    for (size_t p = 0; p < kind->n_parts; p++)
        TRY(lists_walk(kind->parts[p].kind, from ? &from->parts[p] : &none,
                       to ? &to->parts[p] : &none, part_pair, out));
    /* Nothing below it and nothing of its own: take the head back. */
    if (head == out->len && from != NULL && to != NULL && attributes_equal(from, to)) {
        out->len = before;
        out->bytes[before] = '\0';
    }
out:
    return rc;
}

enum err registry_diff(const struct registry_entry *from, const struct registry_entry *to,
                       struct buf *out)
{
    enum err rc = ERR_NONE;

    for (size_t p = 0; p < to->kind->n_parts; p++)
        TRY(lists_walk(to->kind->parts[p].kind, &from->parts[p], &to->parts[p], entry_pair, out));
out:
    return rc;
}

int64_t registry_diff_count(const char *diff, char mark)
{
    int64_t n = 0;

    for (const char *line = diff; *line; line += strcspn(line, "\n"), line += *line == '\n')
        n += line[strspn(line, " ")] == mark;
    return n;
}
