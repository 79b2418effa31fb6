/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file lift.h
 * A message around one long text, as a small document without that text: the text is handed on in
 * pieces as it stands in the bytes, and is nowhere whole. */
#ifndef XML_LIFT_H
#define XML_LIFT_H

#include "xml/document.h"

#define XML_LIFT_DEPTH 4
/** Local names from the root to the text's element. */
struct xml_lift {
    const char *path[XML_LIFT_DEPTH];
};
/** Entities are resolved, CDATA sections are opened. An error stops the parser, and is returned. */
typedef enum err xml_lift_fn(void *cls, const char *text, size_t len);

/** xml_document_parse() without the lifted text and without comments; ERR_XML_SYNTAX, too, where
 * what is left is not small (1 MiB in memory).
 * @param piece  NULL: the text is dropped
 * @param out    the caller's; NULL where piece failed */
MUST_USE enum err xml_lift_parse(const char *bytes, size_t len, const struct xml_lift *lift,
                                 xml_lift_fn *piece, void *cls, struct xml_document **out);

#endif
