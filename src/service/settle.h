/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file settle.h
 * The closing of a period: what was paid to an Ente's account and is in no settlement yet becomes
 * one. Interrupted anywhere, run again, run twice at once: each fact once [I8]. */
#ifndef SERVICE_SETTLE_H
#define SERVICE_SETTLE_H

#include "base/arena.h"
#include "service/env.h"

struct service_settled {
    int64_t settlements, entries, total_cents;
    int64_t held;    /* accounts that wait: the subscription wants reconciled money only */
    int64_t unowned; /* of all: accounts whose Ente and bank have no subscription */
};

/** The subscription whose period an account's money follows: its treasury bank's, else the Ente's
 * own; NULL when there is none. */
const struct registry_subscription *
service_settle_driver(const struct registry *registry, const char *creditor, const char *account);
/** Close everything that is due.
 * @param subscription  only accounts that follow this one; NULL: all
 * @param cut_off_us    entries before this instant; 0: now */
MUST_USE enum err service_settle(struct env *env, const char *subscription, int64_t cut_off_us,
                                 struct service_settled *out);
/** How many accounts have money for which nobody closes a period: a metric, for an alarm. */
MUST_USE enum err service_settle_unowned(struct env *env, int64_t *out_accounts);

#endif
