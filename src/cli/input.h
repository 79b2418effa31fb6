/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file input.h
 * A file that an operand names, or standard input where it is "-". */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli/cli.h"

struct cli_input {
    const char *path; /* that can be opened, and again, and read from its start */
    FILE *kept;       /* standard input, in a file without a name */
    char name[40];
};

/** @return ERR_NONE | ERR_IO_READ | ERR_IO_WRITE: no room to keep standard input */
MUST_USE enum err cli_input_open(const char *operand, struct cli_input *out);
void cli_input_close(struct cli_input *in);

#endif
