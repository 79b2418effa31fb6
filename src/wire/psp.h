/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file psp.h
 * The messages of the nodeForPsp contract: from gSOAP's structs to a struct psp_call, and from a
 * struct psp_answer to bytes. */
#ifndef WIRE_PSP_H
#define WIRE_PSP_H

#include "service/psp_call.h"
#include "soap/message.h"
#include "xml/document.h"

/** Copy out all that the operation's message says. The message was found valid before.
 * @return ERR_NONE | ERR_XML_INVALID | an error of the message. */
MUST_USE enum err wire_psp_read(struct soap_message *m, const char *bytes, size_t len,
                                struct psp_call *call);
/** What is too long to copy, and so borrows from the element: an outcome's stamps, a service's
 * data. Neither is valid where it cannot be told on. */
void wire_psp_borrow(const struct xml_node *root, struct psp_call *call);
/** SHA-256 of all its leaf elements but the password, with their names and places. */
MUST_USE enum err wire_psp_hash(const struct xml_node *root, struct psp_call *call);
/** For env.psp_write: cls is the struct soap_message. */
enum err wire_psp_write(void *cls, const struct psp_answer *answer, struct buf *out);

#endif
