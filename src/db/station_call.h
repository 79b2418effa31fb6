/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file station_call.h
 * Activations that ask an Ente's station at this moment: one a notice, until its deadline. */
#ifndef DB_STATION_CALL_H
#define DB_STATION_CALL_H

#include "db/db.h"

struct db_station_call {
    int64_t id; /* of the activation that asks; 0: none does */
    int64_t until_us;
};

MUST_USE enum err db_station_call_find(struct db *db, const char *creditor,
                                       const char *notice_number, struct db_station_call *out);
/** In the place of none, or of old, which was found and whose deadline is past [R3]. A second one
 * at once is ERR_DB_DUPLICATE or ERR_DB_CONFLICT at COMMIT: run again [R4]. */
MUST_USE enum err db_station_call_put(struct db *db, const char *creditor,
                                      const char *notice_number, const struct db_station_call *old,
                                      const struct db_station_call *c);
/** It is over; ERR_DB_CONFLICT at COMMIT when it is there no more. */
MUST_USE enum err db_station_call_drop(struct db *db, const char *creditor,
                                       const char *notice_number, int64_t id);
/** Forget at most limit of those whose deadline was before an instant. */
MUST_USE enum err db_station_call_purge(struct db *db, int64_t before_us, int limit,
                                        int64_t *out_rows);

#endif
