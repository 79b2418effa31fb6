/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file node.h
 * The messages of the paForNode contract where the hub is the station: from elements to a struct
 * node_call, and from a struct node_answer to bytes. */
#ifndef WIRE_NODE_H
#define WIRE_NODE_H

#include "service/node_call.h"
#include "soap/message.h"
#include "xml/document.h"

/** All that an operation's message says. It was found valid before; a receipt's stamps are borrowed
 * from the element.
 * @return ERR_NONE | an error of an amount or a day that the schema passed over | ERR_BUG */
MUST_USE enum err wire_node_read(const struct xml_node *root, struct node_call *call);
/** For env.node_write: cls is the struct soap_message. */
enum err wire_node_write(void *cls, const struct node_call *call, const struct node_answer *answer,
                         struct buf *out);

#endif
