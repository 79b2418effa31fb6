/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file prefilter.h
 * One pass over a message's bytes before any parser sees them: UTF-8, XML 1.0 characters, no
 * DOCTYPE, no processing instruction, caps on depth, on attributes and namespaces per tag and on
 * elements for the message's size, and what no parser of ours refuses by itself. Pure. */
#ifndef LISTEN_PREFILTER_H
#define LISTEN_PREFILTER_H

#include <stdbool.h>
#include <stddef.h>

/** What the bytes are. BROKEN: a SOAP Fault, nothing may read it. SHAPE: well-formed as far as
 * this pass sees, but not one Envelope with one Body with one operation: answered by the
 * operation's own refusal where the operation can be told. */
enum prefilter { PREFILTER_OK, PREFILTER_SHAPE, PREFILTER_BROKEN };

/** @param out_why  a fixed English sentence, NULL when OK */
enum prefilter listen_prefilter(const char *bytes, size_t len, const char **out_why);
/** UTF-8 and XML 1.0 characters only. */
bool listen_prefilter_text(const unsigned char *bytes, size_t len);

#endif
