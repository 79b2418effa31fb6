/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file node_check.h
 * The order of checks of the node's operations on hosted Enti, from service/node_check.def [W6].
 * Pure look-ups: what they need is read before. */
#ifndef SERVICE_NODE_CHECK_H
#define SERVICE_NODE_CHECK_H

#include "service/node_call.h"

enum node_stage { NODE_CHECK_REGISTRY, NODE_CHECK_NOTICE };

/** What is known about a request. The look-ups are made by service_node_prepare(). */
struct node_facts {
    const struct node_call *call;
    const struct registry *registry;
    const struct registry_creditor *ente;     /* idPA */
    const struct registry_creditor *creditor; /* of the notice */
    const struct registry_broker *broker;
    const struct registry_station *station;
    int64_t now_us;
    const struct db_notice *notice;
    const struct db_payment *known; /* of that receiptId; id 0: none */
};

void service_node_prepare(const struct node_call *call, const struct registry *registry,
                          struct node_facts *out);
/** Run a stage's rows in order; OUTCOME_OK when none refuses. */
enum outcome service_node_check(enum node_stage stage, const struct node_facts *facts);

#endif
