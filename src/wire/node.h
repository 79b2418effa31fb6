/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file node.h
 * The messages of the paForNode contract where the hub is the station: from gSOAP's structs to a
 * struct node_call, and from a struct node_answer to bytes. */
#ifndef WIRE_NODE_H
#define WIRE_NODE_H

#include "service/node_call.h"
#include "soap/message.h"

/** Copy out all that the operation's message says. The message was found valid before.
 * @return ERR_NONE | ERR_XML_INVALID | an error of the message. */
MUST_USE enum err wire_node_read(struct soap_message *m, const char *bytes, size_t len,
                                 struct node_call *call);
/** For env.node_write: cls is the struct soap_message. */
enum err wire_node_write(void *cls, const struct node_call *call, const struct node_answer *answer,
                         struct buf *out);

#endif
