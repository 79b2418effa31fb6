/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file psp.h
 * The messages of the nodeForPsp contract: from elements to a struct psp_call, and from a struct
 * psp_answer to bytes. */
#ifndef WIRE_PSP_H
#define WIRE_PSP_H

#include "service/psp_call.h"
#include "soap/message.h"
#include "xml/document.h"

/** All that an operation's message says. It was found valid before; what is too long to copy is
 * borrowed from the element: an outcome's stamps, a service's data. What the schema takes and the
 * rules do not makes call->valid false.
 * @return ERR_NONE | an error of an amount or a day that the schema passed over | ERR_BUG */
MUST_USE enum err wire_psp_read(const struct xml_node *root, struct psp_call *call);
/** SHA-256 of all its leaf elements but the password, with their names and places. */
MUST_USE enum err wire_psp_hash(const struct xml_node *root, struct psp_call *call);
/** For env.psp_write: cls is the struct soap_message. */
enum err wire_psp_write(void *cls, const struct psp_answer *answer, struct buf *out);

#endif
