/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file period.h
 * The periods that end by the clock, the database's [F47]: each is closed once, in order, whatever
 * was down meanwhile and however many workers there are. */
#ifndef SERVICE_PERIOD_H
#define SERVICE_PERIOD_H

#include "db/period.h"
#include "service/env.h"

/** Close the period that ended first among those that are due. One whose flows cannot be made is
 * said in the log and is not in the way of the others.
 * @param out_any     one was closed: there may be more
 * @param out_failed  one could not be: not to be tried again at once
 * @return ERR_NONE, also when another run is at it | what the database refused. */
MUST_USE enum err service_period_next(struct env *env, bool *out_any, bool *out_failed);

/** Where a subscription stands. */
struct service_period {
    const struct registry_subscription *subscription;
    struct db_period last; /* subscription "": no worker saw it yet */
    int64_t next_us;       /* its next end; 0: none by the clock */
};
/** Every enabled subscription, in order of code. */
MUST_USE enum err service_period_list(struct env *env,
                                      void (*each)(void *cls, const struct service_period *period),
                                      void *cls);

#endif
