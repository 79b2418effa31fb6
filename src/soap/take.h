/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file take.h
 * How members of gSOAP's structs become our values, for whoever reads a peer's answer: the other
 * way round than fill.h. What the schema lets pass and we cannot hold is ERR_PEER_ANSWER, with a
 * detail that names the member and never its value. */
#ifndef SOAP_TAKE_H
#define SOAP_TAKE_H

#include "base/err.h"

#include <stdint.h>

struct ppc__ctFaultBean;
struct ppc__ctMetadata;
struct soap_station_fault;

#define SOAP_TAKE(to, from, name) soap_take_text((to), sizeof(to), (from), (name))

/** NULL is taken as "". Control characters are refused: what is stored and told on has none. */
MUST_USE enum err soap_take_text(char *to, size_t cap, const char *from, const char *name);
/** At least 0.01. */
MUST_USE enum err soap_take_amount(int64_t *to, const char *from);
/** An xs:date, with its zone dropped; NULL is taken as "". */
MUST_USE enum err soap_take_date(char to[11], const char *from);
/** As a position's metadata: key TAB value LF. */
MUST_USE enum err soap_take_metadata(char *to, size_t cap, const struct ppc__ctMetadata *from);
/** A refusal must say why. */
MUST_USE enum err soap_take_fault(struct soap_station_fault *to,
                                  const struct ppc__ctFaultBean *from);

#endif
