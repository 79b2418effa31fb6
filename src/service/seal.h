/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file seal.h
 * Seals the journal, after its lines are committed, so that no payment waits for it; and signs the
 * chain's end into a file, which whoever can change the database need not reach. */
#ifndef SERVICE_SEAL_H
#define SERVICE_SEAL_H

#include "crypto/sign.h"
#include "db/db.h"
#include "service/audit.h"

/* How far before the newest sealed line one that is open is looked for: a line's id is made before
 * its transaction, which may end after those of later lines. The further, the dearer. */
#define SEAL_REACH_US 0
#define SEAL_REACH_LATE_US (INT64_C(120) * 1000000)
#define SEAL_REACH_DAY_US (INT64_C(86400) * 1000000)

/** Seal a batch of what is open, by the one worker that holds the lease.
 * @param reach_us  SEAL_REACH_… */
MUST_USE enum err service_seal_next(struct db *db, const char *owner, int64_t reach_us,
                                    bool *out_any);
/** Append the chain's end, signed, to journal.heads, when it is beyond the last one there. */
MUST_USE enum err service_seal_head(struct db *db);
/** The chain against the journal and against the signed heads [I10]: each finding is told. */
MUST_USE enum err service_seal_audit(struct db *db, struct service_audit *audit);

#endif
