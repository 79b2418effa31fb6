/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file tree.h
 * What xml/writer.c makes a tree with. Included by no other folder. Names are literals; texts have
 * only characters of XML: the writer looks. */
#ifndef XML_TREE_H
#define XML_TREE_H

#include "base/arena.h"
#include "xml/document.h"

struct xml_tree;

/** @param arena  of its nodes: longer alive than the document, and not reset meanwhile */
MUST_USE enum err xml_tree_open(struct arena *arena, struct xml_tree **out);
void xml_tree_free(struct xml_tree **tree);
MUST_USE enum err xml_tree_element(struct xml_tree *t, const char *name); /* and go into it */
MUST_USE enum err xml_tree_attribute(struct xml_tree *t, const char *name, const char *value);
MUST_USE enum err xml_tree_text(struct xml_tree *t, const char *text);
MUST_USE enum err xml_tree_instruction(struct xml_tree *t, const char *name, const char *content);
void xml_tree_up(struct xml_tree *t); /* out of the element */
/** The document; the tree is gone. */
void xml_tree_take(struct xml_tree **tree, struct xml_document **out);
/** Before the library frees a document that was made here: take out what it must not. */
void xml_tree_release(struct xml_document *document);

#endif
