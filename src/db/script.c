/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/script.h"

#include "base/config.h"

#include <ctype.h>
#include <string.h>

#define STATEMENT_MAX ((size_t)1 << 20)

static bool says_something(const char *line, size_t len)
{
    while (len > 0 && isspace((unsigned char)*line))
        line++, len--;
    return len > 0 && !(len >= 2 && line[0] == '-' && line[1] == '-');
}

static bool ends_statement(const char *line, size_t len)
{
    while (len > 0 && isspace((unsigned char)line[len - 1]))
        len--;
    return len > 0 && line[len - 1] == ';';
}

enum err db_script_run(struct db *db, const char *text)
{
    struct buf statement = BUF_INIT(STATEMENT_MAX);
    enum err rc = ERR_NONE;
    size_t len;

    for (; *text; text += len) {
        len = strcspn(text, "\n");
        len += text[len] == '\n';
        if (!says_something(text, len)) continue;
        TRY(buf_add(&statement, text, len));
        if (!ends_statement(text, len)) continue;
        TRY(db_script(db, buf_str(&statement)));
        buf_reset(&statement);
    }
    if (statement.len > 0) TRY(db_script(db, buf_str(&statement)));
out:
    buf_free(&statement);
    return rc;
}

enum err db_script_fill(const char *text, struct buf *out)
{
    const struct {
        const char *mark, *value;
    } marks[] = {
        {"{db}", config_text(CONFIG_DB_NAME)},
        {"{host}", *config_text(CONFIG_DB_HOST) ? "%" : "localhost"},
    };
    enum err rc = ERR_NONE;

    while (*text) {
        size_t len = strcspn(text, "{"), i = 0;

        TRY(buf_add(out, text, len));
        text += len;
        while (i < ARRAY_LEN(marks) && strncmp(text, marks[i].mark, strlen(marks[i].mark)) != 0)
            i++;
        if (i < ARRAY_LEN(marks)) {
            TRY(buf_text(out, marks[i].value));
            text += strlen(marks[i].mark);
        } else if (*text) {
            TRY(buf_add(out, text++, 1));
        }
    }
out:
    return rc;
}
