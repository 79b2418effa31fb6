/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file document.h
 * A small XML document in memory, read-only. xml/ is the only folder that includes libxml2 and
 * libxslt; it must not know a format, a contract or a rule of the field.
 * One parser call for all: no network, no entities, no DTD, no HUGE [X26]-[X30]. */
#ifndef XML_DOCUMENT_H
#define XML_DOCUMENT_H

#include "base/buf.h"

struct xml_document;
struct xml_node; /* an element; borrowed from its document */

/** Once, before threads start: error handlers silent, no entity loader, sheet security. */
void xml_init(void);

/** @return ERR_NONE | ERR_XML_SYNTAX with "line N: what" | ERR_MEMORY. */
MUST_USE enum err xml_document_parse(const char *bytes, size_t len, struct xml_document **out);
void xml_document_close(struct xml_document **doc);

const struct xml_node *xml_root(const struct xml_document *doc);
/** First child element with that local name in the parent's namespace rules: ns NULL = any;
 * name NULL = any. NULL when there is none. */
const struct xml_node *xml_child(const struct xml_node *parent, const char *ns, const char *name);
/** Next sibling element, same filter. */
const struct xml_node *xml_next(const struct xml_node *node, const char *ns, const char *name);
const char *xml_name(const struct xml_node *node);      /**< local name */
const char *xml_namespace(const struct xml_node *node); /**< URI or "" */
long xml_line(const struct xml_node *node);
/** An attribute's value without namespace, or NULL. Borrowed, for the document's life. */
const char *xml_attribute(const struct xml_node *node, const char *name);
/** The i-th attribute's value and local name, whatever its namespace; NULL: there are not so many.
 * Borrowed as above. */
const char *xml_attribute_at(const struct xml_node *node, size_t i, const char **out_name);
/** The concatenated text of an element with only text inside; "" when empty. Borrowed: the
 * document keeps the copy when it had to join pieces. */
const char *xml_text(const struct xml_node *node);
/** Text of the first such child, or NULL. */
const char *xml_child_text(const struct xml_node *parent, const char *ns, const char *name);

#endif
