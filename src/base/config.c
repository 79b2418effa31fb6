/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"

#include "base/config_loader.h"
#include "base/config_place.h"
#include "base/nearest.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is in force. A reload replaces single values while other threads read them. */
static struct {
    _Atomic(char *) text, origin; /* owned */
    _Atomic int64_t number;
} loaded[CONFIG_COUNT];
static bool is_loaded;

/* Where it came from, for a reload. */
static struct {
    const char *path; /* borrowed, like sets */
    const char *const *sets;
    size_t n_sets;
} source;

/* Texts that a reload replaced: somebody may hold them still. */
static struct retired {
    struct config_value value;
    struct retired *next;
} * retired;

static const bool live[CONFIG_COUNT] = {
#define LIVE(id) [CONFIG_##id] = true,
#include "base/config_live.def"
#undef LIVE
};

void config_source_begin(struct config_loader *l, const char *name)
{
    l->file = name;
    l->line = 0;
    memset(l->set_in_line, 0, sizeof l->set_in_line);
}

static void origin_print(const struct config_loader *l, char *out, size_t size)
{
    if (l->line > 0)
        snprintf(out, size, "%s:%u", l->file, l->line);
    else
        snprintf(out, size, "%s", l->file);
}

/* The list may be cut by its cap; that there is a problem is never lost. */
void config_problem(struct config_loader *l, const char *fmt, ...)
{
    char origin[CONFIG_NAME_SIZE + 4096], text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    origin_print(l, origin, sizeof origin);
    l->failed = true;
    if (buf_printf(l->problems, "%s: %s\n", origin, text) != ERR_NONE) err_clear();
}

static char *text_copy(const char *text)
{
    char *copy = strdup(text);

    ALWAYS(copy);
    return copy;
}

void config_value_store(struct config_loader *l, enum config_key key, const char *text)
{
    const struct config_setting *s = &config_settings[key];
    struct config_value *v = &l->values[key];
    char why[CONFIG_WHY_MAX], origin[4096];
    int64_t number;

    if (!config_value_parse(s, text, &number, why)) {
        config_problem(l, "%s.%s \"%.80s\": %s", s->section, s->key, text, why);
        return;
    }
    origin_print(l, origin, sizeof origin);
    free(v->text);
    free(v->origin);
    *v = (struct config_value){text_copy(text), text_copy(origin), number};
}

bool config_section_known(const char *name)
{
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        if (!strcmp(config_settings[i].section, name)) return true;
    return false;
}

/* Names what is unknown, the section or the key, and the nearest that would have been right. */
void config_unknown(struct config_loader *l, const char *section, const char *key)
{
    bool have_section = config_section_known(section);
    struct nearest near = {have_section ? key : section, NULL, 0};

    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        const struct config_setting *s = &config_settings[i];

        if (!have_section)
            nearest_offer(&near, s->section);
        else if (!strcmp(s->section, section))
            nearest_offer(&near, s->key);
    }
    config_problem(l, "%s%sunknown %s \"%.60s\"%s%s%s", have_section ? section : "",
                   have_section ? ": " : "", have_section ? "key" : "section", near.typed,
                   near.found ? ": did you mean \"" : "", near.found ? near.found : "",
                   near.found ? "\"?" : "");
}

void config_pair_store(struct config_loader *l, const char *section, const char *key,
                       const char *text)
{
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        const struct config_setting *s = &config_settings[i];

        if (strcmp(s->section, section) != 0 || strcmp(s->key, key) != 0) continue;
        if (l->set_in_line[i] > 0)
            config_problem(l, "%s.%s is set twice, first in line %u", section, key,
                           l->set_in_line[i]);
        l->set_in_line[i] = l->line;
        config_value_store(l, (enum config_key)i, text);
        return;
    }
    config_unknown(l, section, key);
}

static void presets_store(struct config_loader *l)
{
    config_source_begin(l, "default");
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        config_value_store(l, (enum config_key)i, config_settings[i].preset);
}

static void place_store(struct config_loader *l, enum config_key key, char *owned)
{
    free(l->values[key].text);
    l->values[key].text = owned;
}

