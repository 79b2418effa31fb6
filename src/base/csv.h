/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file csv.h
 * Records of RFC 4180 from a file, one at a time, at constant memory. A record that is broken is
 * said and skipped; the next one is read. Quoted fields may hold commas and line ends. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>

enum { CSV_FIELDS_MAX = 128, CSV_RECORD_MAX = 64 * 1024 };

struct csv {
    FILE *in;
    char separator;                     /* ',' unless it is changed after csv_open() */
    struct buf text;                    /* the fields' characters, NUL between them */
    const char *fields[CSV_FIELDS_MAX]; /* borrowed until the next record */
    size_t n;
    int64_t size;   /* of the file, in bytes */
    long line;      /* where the record starts, from 1 */
    long next_line; /* where the next one will */
};

/** @return ERR_NONE | ERR_IO_READ naming the file: not there, or no regular file. */
MUST_USE enum err csv_open(struct csv *c, const char *path);
/** The next record; empty lines are skipped. @param out_more  false: the end
 * @return ERR_NONE | ERR_DATA: this record is broken (what, in err_detail), go on with the next |
 * ERR_IO_READ. */
MUST_USE enum err csv_next(struct csv *c, bool *out_more);
/** Bytes that were read until now, of c->size. */
int64_t csv_read_bytes(const struct csv *c);
void csv_close(struct csv *c);
/** Does a program for tables take a field that begins so for a formula [X70]? Also in wide
 * characters (U+FF1D and others), which some read as the narrow ones. */
bool csv_formula(const char *text);
/** Append one field, quoted where it must be; before a formula comes an apostrophe. */
MUST_USE enum err csv_field(struct buf *out, const char *text, bool last);

#endif
