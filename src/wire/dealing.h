/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file dealing.h
 * What the operations of our own contracts share: who calls, whether the message is one, where
 * answers are made. */
#ifndef WIRE_DEALING_H
#define WIRE_DEALING_H

#include "base/arena.h"
#include "service/position.h"
#include "soap/fill.h"
#include "wire/port.h"

#include "payH.h"

/** One call: who, and on what. */
struct dealing {
    struct wire_call *call;
    struct env env;
    struct soap *soap;
    struct arena arena;
};

typedef enum err dealing_fn(struct dealing *d, struct listen_answer *answer,
                            const char **out_outcome);
/** Refuse strangers. */
wire_admit_fn dealing_admit;
/** Tell a sender what is wrong with its message, else run. */
MUST_USE enum err dealing_answer(struct wire_call *call, struct listen_answer *answer,
                                 dealing_fn *run, const char **out_outcome);

/** gSOAP's heap, zeroed: a request that it cannot hold is a fault of ours, told by the end of the
 * message. */
void *dealing_make(struct soap *soap, size_t n, size_t size);
/** A number of a checked message. @param otherwise  where it says none */
int64_t dealing_number(const struct xml_node *node, const char *ns, const char *name,
                       int64_t otherwise);
struct dpo__refusal *dealing_refusal(struct soap *soap, const struct position_refusal *from);

#endif