/* Paths become absolute here, once: what runs later may stand elsewhere.
 * @param home  where they start; NULL: from what was read */
static void places_resolve(struct config_loader *l, const char *home)
{
    place_store(l, CONFIG_HUB_HOME, config_place_home(l->values[CONFIG_HUB_HOME].text));
    if (!home) home = l->values[CONFIG_HUB_HOME].text;
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        if (config_settings[i].type == CONFIG_TYPE_PATH && *l->values[i].text)
            place_store(l, (enum config_key)i, config_place_join(home, l->values[i].text));
    if (!*l->values[CONFIG_HUB_SHARE].text) place_store(l, CONFIG_HUB_SHARE, config_place_share());
    if (!*l->values[CONFIG_DB_SOCKET].text)
        place_store(l, CONFIG_DB_SOCKET,
                    config_place_join(l->values[CONFIG_DB_DIR].text, "my.sock"));
}

static void value_free(struct config_value *v)
{
    free(v->text);
    free(v->origin);
}

/* @param home  as for places_resolve() */
static enum err values_read(struct config_loader *l, const char *home)
{
    presets_store(l);
    config_files_read(l, source.path);
    config_environment_read(l);
    config_sets_read(l, source.sets, source.n_sets);
    if (!l->failed) {
        places_resolve(l, home);
        return ERR_NONE;
    }
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        value_free(&l->values[i]);
    return err_set(ERR_CONFIG, "");
}

/* Put a value in force. @return what was before */
static struct config_value value_swap(size_t i, struct config_value with)
{
    return (struct config_value){atomic_exchange(&loaded[i].text, with.text),
                                 atomic_exchange(&loaded[i].origin, with.origin),
                                 atomic_exchange(&loaded[i].number, with.number)};
}

static void value_retire(struct config_value v)
{
    struct retired *r = malloc(sizeof *r);

    if (r) *r = (struct retired){v, retired};
    ALWAYS(r);
    retired = r;
}

static void retired_free(void)
{
    while (retired) {
        struct retired *r = retired;

        retired = r->next;
        value_free(&r->value);
        free(r);
    }
}

enum err config_load(const char *path, const char *const *sets, size_t n_sets, struct buf *problems)
{
    struct config_loader l = {.problems = problems};
    enum err rc;

    source.path = path;
    source.sets = sets;
    source.n_sets = n_sets;
    TRY(values_read(&l, NULL));
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        struct config_value before = value_swap(i, l.values[i]);

        value_free(&before);
    }
    retired_free();
    is_loaded = true;
out:
    return rc;
}

enum err config_reload(config_apply_fn *apply, void *cls, struct buf *notes)
{
    struct config_loader l = {.problems = notes};
    bool changed[CONFIG_COUNT] = {false};
    enum err rc;

    TRY(values_read(&l, config_text(CONFIG_HUB_HOME)));
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        changed[i] = strcmp(l.values[i].text, config_text((enum config_key)i)) != 0;
        if (changed[i] && live[i]) l.values[i] = value_swap(i, l.values[i]);
    }
    rc = apply(cls);
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        if (rc != ERR_NONE && changed[i] && live[i]) l.values[i] = value_swap(i, l.values[i]);
        if (rc == ERR_NONE && changed[i] && !live[i] &&
            buf_printf(notes, "%s.%s\n", config_settings[i].section, config_settings[i].key))
            err_clear(); /* the list may be cut by its cap */
        if (changed[i] && live[i])
            value_retire(l.values[i]);
        else
            value_free(&l.values[i]);
    }
out:
    return rc;
}

bool config_is_live(enum config_key key)
{
    return live[key];
}

const char *config_text(enum config_key key)
{
    ALWAYS(is_loaded);
    return atomic_load_explicit(&loaded[key].text, memory_order_acquire);
}

int64_t config_int(enum config_key key)
{
    ALWAYS(is_loaded);
    return atomic_load_explicit(&loaded[key].number, memory_order_relaxed);
}

const char *config_origin(enum config_key key)
{
    ALWAYS(is_loaded);
    return atomic_load_explicit(&loaded[key].origin, memory_order_acquire);
}
