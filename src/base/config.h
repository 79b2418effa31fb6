/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file config.h
 * Configuration by one table, config.def: it is the parser's, `config describe`'s, the example
 * file's and the manual's only source. Loaded before threads start; a reload changes those
 * settings that config_live.def lists, all others stay. Reading is thread-safe. */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/buf.h"

enum config_key {
#define SETTING(id, section, key, type, def, min, max, help) CONFIG_##id,
#include "base/config.def"
#undef SETTING
    CONFIG_COUNT
};

/** Load all settings. Weakest first: defaults, path, the *.conf of the folder path + ".d" in name
 * order, PAYER_SECTION_KEY of the environment, sets ("section.key=value", n_sets of them).
 * @param path  NULL: $PAYER_CONFIG, else ./payer.conf when it is there, else
 *              /etc/payer/payer.conf when it is there; "": no file
 * @param problems  all that is wrong, each "file:line: text" and a newline, for an operator
 * @return ERR_NONE | ERR_CONFIG with every problem in problems; then nothing has changed.
 * path and sets are borrowed for the life of the process, for config_reload(). A second call
 * (tests) ends the life of all texts of the first. */
MUST_USE enum err config_load(const char *path, const char *const *sets, size_t n_sets,
                              struct buf *problems);
/** Take the new values into use, now that config_text() and config_int() give them. */
typedef enum err config_apply_fn(void *cls);
/** Load again what config_load() loaded; from one thread at a time. The settings of config_live.def
 * change, and apply() is called; when it fails they have not changed. [F63]
 * @param notes  with ERR_CONFIG: all problems; with ERR_NONE: "section.key" and a newline for each
 *               setting whose new value waits for a restart
 * @return ERR_NONE | ERR_CONFIG | what apply() returned. */
MUST_USE enum err config_reload(config_apply_fn *apply, void *cls, struct buf *notes);
/** Does config_reload() change it? */
bool config_is_live(enum config_key key);
/** A text or path setting (others: as written); "" when not set. Relative paths are resolved
 * against `hub.home` for settings of type PATH. Borrowed for the life of the process. */
const char *config_text(enum config_key key);
/** A number, switch (0/1), size in bytes, duration in milliseconds or enum log_level. */
int64_t config_int(enum config_key key);
/** Where the value came from: "default", "payer.conf:12", "environment", "command line". */
const char *config_origin(enum config_key key);
/** What is said of a setting wherever it is documented. */
struct config_about {
    const char *section, *key, *type, *preset, *help;
    char range[120]; /* "" when there are no bounds */
    bool live;       /* SIGHUP changes it */
};
void config_about(enum config_key key, struct config_about *out);
/** Print every setting with type, default, range, help and present value: text or JSON. */
MUST_USE enum err config_describe(struct buf *out, bool json);
/** Print the example configuration file, every setting commented out at its default. */
MUST_USE enum err config_example(struct buf *out);

#endif
