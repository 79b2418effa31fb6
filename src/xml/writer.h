/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file writer.h
 * Well-formed XML into a buffer, escaped, element by element. The first error sticks and is
 * returned by xml_writer_end(), so that callers need not check each call. */
#ifndef XML_WRITER_H
#define XML_WRITER_H

#include "base/buf.h"

#define XML_WRITER_DEPTH 32
struct arena;
struct xml_tree;
struct xml_document;
struct xml_writer {
    struct buf *out; /* borrowed; NULL: a tree is made */
    struct xml_tree *tree;
    const char *open[XML_WRITER_DEPTH]; /* borrowed names: literals */
    unsigned depth;
    bool in_tag;
    enum err rc;
};

/** Start writing; declaration: with <?xml …?> first. */
void xml_writer_begin(struct xml_writer *w, struct buf *out, bool declaration);
/** The same, as a document in memory: what its text would be parsed to. Element and attribute names
 * are literals then; an attribute xmlns is the default namespace from there on.
 * @param arena  where its nodes lie: it outlives the document, and is not reset meanwhile */
void xml_writer_begin_tree(struct xml_writer *w, struct arena *arena);
void xml_open(struct xml_writer *w, const char *name);
void xml_attr(struct xml_writer *w, const char *name, const char *value);
void xml_attr_int(struct xml_writer *w, const char *name, int64_t value);
/** Nothing is written when value is NULL or "". */
void xml_attr_opt(struct xml_writer *w, const char *name, const char *value);
void xml_content(struct xml_writer *w, const char *text);
void xml_close(struct xml_writer *w);
/** <name>text</name> */
void xml_leaf(struct xml_writer *w, const char *name, const char *text);
void xml_leaf_opt(struct xml_writer *w, const char *name, const char *text);
/** <?name content?>: content is ours, and not escaped */
void xml_instruction(struct xml_writer *w, const char *name, const char *content);
/** Closes nothing: @return the first error, or ERR_BUG when elements are still open. */
MUST_USE enum err xml_writer_end(struct xml_writer *w);
/** The document of xml_writer_begin_tree(); NULL on an error, and nothing is left then. */
MUST_USE enum err xml_writer_end_tree(struct xml_writer *w, struct xml_document **out);

#endif
