/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file writer.h
 * Well-formed XML into a buffer, escaped, element by element. The first error sticks and is
 * returned by xml_writer_end(), so that callers need not check each call. */
#ifndef XML_WRITER_H
#define XML_WRITER_H

#include "base/buf.h"

#define XML_WRITER_DEPTH 32
struct xml_writer {
    struct buf *out;                    /* borrowed */
    const char *open[XML_WRITER_DEPTH]; /* borrowed names: literals */
    unsigned depth;
    bool in_tag;
    enum err rc;
};

/** Start writing; declaration: with <?xml …?> first. */
void xml_writer_begin(struct xml_writer *w, struct buf *out, bool declaration);
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

#endif
