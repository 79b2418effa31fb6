/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file input.h
 * A file that an operand names, or standard input where it is "-". */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli/cli.h"

struct cli_input {
    const char *path; /* that can be opened, and again, and read from its start */
    FILE *kept;       /* standard input or a pipe, in a file without a name */
    char name[40];
};

/** @return ERR_NONE | ERR_IO_READ | ERR_IO_WRITE: no room to keep what comes by a pipe */
MUST_USE enum err cli_input_open(const char *operand, struct cli_input *out);
/** Is it the file at path? */
bool cli_input_is(const struct cli_input *in, const char *path);
void cli_input_close(struct cli_input *in);

#endif
