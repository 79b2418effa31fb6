/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool is_id(const char *text, int64_t *out_id)
{
    char *end;

    errno = 0;
    *out_id = strtoll(text, &end, 10);
    return errno == 0 && *text >= '0' && *text <= '9' && *end == '\0' && *out_id > 0;
}

enum err cli_id(const char *text, const char *what, int64_t *out_id)
{
    if (is_id(text, out_id)) return ERR_NONE;
    return err_setf(ERR_USAGE, "\"%.40s\": %s expected", text, what);
}

static bool is_one_of(const char *states, const char *state)
{
    size_t len = strlen(state);

    for (const char *at = states; *at; at += strcspn(at, " "), at += *at == ' ')
        if (len > 0 && strcspn(at, " ") == len && !strncmp(at, state, len)) return true;
    return false;
}

enum err cli_page_open(struct cli *cli, const char *states, struct cli_page *out)
{
    const char *state = cli->values[CLI_OPTION_STATE], *after = cli->values[CLI_OPTION_AFTER];

    *out = (struct cli_page){.cli = cli, .state = state ? state : ""};
    if (state && !is_one_of(states, state))
        return err_setf(ERR_USAGE, "--state \"%.20s\": expected one of %s", state, states);
    if (after && !is_id(after, &out->after))
        return err_setf(ERR_USAGE, "--after \"%.40s\": expected an id of this list", after);
    return ERR_NONE;
}

void cli_page_end(const struct cli_page *page, int64_t last_id, const char *nothing)
{
    if (page->n == CLI_PAGE) cli_say(page->cli, "more: --after %" PRId64, last_id);
    if (page->n == 0) cli_say(page->cli, "%s", nothing);
}
