/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file forbidden.h
 * What a sheet may not use, found by reading it, so that its author is told the line: the engine
 * would stop it anyhow [X55]. */
#ifndef FLOW_FORBIDDEN_H
#define FLOW_FORBIDDEN_H

#include "base/buf.h"

/** Append a line "PATH:LINE: what" for each.
 * @return ERR_NONE, also when something was found | ERR_IO_READ, ERR_XML_SYNTAX | ERR_LIMIT. */
MUST_USE enum err flow_forbidden_find(const char *path, struct buf *out);

#endif
