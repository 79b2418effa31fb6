/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file restore.h
 * After a restore from a backup: numbers that the lost time may have given to others are not given
 * again [F45]. What each restore leaves out is more than anybody makes between two backups. */
#ifndef DB_RESTORE_H
#define DB_RESTORE_H

#include "db/db.h"

#define RESTORE_FLOWS 1000      /* of a subscription */
#define RESTORE_NUMBERS 1000000 /* receipts; notices of an archive */

/** Can each table be read? A copy may lack a table's file, which nothing else asks for at a start.
 * @return ERR_NONE | ERR_DB_SQL, with what the server says of the first that cannot */
MUST_USE enum err db_tables_try(struct db *db);
/** Note a restore and move each counter on. Run twice it leaves out more, which does no harm. As
 * DB_ROLE_MIGRATE, on this program's schema. */
MUST_USE enum err db_numbers_skip(struct db *db);
/** How many restores there were: a counter that begins only now leaves out as much for each. */
MUST_USE enum err db_restore_count(struct db *db, int64_t *out_n);
/** Note the numbers of a subscription that are never given, so that the audit knows. */
MUST_USE enum err db_flow_gap_add(struct db *db, const char *subscription, int64_t first,
                                  int64_t last);

/** Restores after which no person has said yet that flows may be made again. */
MUST_USE enum err db_restore_waiting(struct db *db, int64_t *out_n);
MUST_USE enum err db_restore_release(struct db *db, int64_t *out_n);

#endif
