/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file debt_position.h
 * What the operations of the debt-position contract share. Nobody else includes it. */
#ifndef WIRE_DEBT_POSITION_H
#define WIRE_DEBT_POSITION_H

#include "service/position.h"
#include "soap/fill.h"
#include "wire/caller.h"
#include "wire/port.h"

#include "payH.h"

#define DPO_NS "urn:payer:debt-position:1"
#define POS_NS "urn:payer:position:1"

enum { DEALING_MANY = 1000 }; /* positions in one message: their facet */

/** One call of this contract: who, and on what. */
struct dealing {
    struct wire_call *call;
    struct wire_caller caller;
    struct env env;
    struct soap *soap;
    struct arena arena;
};

/** gSOAP's heap, zeroed: a request that it cannot hold is a fault of ours, told by the end of the
 * message. */
void *dealing_make(struct soap *soap, size_t n, size_t size);
struct dpo__refusal *dealing_refusal(struct soap *soap, const struct position_refusal *from);
enum dpo__debtState dealing_state(enum position_state s);

/** Operations in files of their own. */
typedef enum err dealing_fn(struct dealing *d, struct listen_answer *answer,
                            const char **out_outcome);
dealing_fn dealing_list, dealing_cancel, dealing_update, dealing_cancel_many;

#endif
