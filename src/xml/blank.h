/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file blank.h
 * A message's bytes without what some of its elements hold. Thread-safe. */
#ifndef XML_BLANK_H
#define XML_BLANK_H

#include "base/buf.h"

#define XML_BLANK "***"

/** Is what an element of this local name holds to be left out? name is not NUL-terminated. */
typedef bool xml_blank_fn(const char *name, size_t len);
/** Add bytes to out as they are, but for XML_BLANK in place of all that lies in an element that
 * blank names: text, CDATA, comments, elements, however they are written. From where bytes are no
 * well-formed XML any more (a tag without an end, a '<' in a value), and from an element on that
 * does not end, the rest is left out.
 * @return ERR_NONE | ERR_LIMIT | ERR_MEMORY */
MUST_USE enum err xml_blank(const char *bytes, size_t len, xml_blank_fn *blank, struct buf *out);

#endif
