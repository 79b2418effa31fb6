/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file registry_document.h
 * From the bytes of a registry document to a tree: syntax and schema. It must not know SQL. */
#ifndef SERVICE_REGISTRY_DOCUMENT_H
#define SERVICE_REGISTRY_DOCUMENT_H

#include "service/registry_tree.h"

struct registry_document {
    struct registry_entry *root;
    int64_t base;                      /* -1: it names none */
    char scope[REGISTRY_CODE_MAX + 1]; /* the Ente's code of a part; "": whole */
};

/** A document from outside: everything that its schema (conf/registry.xsd) says, one problem an
 * entry. Entries that are not valid are marked so; the tree may still be checked further.
 * @return ERR_NONE, also when problems were found | ERR_REGISTRY: not XML at all, no tree |
 *         ERR_XML_SHEET | ERR_LIMIT | ERR_MEMORY. */
MUST_USE enum err registry_document_read(struct arena *arena, const char *bytes, size_t len,
                                         const struct registry_report *report,
                                         struct registry_document *out);
/** A document of ours, as stored; an empty one is an empty registry. Not checked again. */
MUST_USE enum err registry_document_load(struct arena *arena, const struct buf *stored,
                                         struct registry_entry **out);

#endif
