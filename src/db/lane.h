/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file lane.h
 * A destination that fails: how often in a row, and which of its notifications may be sent when the
 * others are held. Without a row all is well. */
#ifndef DB_LANE_H
#define DB_LANE_H

#include "db/outbox.h"

struct db_lane {
    bool found;
    char creditor[36], destination[36];
    int failures;
    int64_t turn; /* 0: it is wide, each may be sent */
    int ver;
};

MUST_USE enum err db_lane_find(struct db *db, const struct db_outbox *o, struct db_lane *out);
/** Insert or, compare-and-set [R3], change: failures and turn are those of lane. */
MUST_USE enum err db_lane_set(struct db *db, const struct db_lane *lane, int64_t now_us);
/** All is well again, compare-and-set. */
MUST_USE enum err db_lane_drop(struct db *db, const struct db_lane *lane);

/** The first held one after an id, 0: none. */
MUST_USE enum err db_lane_next(struct db *db, const struct db_lane *lane, int64_t after_id,
                               int64_t *out_id);
/** A held one may be sent, from an instant on. */
MUST_USE enum err db_lane_let(struct db *db, int64_t id, int64_t at_us);
/** Hold one that was picked; beside db_lane_set(). */
MUST_USE enum err db_lane_hold(struct db *db, const struct db_outbox *o);
/** Hold what waits but the one whose turn it is, at most so many. */
MUST_USE enum err db_lane_hold_all(struct db *db, const struct db_lane *lane, int limit,
                                   int64_t *out_rows);

#endif
