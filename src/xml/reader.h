/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file reader.h
 * A streaming reader for big input: hands out the children of the root, one small document each,
 * at constant memory; a child that is wrong does not hide the good ones after it. */
#ifndef XML_READER_H
#define XML_READER_H

#include "xml/document.h"

struct xml_reader;

/** Open a regular file; reads the root's start tag. @return ERR_NONE | ERR_IO_READ |
 * ERR_XML_SYNTAX. */
MUST_USE enum err xml_reader_open(const char *path, struct xml_reader **out);
/** The root element, with attributes and namespace but no children. Borrowed. */
const struct xml_node *xml_reader_root(const struct xml_reader *reader);
/** The next child element of the root as a tree; NULL at the end. Borrowed until the next call.
 * @return ERR_NONE | ERR_XML_SYNTAX with "line N: what": no more can be read after it. */
MUST_USE enum err xml_reader_next(struct xml_reader *reader, const struct xml_node **out);
void xml_reader_close(struct xml_reader **reader);

#endif
