/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file lines.h
 * What flow_tally_file() is for files that are text: tables and lines of one width. */
#ifndef FLOW_LINES_H
#define FLOW_LINES_H

#include "flow/format.h"

/** A head line and count records, each with all its cells; the amounts sum to total_cents; no cell
 * is a formula [X70]. @return ERR_NONE | ERR_FLOW_FORMAT naming the line | ERR_IO_READ. */
MUST_USE enum err flow_lines_table(const struct flow_format *format, const char *path,
                                   int64_t count, int64_t total_cents);
/** A head, count records, a tail that says count and total_cents; each of the width.
 * @return as above. */
MUST_USE enum err flow_lines_fixed(const struct flow_format *format, const char *path,
                                   int64_t count, int64_t total_cents);

#endif
