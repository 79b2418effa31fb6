/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file tally.h
 * What a finished file says of itself against what it holds: read once from the disk, validated,
 * its records counted and summed on the way [F55]. */
#ifndef FLOW_TALLY_H
#define FLOW_TALLY_H

#include "flow/format.h"

/** @param count, total_cents  what the outermost totals must be
 * @return ERR_NONE | ERR_XML_INVALID with line and element | ERR_FLOW_FORMAT naming
 *         the totals or the line that are wrong | ERR_IO_READ | ERR_XML_SYNTAX. */
MUST_USE enum err flow_tally_file(const struct flow_format *format, const char *path, int64_t count,
                                  int64_t total_cents);

#endif
