/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file station_claim.h
 * Who asks a station about a notice for an activation: one at a time, until its deadline. The claim
 * is committed before the call and given back with what the answer changes, so that no transaction
 * lasts as long as a call, and an answer that comes too late changes nothing [I4] [F50]. */
#ifndef SERVICE_STATION_CLAIM_H
#define SERVICE_STATION_CLAIM_H

#include "db/db.h"
#include "domain/registry.h"

struct station_claim {
    int64_t id; /* made before the transaction [R12] */
    const char *creditor, *notice_number;
};

/** Inside a transaction: nobody else asks, or its deadline is past. */
MUST_USE enum err service_station_claim_tx(struct db *db, const struct station_claim *claim,
                                           const struct registry_station *station, int64_t now_us,
                                           bool *out_ours);
/** Inside a transaction: give it back. @param out_in_time  whether it was still ours: else what
 * the station said does not count */
MUST_USE enum err service_station_claim_end_tx(struct db *db, const struct station_claim *claim,
                                               int64_t now_us, bool *out_in_time);

#endif
