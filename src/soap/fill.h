/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file fill.h
 * How our values become members of gSOAP's structs, for whoever writes a message. Everything that
 * is made lives on the message's heap until soap_message_reset(). */
#ifndef SOAP_FILL_H
#define SOAP_FILL_H

#include <stdint.h>

struct soap;
struct debt_stamp;
struct ppc__ctMetadata;
struct ppc__ctRichiestaMarcaDaBollo;
struct pos__stamp;
struct pos__metadata;

/** gSOAP's members are char *, and writing only reads them. */
char *soap_fill_text(const char *text);
/** NULL, and so no element, for "" or NULL. */
char *soap_fill_opt(const char *text);
/** Euros with two decimals. */
char *soap_fill_amount(struct soap *soap, int64_t cents);
/** From a position's metadata, key TAB value LF; NULL when there is none. */
struct ppc__ctMetadata *soap_fill_metadata(struct soap *soap, const char *stored);
struct pos__metadata *soap_fill_position_metadata(struct soap *soap, const char *stored);
/** NULL where no stamp is asked for; they borrow from it. */
struct ppc__ctRichiestaMarcaDaBollo *soap_fill_stamp(struct soap *soap,
                                                     const struct debt_stamp *stamp);
struct pos__stamp *soap_fill_position_stamp(struct soap *soap, const struct debt_stamp *stamp);

#endif
