/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config_loader.h"
#include "base/nearest.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX_BYTES ((size_t)1 << 20)
#define ENV_PREFIX "PAYER_"

extern char **environ;

static char *trim(char *text)
{
    char *end;

    while (isspace((unsigned char)*text))
        text++;
    end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = '\0';
    return text;
}

/* @param section  of the lines before; changed by a section's line */
static void line_read(struct config_loader *l, char *line, char section[CONFIG_NAME_SIZE])
{
    char *text = trim(line), *cut;
    size_t len = strlen(text);

    if (*text == '\0' || *text == '#' || *text == ';') return;
    if (*text == '[') {
        if (text[len - 1] != ']' || len > CONFIG_NAME_SIZE) {
            config_problem(l, "expected [section], found \"%.60s\"", text);
            return;
        }
        text[len - 1] = '\0';
        snprintf(section, CONFIG_NAME_SIZE, "%s", trim(text + 1));
        if (!config_section_known(section)) config_unknown(l, section, "");
        return;
    }
    cut = strchr(text, '=');
    if (!cut) {
        config_problem(l, "expected key = value, found \"%.60s\"", text);
        return;
    }
    *cut = '\0';
    if (!*section)
        config_problem(l, "\"%.60s\" stands before the first [section]", trim(text));
    else if (config_section_known(section))
        config_pair_store(l, section, trim(text), trim(cut + 1));
}

static void file_read(struct config_loader *l, const char *path)
{
    struct buf content = BUF_INIT(FILE_MAX_BYTES);
    char section[CONFIG_NAME_SIZE] = "", *at, *end;

    config_source_begin(l, "configuration");
    err_clear();
    if (buf_read_file(&content, path) != ERR_NONE) {
        config_problem(l, "%s", err_detail()->field);
        err_clear();
    }
    l->file = path;
    if (memchr(buf_str(&content), '\0', content.len)) config_problem(l, "is not text");
    for (at = content.bytes; at && *at; at = end) {
        end = strchr(at, '\n');
        if (end)
            *end++ = '\0';
        else
            end = at + strlen(at);
        l->line++;
        line_read(l, at, section);
    }
    buf_free(&content);
}

static int is_conf(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len > 5 && !strcmp(entry->d_name + len - 5, ".conf");
}

static void folder_read(struct config_loader *l, const char *path)
{
    char folder[2048], file[4096];
    struct dirent **entries;
    int n;

    snprintf(folder, sizeof folder, "%s.d", path);
    n = scandir(folder, &entries, is_conf, alphasort);
    if (n < 0 && errno != ENOENT) {
        config_source_begin(l, "configuration");
        config_problem(l, "%s: %s", folder, strerror(errno));
    }
    for (int i = 0; i < n; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, entries[i]->d_name);
        file_read(l, file);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
}

static void env_name(const struct config_setting *s, char out[CONFIG_NAME_SIZE])
{
    snprintf(out, CONFIG_NAME_SIZE, ENV_PREFIX "%s_%s", s->section, s->key);
    for (char *c = out; *c; c++)
        *c = (char)toupper((unsigned char)*c);
}

/* Other tools have PAYER_ variables of their own: only those of a section of ours must be known. */
static void env_read(struct config_loader *l, const char *name, const char *text)
{
    struct nearest near = {name, NULL, 0};
    char known[CONFIG_COUNT][CONFIG_NAME_SIZE];
    bool ours = false;

    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        const struct config_setting *s = &config_settings[i];

        env_name(s, known[i]);
        if (!strcmp(known[i], name)) {
            config_value_store(l, (enum config_key)i, text);
            return;
        }
        if (!strncmp(known[i], name, strlen(ENV_PREFIX) + strlen(s->section) + 1)) ours = true;
        nearest_offer(&near, known[i]);
    }
    if (ours)
        config_problem(l, "unknown variable %.60s%s%s%s", name, near.found ? ": did you mean " : "",
                       near.found ? near.found : "", near.found ? "?" : "");
}

void config_environment_read(struct config_loader *l)
{
    char name[CONFIG_NAME_SIZE];

    config_source_begin(l, "environment");
    for (char **e = environ; *e; e++) {
        const char *cut = strchr(*e, '=');

        if (!cut || strncmp(*e, ENV_PREFIX, strlen(ENV_PREFIX)) != 0) continue;
        if ((size_t)(cut - *e) >= sizeof name) continue;
        snprintf(name, sizeof name, "%.*s", (int)(cut - *e), *e);
        env_read(l, name, cut + 1);
    }
}

void config_sets_read(struct config_loader *l, const char *const *sets, size_t n_sets)
{
    char section[CONFIG_NAME_SIZE], key[CONFIG_NAME_SIZE];

    config_source_begin(l, "command line");
    for (size_t i = 0; i < n_sets; i++) {
        const char *dot = strchr(sets[i], '.'), *cut = strchr(sets[i], '=');

        if (!dot || !cut || dot > cut || dot - sets[i] >= CONFIG_NAME_SIZE ||
            cut - dot >= CONFIG_NAME_SIZE) {
            config_problem(l, "--set \"%.60s\": expected section.key=value", sets[i]);
            continue;
        }
        snprintf(section, sizeof section, "%.*s", (int)(dot - sets[i]), sets[i]);
        snprintf(key, sizeof key, "%.*s", (int)(cut - dot - 1), dot + 1);
        config_pair_store(l, section, key, cut + 1);
    }
}

/* Whatever cannot be looked at is there: reading it says why it cannot be used. */
static bool is_there(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 || errno != ENOENT;
}

void config_files_read(struct config_loader *l, const char *path)
{
    const char *from_env = getenv("PAYER_CONFIG");
    bool asked = path || (from_env && *from_env);

    if (!path && asked) path = from_env;
    if (!path) path = is_there("payer.conf") ? "payer.conf" : "/etc/payer/payer.conf";
    if (!*path) return;
    if (asked || is_there(path)) file_read(l, path);
    folder_read(l, path);
}
