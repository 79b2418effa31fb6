/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX 1024

const struct config_setting config_settings[CONFIG_COUNT] = {
#define SETTING(id, section, key, type, def, min, max, help)                                       \
    [CONFIG_##id] = {#section, #key, CONFIG_TYPE_##type, def, min, max, help},
#include "base/config.def"
#undef SETTING
};

struct unit {
    const char *name;
    int64_t factor;
};

/* Biggest first: a value is printed in the biggest unit that divides it. */
static const struct unit sizes[] = {
    {"GiB", INT64_C(1) << 30}, {"MiB", INT64_C(1) << 20}, {"KiB", INT64_C(1) << 10}, {"", 1}};
static const struct unit times[] = {
    {"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
static const struct unit numbers[] = {{"", 1}};
static const char *const switches[] = {"no", "yes"};
static const char *const levels[] = {"debug", "info", "warn", "error"}; /* enum log_level */

static const struct {
    const char *name, *wanted;
    const struct unit *units;
    size_t n_units;
    const char *const *names;
    size_t n_names;
} types[CONFIG_TYPE_COUNT] = {
    [CONFIG_TYPE_TEXT] = {"text", "one line of text", NULL, 0, NULL, 0},
    [CONFIG_TYPE_PATH] = {"path", "a path", NULL, 0, NULL, 0},
    [CONFIG_TYPE_INT] = {"number", "a whole number", numbers, ARRAY_LEN(numbers), NULL, 0},
    [CONFIG_TYPE_SWITCH] = {"switch", "yes or no", NULL, 0, switches, ARRAY_LEN(switches)},
    [CONFIG_TYPE_SIZE] = {"size", "a size like 64KiB", sizes, ARRAY_LEN(sizes), NULL, 0},
    [CONFIG_TYPE_TIME] = {"time", "a time like 30s", times, ARRAY_LEN(times), NULL, 0},
    [CONFIG_TYPE_LEVEL] = {"level", "debug, info, warn or error", NULL, 0, levels,
                           ARRAY_LEN(levels)},
};

const char *config_type_name(enum config_type type)
{
    return types[type].name;
}

static void number_print(enum config_type type, int64_t number, char *out, size_t size)
{
    const struct unit *unit = types[type].units;

    while (unit->factor > 1 && (number == 0 || number % unit->factor != 0))
        unit++;
    snprintf(out, size, "%" PRId64 "%s", number / unit->factor, unit->name);
}

void config_range_print(const struct config_setting *s, char out[CONFIG_WHY_MAX])
{
    char min[32], max[32];

    out[0] = '\0';
    if (types[s->type].n_units == 0 || (s->min == 0 && s->max == 0)) return;
    number_print(s->type, s->min, min, sizeof min);
    number_print(s->type, s->max, max, sizeof max);
    snprintf(out, CONFIG_WHY_MAX, "from %s to %s", min, max);
}

/* A number without its unit is refused where a unit is the custom: 30 what? 0 needs none. */
static bool number_parse(const struct config_setting *s, const char *text, int64_t *out)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (end == text || errno != 0 || *text == '+' || *text == ' ') return false;
    for (size_t i = 0; i < types[s->type].n_units; i++) {
        const struct unit *unit = &types[s->type].units[i];

        if (strcmp(end, unit->name) != 0 && !(number == 0 && *end == '\0')) continue;
        if (number > INT64_MAX / unit->factor || number < INT64_MIN / unit->factor) return false;
        *out = number * unit->factor;
        return (s->min == 0 && s->max == 0) || (*out >= s->min && *out <= s->max);
    }
    return false;
}

static bool name_parse(enum config_type type, const char *text, int64_t *out)
{
    for (size_t i = 0; i < types[type].n_names; i++) {
        if (strcmp(text, types[type].names[i]) != 0) continue;
        *out = (int64_t)i;
        return true;
    }
    return false;
}

static bool text_ok(const char *text)
{
    size_t len = 0;

    for (; text[len]; len++)
        if ((unsigned char)text[len] < ' ' || text[len] == 0x7f) return false;
    return len <= VALUE_MAX;
}

bool config_value_parse(const struct config_setting *s, const char *text, int64_t *out_number,
                        char why[CONFIG_WHY_MAX])
{
    char range[CONFIG_WHY_MAX];
    bool ok;

    *out_number = 0;
    if (types[s->type].n_units > 0)
        ok = number_parse(s, text, out_number);
    else if (types[s->type].n_names > 0)
        ok = name_parse(s->type, text, out_number);
    else
        ok = text_ok(text);
    if (ok) return true;
    config_range_print(s, range);
    snprintf(why, CONFIG_WHY_MAX, "expected %s%s%.60s", types[s->type].wanted, *range ? ", " : "",
             range);
    return false;
}
