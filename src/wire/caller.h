/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file caller.h
 * Who calls one of our own contracts, and whose data it may touch. */
#ifndef WIRE_CALLER_H
#define WIRE_CALLER_H

#include "domain/scope.h"
#include "wire/worker.h"

struct wire_caller {
    char actor[64];
    struct scope scope; /* borrows actor and the registry's lists */
};

/** By the client certificate, else by HTTP Basic: over TLS, on loopback, or where the
 * configuration allows plain HTTP from afar.
 * @return ERR_NONE | ERR_FORBIDDEN: all refusals look the same from outside. */
MUST_USE enum err wire_caller_get(const struct wire_worker *w, const struct listen_request *request,
                                  struct wire_caller *out);

#endif
