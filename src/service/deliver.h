/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file deliver.h
 * One notification: claim, send, note the result. A crash after the claim sends the same bytes
 * again when the lease is over [F10] [F11]. */
#ifndef SERVICE_DELIVER_H
#define SERVICE_DELIVER_H

#include "net/http.h"
#include "service/env.h"

/** Take the next due notification, send it and note what came of it.
 * @param owner    who claims: host and process
 * @param out_any  false: none was due */
MUST_USE enum err service_deliver_next(struct env *env, struct net_http *http, const char *owner,
                                       bool *out_any);

#endif
