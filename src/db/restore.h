/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file restore.h
 * After a restore from a backup: numbers that the lost time may have given to others are not given
 * again [F45]. */
#ifndef DB_RESTORE_H
#define DB_RESTORE_H

#include "db/db.h"

/** Leave out numbers: of flows (noted, so that the audit knows), of receipts, of notices. Run twice
 * it leaves out more, which does no harm. As DB_ROLE_MIGRATE, on this program's schema. */
MUST_USE enum err db_numbers_skip(struct db *db);

#endif
