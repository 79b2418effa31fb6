/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file limit.h
 * A channel's limit for the day [W3.6b]: payments of the civil day in Europe/Rome that are live, or
 * took money. A row a channel counts what was activated, and is looked at first; what failed or
 * expired since is taken off by summing anew, where the limit seems to be reached. */
#ifndef SERVICE_LIMIT_H
#define SERVICE_LIMIT_H

#include "db/channel.h"
#include "service/env.h"

/** Bring a row to now_us: what counts of the day, exactly where cents more would be beyond the
 * limit, else at least that. Under the row's lock it holds until the transaction's end. */
MUST_USE enum err service_limit_count(struct db *db, const struct registry *registry,
                                      const struct registry_channel *channel, int64_t now_us,
                                      int64_t cents, struct db_channel_day *day);
/** Money came of a payment that had been taken off: it counts again. The payment is recorded, so
 * that what fails here is told and nothing else. */
void service_limit_late(struct env *env, const char *channel);

#endif
