/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config_value.h"
#include "base/json.h"

#include <string.h>

_Static_assert(sizeof(((struct config_about *)NULL)->range) == CONFIG_WHY_MAX, "a range fits");

void config_about(enum config_key key, struct config_about *out)
{
    const struct config_setting *s = &config_settings[key];

    *out = (struct config_about){.section = s->section,
                                 .key = s->key,
                                 .type = config_type_name(s->type),
                                 .preset = s->preset,
                                 .help = s->help,
                                 .live = config_is_live(key)};
    config_range_print(s, out->range);
}

static enum err describe_json(struct buf *out)
{
    struct json j = JSON_INIT(out);

    json_array(&j, NULL);
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        struct config_about a;

        config_about((enum config_key)i, &a);
        json_object(&j, NULL);
        json_text(&j, "section", a.section);
        json_text(&j, "key", a.key);
        json_text(&j, "type", a.type);
        json_text(&j, "default", a.preset);
        json_text(&j, "range", *a.range ? a.range : NULL);
        json_text(&j, "help", a.help);
        json_bool(&j, "reload", a.live);
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
    const char *value = config_text((enum config_key)i);
    struct config_about a;
    enum err rc;

    config_about((enum config_key)i, &a);
    if (begins_section(i)) TRY(buf_printf(out, "%s[%s]\n", i ? "\n" : "", a.section));
    TRY(buf_printf(out, "%s =%s%s\n    %s.\n    %s%s%s; default %s; from %s%s\n", a.key,
                   *value ? " " : "", value, a.help, a.type, *a.range ? " " : "", a.range,
                   *a.preset ? a.preset : "empty", config_origin((enum config_key)i),
                   a.live ? "; SIGHUP changes it" : ""));
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
    enum err rc;

    TRY(buf_text(out, "# PayER's settings, each at its default: take away the # to change one.\n"
                      "# A comment stands on a line of its own. Later files win: this one, then\n"
                      "# the .conf files of the folder payer.conf.d, then variables like\n"
                      "# PAYER_SERVE_PORT, then --set serve.port=8080.\n"));
    for (size_t i = 0; i < CONFIG_COUNT; i++) {
        struct config_about a;

        config_about((enum config_key)i, &a);
        if (begins_section(i)) TRY(buf_printf(out, "\n[%s]\n", a.section));
        TRY(buf_printf(out, "# %s (%s%s%s%s)\n#%s =%s%s\n", a.help, a.type, *a.range ? ", " : "",
                       a.range, a.live ? "; SIGHUP changes it" : "", a.key, *a.preset ? " " : "",
                       a.preset));
    }
out:
    return rc;
}
