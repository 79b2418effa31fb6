/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file page.h
 * Lists, a page at a time: --state and --after, and what is said at a page's end. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "cli/cli.h"

enum { CLI_PAGE = 100 };

struct cli_page {
    struct cli *cli;
    const char *state; /* "": any */
    int64_t after;
    int n; /* the caller counts its rows here */
};

/** Read --state and --after.
 * @param states  those that there are, with blanks between
 * @return ERR_NONE | ERR_USAGE: a state or an id that cannot be */
MUST_USE enum err cli_page_open(struct cli *cli, const char *states, struct cli_page *out);
/** Say how to go on, or that there is nothing. @param last_id  of the last row */
void cli_page_end(const struct cli_page *page, int64_t last_id, const char *nothing);
/** An id as lists print it. @param what  "the id of a flow" @return ERR_NONE | ERR_USAGE */
MUST_USE enum err cli_id(const char *text, const char *what, int64_t *out_id);

#endif
