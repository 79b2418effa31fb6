/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file parse.h
 * From argv to a struct cli, and the help; for main.c, run.c and tests. */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include "cli/cli.h"

#define PAYER_VERSION "0.1.0"

struct cli_noun {
    const char *noun, *summary;
};

/** One row of option.def. */
struct cli_option_row {
    const char *name;
    char letter;                 /* 0: none */
    const char *argument, *help; /* argument: its name, NULL when it takes none */
};
/** An exit status that a command may end with. */
struct cli_status {
    int code;
    const char *text;
};

extern const struct cli_option_row cli_options[CLI_OPTION_COUNT];
extern const struct cli_status cli_statuses[]; /* ends with text NULL */
extern const struct cli_verb cli_verbs[];      /* ends with noun NULL */
extern const struct cli_noun cli_nouns[];      /* ends with noun NULL */

/** Options, noun, verb and the number of operands. With --help or --version verb may stay NULL.
 * argv is reordered: operands last. Not thread-safe (getopt).
 * @return ERR_NONE | ERR_USAGE with the sentence in err_detail()->field */
MUST_USE enum err cli_parse(struct cli *cli, int argc, char **argv);
/** The help that fits what was typed so far: of all, of a noun, of a verb. */
MUST_USE enum err cli_help(const char *noun, const struct cli_verb *verb, struct buf *out);

/** Parse, load the configuration, run, report. @return the process's exit status. */
int cli_run(int argc, char **argv);

#endif
