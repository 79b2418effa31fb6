/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file config_value.h
 * The settings' table and the reading of one value; shared by config.c and config_print.c only. */
#ifndef BASE_CONFIG_VALUE_H
#define BASE_CONFIG_VALUE_H

#include "base/config.h"

enum config_type {
    CONFIG_TYPE_TEXT,
    CONFIG_TYPE_PATH,
    CONFIG_TYPE_INT,
    CONFIG_TYPE_SWITCH,
    CONFIG_TYPE_SIZE,
    CONFIG_TYPE_TIME,
    CONFIG_TYPE_LEVEL,
    CONFIG_TYPE_COUNT
};

struct config_setting {
    const char *section, *key;
    enum config_type type;
    const char *preset;
    int64_t min, max; /* both 0: not bounded */
    const char *help;
};

#define CONFIG_WHY_MAX 120

extern const struct config_setting config_settings[CONFIG_COUNT];

const char *config_type_name(enum config_type type);
/** @param out_number  0 for texts
 * @param why  what was expected, when false is returned */
bool config_value_parse(const struct config_setting *s, const char *text, int64_t *out_number,
                        char why[CONFIG_WHY_MAX]);
/** "from 100ms to 1m"; empty when there are no bounds. */
void config_range_print(const struct config_setting *s, char out[CONFIG_WHY_MAX]);

#endif
