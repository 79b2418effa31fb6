/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file docs.h
 * What the manual pages and the completion are made of, beside the tables of parse.h. */
#ifndef CLI_DOCS_H
#define CLI_DOCS_H

#include "cli/parse.h"

#define DOCS_MAX ((size_t)1 << 20)

/** Add text to a roff page as it stands: nothing in it is a request or an escape. */
MUST_USE enum err docs_roff(struct buf *out, const char *text);
/** The words that begin a row of verb.def: "db start", "check". */
void docs_command(const struct cli_verb *v, char *out, size_t size);

#endif
