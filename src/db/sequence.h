/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file sequence.h
 * Numbers given to receipts after their commit, by one holder of a lease: a cursor over them never
 * passes a fact that commits late. */
#ifndef DB_SEQUENCE_H
#define DB_SEQUENCE_H

#include "db/db.h"

/** Take or renew the lease; inside a transaction. @param out_mine  false: another holds it */
MUST_USE enum err db_sequence_lease(struct db *db, const char *name, const char *owner,
                                    int64_t now_us, int64_t lease_us, bool *out_mine,
                                    int64_t *out_last);
/** Number at most limit receipts that have none, in order of id, from last + 1 on. */
MUST_USE enum err db_sequence_receipts(struct db *db, int64_t last, int limit, int64_t *out_count);
MUST_USE enum err db_sequence_set_last(struct db *db, const char *name, const char *owner,
                                       int64_t last);

#endif
