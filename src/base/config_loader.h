/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file config_loader.h
 * What is known while settings are loaded: config.c keeps values and problems, config_source.c
 * reads files, environment and command line. Nobody else includes it. */
#ifndef BASE_CONFIG_LOADER_H
#define BASE_CONFIG_LOADER_H

#include "base/config_value.h"

#define CONFIG_NAME_SIZE 96

struct config_value {
    char *text, *origin; /* owned */
    int64_t number;
};

struct config_loader {
    struct config_value values[CONFIG_COUNT];
    struct buf *problems;               /* borrowed */
    const char *file;                   /* or another source's name */
    unsigned line;                      /* 0: the source has no lines */
    unsigned set_in_line[CONFIG_COUNT]; /* of this source; 0: not set by it */
    bool failed;
};

/** What is read from now on comes from this source. */
void config_source_begin(struct config_loader *l, const char *name);
/** Note what is wrong at the present place. */
void config_problem(struct config_loader *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
bool config_section_known(const char *section);
/** Note that the section, or the key in a known section, does not exist, and the nearest. */
void config_unknown(struct config_loader *l, const char *section, const char *key);
void config_value_store(struct config_loader *l, enum config_key key, const char *text);
void config_pair_store(struct config_loader *l, const char *section, const char *key,
                       const char *text);

void config_files_read(struct config_loader *l, const char *path);
void config_environment_read(struct config_loader *l);
void config_sets_read(struct config_loader *l, const char *const *sets, size_t n_sets);

#endif
