/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file schema.h
 * Compiled XSD, from our own files only, compiled once and shared read-only by threads. */
#ifndef XML_SCHEMA_H
#define XML_SCHEMA_H

#include "xml/document.h"

struct xml_schema;

/** Where and what the first violation is, in words for whoever sent the document. */
struct xml_problem {
    long line;
    char element[64];
    char text[200]; /* what was expected; never more of the value than the schema library says */
};

/** Take the value out of the text, which may be a person's code or name: for whoever is told over
 * the wire, and for logs [I11]. */
void xml_problem_hide_value(struct xml_problem *problem);

/** Compile; imports are resolved beside the file. @return ERR_NONE | ERR_XML_SHEET. */
MUST_USE enum err xml_schema_open(const char *path, struct xml_schema **out);
void xml_schema_close(struct xml_schema **schema);
/** Validate one element and all below it. @return ERR_NONE | ERR_XML_INVALID, problem filled. */
MUST_USE enum err xml_schema_check_node(const struct xml_schema *schema,
                                        const struct xml_node *node, struct xml_problem *problem);
MUST_USE enum err xml_schema_check_document(const struct xml_schema *schema,
                                            const struct xml_document *doc,
                                            struct xml_problem *problem);

#endif
