/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file sheet.h
 * Compiled XSLT 1.0, ours or an integrator's, compiled once and shared read-only by threads.
 * File and network access are forbidden, templates' depth and operations are limited [X55]. */
#ifndef XML_SHEET_H
#define XML_SHEET_H

#include "xml/document.h"

struct xml_sheet;

/** @param lib_dir  folder that ../../lib/… imports resolve to, whatever path the sheet lies at
 * @return ERR_NONE | ERR_XML_SHEET naming file and line. */
MUST_USE enum err xml_sheet_open(const char *path, const char *lib_dir, struct xml_sheet **out);
void xml_sheet_close(struct xml_sheet **sheet);
/** Does it make text (xsl:output method="text")? */
bool xml_sheet_text(const struct xml_sheet *sheet);
/** Is it written in that encoding? Any case; UTF-8 where the sheet says none. */
bool xml_sheet_encoding_is(const struct xml_sheet *sheet, const char *encoding);
/** Transform and append the serialised result (as xsl:output says) to out. Instructions
 * of the result are written in texts too, as <?name content?>.
 * params: name, value pairs of plain text, NULL-terminated, quoted here [X56]; may be NULL. */
MUST_USE enum err xml_sheet_apply(const struct xml_sheet *sheet, const struct xml_document *doc,
                                  const char *const *params, struct buf *out);

#endif
