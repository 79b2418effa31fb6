/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file lane.h
 * A destination that fails several times in a row gets one notification at a time: the others are
 * held, and cost nobody anything. After a failure it is another one's turn, later and later up to a
 * bound; after a success the next one's, in order, at a bounded rate, until none is held [F59]. */
#ifndef SERVICE_LANE_H
#define SERVICE_LANE_H

#include "db/lane.h"

/** May a row that was picked be sent? If not it is held, in this transaction. */
MUST_USE enum err service_lane_enter_tx(struct db *db, const struct db_outbox *o, int64_t now_us,
                                        bool *out_may);

/** What a send came to; wait_ms and state are filled in. */
struct lane_result {
    const struct db_outbox *row;
    bool ok, away; /* away: nobody answered, which is no fault of the notification's */
    const char *state;
    int64_t wait_ms;
    bool uncounted; /* the attempt is not held against it */
    bool narrowed;  /* what waits is to be held */
};
/** Decide what becomes of the row and of its lane, and write the lane; before the row is settled.
 */
MUST_USE enum err service_lane_leave_tx(struct db *db, struct lane_result *r, int64_t now_us);
/** After a lane was narrowed: hold what waits in it. */
MUST_USE enum err service_lane_narrow(struct db *db, const struct db_outbox *row);

#endif
