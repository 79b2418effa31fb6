/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file row.h
 * One thing of a list, for people on a line and as a JSON object, from one table of its values. */
#ifndef CLI_ROW_H
#define CLI_ROW_H

#include "cli/cli.h"

/** A value. Which of text and number counts is the kind's to say. */
struct cli_cell {
    enum {
        CELL_TEXT,
        CELL_INT,
        CELL_CENTS,
        CELL_TIME
    } kind;             /* TIME: microseconds; see cli_time() */
    const char *key;    /* in the object; NULL: not there */
    const char *before; /* stands before it on the line; NULL: not there */
    const char *text;   /* borrowed */
    int64_t number;
    int width; /* on the line, filled up with blanks; 0: as it is */
    /* An empty text, or no time, in the object. */
    enum { EMPTY_TEXT, EMPTY_NULL, EMPTY_ABSENT } empty;
};
#define CELL(kind, key, before, text, number, empty)                                               \
    {                                                                                              \
        (kind), (key), (before), (text), (number), 0, (empty)                                      \
    }
#define CELL_T(key, before, text) CELL(CELL_TEXT, key, before, text, 0, EMPTY_TEXT)
#define CELL_T_NULL(key, before, text) CELL(CELL_TEXT, key, before, text, 0, EMPTY_NULL)
#define CELL_T_IF(key, before, text) CELL(CELL_TEXT, key, before, text, 0, EMPTY_ABSENT)
#define CELL_N(key, before, number) CELL(CELL_INT, key, before, NULL, number, EMPTY_TEXT)
#define CELL_EUR(key, before, cents) CELL(CELL_CENTS, key, before, NULL, cents, EMPTY_TEXT)
#define CELL_AT(key, before, us) CELL(CELL_TIME, key, before, NULL, us, EMPTY_NULL)
#define CELL_AT_IF(key, before, us) CELL(CELL_TIME, key, before, NULL, us, EMPTY_ABSENT)

/** Print a row.
 * @param inside  with --json: the object goes in there, as one of an array; NULL: on a line */
MUST_USE enum err cli_row(struct cli *cli, struct json *inside, const struct cli_cell *cells,
                          size_t n);

#endif
