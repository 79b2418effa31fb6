/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include <inttypes.h>

static void add(struct json *j, const char *text, size_t len)
{
    if (j->rc == ERR_NONE) j->rc = buf_add(j->out, text, len);
}

static void add_quoted(struct json *j, const char *text)
{
    const char *from = text;

    add(j, "\"", 1);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c >= ' ' && c != '"' && c != '\\' && c != 0x7f) continue;
        add(j, from, (size_t)(text - from));
        if (j->rc == ERR_NONE) j->rc = buf_printf(j->out, "\\u%04x", c);
        from = text + 1;
    }
    add(j, from, (size_t)(text - from));
    add(j, "\"", 1);
}

static void begin_value(struct json *j, const char *key)
{
    if (j->comma) add(j, ",", 1);
    j->comma = true;
    if (!key) return;
    add_quoted(j, key);
    add(j, ":", 1);
}

static void open_level(struct json *j, const char *key, char open, char close)
{
    begin_value(j, key);
    if (j->depth == sizeof j->close) {
        if (j->rc == ERR_NONE) j->rc = BUG("json: too deep");
        return;
    }
    add(j, &open, 1);
    j->close[j->depth++] = close;
    j->comma = false;
}

void json_object(struct json *j, const char *key)
{
    open_level(j, key, '{', '}');
}

void json_array(struct json *j, const char *key)
{
    open_level(j, key, '[', ']');
}

void json_end(struct json *j)
{
    if (j->depth == 0) {
        if (j->rc == ERR_NONE) j->rc = BUG("json: nothing to close");
        return;
    }
    add(j, &j->close[--j->depth], 1);
    j->comma = true;
}

void json_text(struct json *j, const char *key, const char *text)
{
    begin_value(j, key);
    if (text)
        add_quoted(j, text);
    else
        add(j, "null", 4);
}

void json_int(struct json *j, const char *key, int64_t number)
{
    begin_value(j, key);
    if (j->rc == ERR_NONE) j->rc = buf_printf(j->out, "%" PRId64, number);
}

void json_bool(struct json *j, const char *key, bool value)
{
    begin_value(j, key);
    if (value)
        add(j, "true", 4);
    else
        add(j, "false", 5);
}

enum err json_finish(struct json *j)
{
    while (j->depth > 0)
        json_end(j);
    add(j, "\n", 1);
    j->comma = false;
    return j->rc;
}
