/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file walk.h
 * A document of any size read from start to end at constant memory, validated on the way: for sums
 * and counts of what lies on disk or comes in pieces, where xml/reader.h would build trees. A text
 * of more than 64 KiB, a tag of more than 16 KiB (80 KiB with its text, where values have a '>')
 * and all that follows a violation of the schema are not read: who made the document may be
 * anybody. */
#ifndef XML_WALK_H
#define XML_WALK_H

#include "xml/schema.h"

#define XML_WALK_TEXT 255 /* bytes of an element's text that are kept; what is longer is cut */

/** Told of each element. An error stops the walk and is returned by it. Either may be NULL. */
struct xml_walker {
    /** @param path  local names from the root: "/Document/CstmrCdtTrfInitn" */
    enum err (*open)(void *cls, const char *path);
    /** @param text  the element's own, after its last child */
    enum err (*close)(void *cls, const char *path, const char *text);
};

struct xml_walk;

/** Begin a walk that is fed in pieces. Everything is borrowed until it is closed.
 * @param schema, walker  as for xml_walk_file() */
MUST_USE enum err xml_walk_open(const struct xml_schema *schema, const struct xml_walker *walker,
                                void *cls, struct xml_problem *problem, struct xml_walk **out);
/** The next bytes; the first piece has at least four, unless the document has fewer. */
MUST_USE enum err xml_walk_feed(struct xml_walk *walk, const char *bytes, size_t len);
/** That was all. @return as xml_walk_file() */
MUST_USE enum err xml_walk_end(struct xml_walk *walk);
void xml_walk_close(struct xml_walk **walk);

/** @param schema  NULL: well-formed is enough
 * @param walker  NULL: only validate
 * @return ERR_NONE | ERR_IO_READ (also when it is no regular file) | ERR_XML_SYNTAX |
 *         ERR_XML_INVALID with problem filled | what the walker returned. */
MUST_USE enum err xml_walk_file(const struct xml_schema *schema, const char *path,
                                const struct xml_walker *walker, void *cls,
                                struct xml_problem *problem);

#endif
