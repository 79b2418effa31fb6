/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file internal.h
 * What the files of xml/ share: the library's types behind the opaque ones. Included by no other
 * folder. */
#ifndef XML_INTERNAL_H
#define XML_INTERNAL_H

#include "xml/schema.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <stdint.h>

/* No NOENT, DTDLOAD, DTDATTR, DTDVALID, HUGE, RECOVER or XINCLUDE: ever [X26]-[X30]. The others
 * silence messages (they are read from the context) and keep line numbers above 65535. */
#define XML_OPTIONS                                                                                \
    (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES)

struct xml_document {
    xmlDocPtr doc;
    size_t size;   /* in bytes, of the text that it was parsed from */
    bool borrowed; /* its nodes lie in an arena: see tree.h */
    bool texts;    /* and texts among them do not */
};

struct xml_schema {
    xmlSchemaPtr compiled;
    xmlDocPtr doc; /* what was compiled points into it */
};

/* The library's functions take no const, though they change nothing. */
static inline xmlNodePtr xml_raw(const struct xml_node *node)
{
    return (xmlNodePtr)(uintptr_t)node; /* NOLINT(performance-no-int-to-ptr): drops const */
}

static inline const struct xml_node *xml_wrap(const xmlNode *node)
{
    return (const struct xml_node *)node;
}

/** Parse memory, any DTD refused.
 * @param url   the document's base, or NULL
 * @param dict  names are interned there; NULL: in a dictionary of its own */
MUST_USE enum err xml_parse(const char *bytes, size_t len, const char *url, xmlDictPtr dict,
                            xmlDocPtr *out);
/** Open a regular file to read. @return ERR_NONE | ERR_IO_READ naming it. */
MUST_USE enum err xml_file_open(const char *path, int *out);
/** ERR_XML_SYNTAX (or ERR_MEMORY) from the library's error, after the document's name.
 * @param url    or NULL · @param error  or NULL: not known */
MUST_USE enum err xml_syntax(const char *url, const xmlError *error);
/** Free the joined texts that hang on a document [xml_text()]. */
void xml_texts_free(xmlDocPtr doc);
/** Read one of our own files, to compile it.
 * @param url   its base: imports are resolved against it
 * @param dict  as for xml_parse() */
MUST_USE enum err xml_read_ours(const char *path, const char *url, xmlDictPtr dict, xmlDocPtr *out);
/** The part of a path behind its last slash. */
const char *xml_base_name(const char *path);
/** Let this thread load the files beside path by their bare names, while it compiles ours; NULL:
 * none again. Borrowed until then. */
void xml_allow_beside(const char *path);
/** An error of the schema library as a problem: the first one is kept. */
void xml_problem_set(struct xml_problem *problem, const xmlError *error);
/** ERR_XML_INVALID: the detail names the element; the problem says the rest to whoever sent it. */
MUST_USE enum err xml_problem_err(const struct xml_problem *problem);
/** Before anything else of the library is called. */
void xml_memory_init(void);
/** What this thread may take from now on, beside what it has; SIZE_MAX: as much as it wants. */
void xml_memory_limit(size_t bytes);
/** Did it want more than that? Then what came out is not whole. */
bool xml_memory_over(void);
/** XSLT's part of xml_init(). */
void xml_sheet_init(void);

#endif
