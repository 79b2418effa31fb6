/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file flow_plan.h
 * From settlements to rows of flows: what a file will hold, its number, id, name and time are
 * decided here, once; its bytes follow from them for ever [F13]. */
#ifndef SERVICE_FLOW_PLAN_H
#define SERVICE_FLOW_PLAN_H

#include "base/arena.h"
#include "db/flow.h"
#include "db/period.h"
#include "flow/format.h"
#include "service/env.h"

/** Settlements of one flow, in order of id: each fills row, flow_settlement_row() keeps it. */
struct flow_settlements {
    struct arena *arena;
    struct db_settlement *items, row;
    size_t n, room;
};
db_each_fn flow_settlement_row;

struct flow_planning {
    struct env *env;
    const struct registry_subscription *subscription;
    const struct flow_format *format;
    const struct db_period *period; /* that this closes; NULL: none */
    /* its own */
    struct db_period now;
    bool made;
};

/** Add flows until all that the subscription wants is in one; then its period is PLANNED, with an
 * empty flow when it has none and wants one. Run again or twice at once, it adds nothing [I8]. */
MUST_USE enum err flow_plan(struct flow_planning *p);

#endif
