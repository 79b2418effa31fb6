/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry.h"

#include "base/json.h"
#include "domain/amount.h"
#include "service/registry_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SWITCHES_MAX = 1 << 20 };

struct show {
    struct registry_entry *root;
    const char *switches; /* "kind code" a line */
    struct buf *out;
    bool json;
};

/* ---- what both forms need ---- */

static enum err kind_unknown(const char *kind)
{
    char names[200] = "";

    for (size_t i = 0; i < registry_kind_root.n_parts; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), " %s",
                 registry_kind_root.parts[i].kind->name);
    return err_setf(ERR_USAGE, "\"%.40s\": expected one of%s", kind, names);
}

/* A password, its hash and where it lies are shown to nobody. */
static bool shown(const struct registry_attribute *a)
{
    return a->type != REGISTRY_SECRET && a->type != REGISTRY_SECRET_ONCE;
}

static bool stopped(const struct show *s, const struct registry_entry *e)
{
    char line[REGISTRY_KEY_SIZE + 16];
    const char *found;
    size_t len;

    (void)snprintf(line, sizeof line, "%s %s",
                   strcmp(e->kind->name, "creditor") == 0 ? "ente" : e->kind->name, e->values[0]);
    len = strlen(line);
    for (found = strstr(s->switches, line); found != NULL; found = strstr(found + 1, line))
        if ((found == s->switches || found[-1] == '\n') && (found[len] == '\n' || !found[len]))
            return true;
    return false;
}

static const char *state_of(const struct show *s, const struct registry_entry *e)
{
    if (stopped(s, e)) return "stopped";
    return registry_enabled(e) ? "enabled" : "disabled";
}

/* ---- JSON: one object a line ---- */

/* What a name of JSON adds to an attribute's: the unit. */
static const char *unit_of(enum registry_type type)
{
    if (type == REGISTRY_AMOUNT) return "_cents";
    return type == REGISTRY_DURATION ? "_ms" : "";
}

static enum err json_attribute(struct json *j, const struct registry_entry *e,
                               const struct registry_attribute *a)
{
    const char *text = registry_value(e, a->name);
    char name[64];
    int64_t cents;
    enum err rc = ERR_NONE;

    (void)snprintf(name, sizeof name, "%s%s", a->name, unit_of(a->type));
    for (char *c = name; *c != '\0'; c++)
        if (*c == '-') *c = '_';
    if (a->type == REGISTRY_SWITCH)
        json_bool(j, name, strcmp(text, "yes") == 0);
    else if (a->type == REGISTRY_NUMBER)
        json_int(j, name, strtol(text, NULL, 10));
    else if (a->type == REGISTRY_DURATION)
        json_int(j, name, registry_duration_ms(text));
    else if (a->type != REGISTRY_AMOUNT)
        json_text(j, name, text);
    else {
        TRY(amount_parse_or_zero(text, &cents));
        json_int(j, name, cents);
    }
out:
    return rc;
}

static enum err json_attributes(struct json *j, const struct registry_entry *e)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < e->kind->n_attributes; i++) {
        const struct registry_attribute *a = &e->kind->attributes[i];

        if (shown(a) && (e->values[i] != NULL || a->fallback != NULL)) TRY(json_attribute(j, e, a));
    }
out:
    return rc;
}

static enum err json_parts(struct json *j, const struct registry_entry *e, size_t part)
{
    enum err rc = ERR_NONE;

    json_array(j, e->kind->parts[part].kind->name);
    for (size_t i = 0; i < e->parts[part].n; i++) {
        json_object(j, NULL);
        TRY(json_attributes(j, e->parts[part].entries[i]));
        json_end(j);
    }
    json_end(j);
out:
    return rc;
}

static enum err json_entry(const struct show *s, const struct registry_entry *e, bool deep)
{
    struct json j = JSON_INIT(s->out);
    enum err rc;

    json_object(&j, NULL);
    json_text(&j, "element", e->kind->name);
    json_text(&j, "state", state_of(s, e));
    TRY(json_attributes(&j, e));
    for (size_t p = 0; deep && p < e->kind->n_parts; p++)
        TRY(json_parts(&j, e, p));
    json_end(&j);
    TRY(json_finish(&j));
out:
    return rc;
}

static enum err json_count(const struct show *s, const char *element, size_t n, size_t enabled)
{
    struct json j = JSON_INIT(s->out);

