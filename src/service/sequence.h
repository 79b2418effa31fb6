/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file sequence.h
 * The sequencer's step: number the receipts that were committed since. One holder at a time. */
#ifndef SERVICE_SEQUENCE_H
#define SERVICE_SEQUENCE_H

#include "db/db.h"

/** @param out_any  whether some were numbered: there may be more */
MUST_USE enum err service_sequence_next(struct db *db, const char *owner, bool *out_any);

#endif
