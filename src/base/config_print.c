/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config_value.h"
#include "base/json.h"

#include <string.h>

static enum err describe_json(struct buf *out)
{
    struct json j = JSON_INIT(out);
    char range[CONFIG_WHY_MAX];

    json_array(&j, NULL);
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        const struct config_setting *s = &config_settings[i];

        config_range_print(s, range);
        json_object(&j, NULL);
        json_text(&j, "section", s->section);
        json_text(&j, "key", s->key);
        json_text(&j, "type", config_type_name(s->type));
        json_text(&j, "default", s->preset);
        json_text(&j, "range", *range ? range : NULL);
        json_text(&j, "help", s->help);
        json_bool(&j, "reload", config_is_live((enum config_key)i));
        json_text(&j, "value", config_text((enum config_key)i));
        json_text(&j, "origin", config_origin((enum config_key)i));
        json_end(&j);
    }
    json_end(&j);
    return json_finish(&j);
}

static bool begins_section(size_t i)
{
    return i == 0 || strcmp(config_settings[i].section, config_settings[i - 1].section) != 0;
}

/* "key = value" as in the file, then what it means, then type, range, default and origin. */
static enum err describe_setting(struct buf *out, size_t i)
{
    const struct config_setting *s = &config_settings[i];
    const char *value = config_text((enum config_key)i);
    char range[CONFIG_WHY_MAX];
    enum err rc;

    config_range_print(s, range);
    if (begins_section(i)) TRY(buf_printf(out, "%s[%s]\n", i ? "\n" : "", s->section));
    TRY(buf_printf(out, "%s =%s%s\n    %s.\n    %s%s%s; default %s; from %s%s\n", s->key,
                   *value ? " " : "", value, s->help, config_type_name(s->type), *range ? " " : "",
                   range, *s->preset ? s->preset : "empty", config_origin((enum config_key)i),
                   config_is_live((enum config_key)i) ? "; SIGHUP changes it" : ""));
out:
    return rc;
}

enum err config_describe(struct buf *out, bool json)
{
    enum err rc = ERR_NONE;

    if (json) return describe_json(out);
    for (size_t i = 0; i < CONFIG_COUNT; i++)
        TRY(describe_setting(out, i));
out:
    return rc;
}

enum err config_example(struct buf *out)
{
    char range[CONFIG_WHY_MAX];
    enum err rc;

    TRY(buf_text(out, "# PayER's settings, each at its default: take away the # to change one.\n"
                      "# A comment stands on a line of its own. Later files win: this one, then\n"
                      "# the .conf files of the folder payer.conf.d, then variables like\n"
                      "# PAYER_SERVE_PORT, then --set serve.port=8080.\n"));
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        const struct config_setting *s = &config_settings[i];

        config_range_print(s, range);
        if (begins_section(i)) TRY(buf_printf(out, "\n[%s]\n", s->section));
        TRY(buf_printf(out, "# %s (%s%s%s%s)\n#%s =%s%s\n", s->help, config_type_name(s->type),
                       *range ? ", " : "", range,
                       config_is_live((enum config_key)i) ? "; SIGHUP changes it" : "", s->key,
                       *s->preset ? " " : "", s->preset));
    }
out:
    return rc;
}