    json_object(&j, NULL);
    json_text(&j, "element", element);
    json_int(&j, "entries", (int64_t)n);
    json_int(&j, "enabled", (int64_t)enabled);
    json_end(&j);
    return json_finish(&j);
}

/* ---- text ---- */

static enum err text_attributes(struct buf *out, const char *indent, const struct registry_entry *e)
{
    enum err rc = ERR_NONE;

    for (size_t i = e->kind->n_keys; i < e->kind->n_attributes; i++) {
        const struct registry_attribute *a = &e->kind->attributes[i];

        if (!shown(a) || (e->values[i] == NULL && a->fallback == NULL)) continue;
        TRY(buf_printf(out, "%s%-15s %s\n", indent, a->name, registry_value(e, a->name)));
    }
out:
    return rc;
}

static enum err text_entry(const struct show *s, const struct registry_entry *e)
{
    char key[REGISTRY_KEY_SIZE];
    enum err rc;

    registry_key(e, key, sizeof key);
    TRY(buf_printf(s->out, "%s %s (%s)\n", e->kind->name, key, state_of(s, e)));
    TRY(text_attributes(s->out, "  ", e));
    for (size_t p = 0; p < e->kind->n_parts; p++) {
        for (size_t i = 0; i < e->parts[p].n; i++) {
            const struct registry_entry *part = e->parts[p].entries[i];

            registry_key(part, key, sizeof key);
            TRY(buf_printf(s->out, "  %s %s\n", part->kind->name, key));
            TRY(text_attributes(s->out, "    ", part));
        }
    }
out:
    return rc;
}

static enum err text_line(const struct show *s, const struct registry_entry *e)
{
    char key[REGISTRY_KEY_SIZE];

    registry_key(e, key, sizeof key);
    return buf_printf(s->out, "%-35s  %-8s  %s\n", key, state_of(s, e), registry_value(e, "name"));
}

/* ---- the three levels ---- */

static enum err counts_show(const struct show *s)
{
    enum err rc = ERR_NONE;

    for (size_t p = 0; p < s->root->kind->n_parts; p++) {
        const struct registry_list *list = &s->root->parts[p];
        const char *name = s->root->kind->parts[p].kind->name;
        size_t enabled = 0;

        for (size_t i = 0; i < list->n; i++)
            enabled += registry_enabled(list->entries[i]);
        if (s->json)
            TRY(json_count(s, name, list->n, enabled));
        else
            TRY(buf_printf(s->out, "%-14s %6zu, %zu enabled\n", name, list->n, enabled));
    }
out:
    return rc;
}

static enum err entries_show(const struct show *s, const struct registry_list *list,
                             const char *code, bool *out_found)
{
    enum err rc = ERR_NONE;

    *out_found = code == NULL;
    for (size_t i = 0; i < list->n; i++) {
        const struct registry_entry *e = list->entries[i];

        if (code != NULL && strcmp(e->values[0], code) != 0) continue;
        *out_found = true;
        if (s->json)
            TRY(json_entry(s, e, code != NULL));
        else if (code != NULL)
            TRY(text_entry(s, e));
        else
            TRY(text_line(s, e));
    }
out:
    return rc;
}

enum err service_registry_show(struct db *db, const char *kind, const char *code, bool json,
                               struct buf *out)
{
    struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX), switches = BUF_INIT(SWITCHES_MAX);
    struct arena arena = ARENA_INIT(REGISTRY_ARENA_MAX);
    struct show s = {.out = out, .json = json};
    struct db_registry_version row;
    int64_t version;
    int part = kind != NULL ? registry_kind_index(kind) : -1;
    bool found = true;
    enum err rc;

    if (kind != NULL && part < 0) return kind_unknown(kind);
    TRY(db_registry_state(db, &version, &switches));
    TRY(db_registry_current(db, &row, &document));
    TRY(registry_document_load(&arena, &document, &s.root));
    s.switches = buf_str(&switches);
    if (kind == NULL)
        TRY(counts_show(&s));
    else
        TRY(entries_show(&s, &s.root->parts[part], code, &found));
    if (!found) rc = err_setf(ERR_NOT_FOUND, "%s %s in the registry", kind, code);
out:
    arena_free(&arena);
    buf_free(&switches);
    buf_free(&document);
    return rc;
}
