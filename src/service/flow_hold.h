/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file flow_hold.h
 * After a restore from a backup no flow is made until a person says so: money that a lost flow
 * ordered is due again in the database, and would be ordered a second time [F45]. */
#ifndef SERVICE_FLOW_HOLD_H
#define SERVICE_FLOW_HOLD_H

#include "db/db.h"

/** ERR_FLOW_HELD while a restore waits for service_flow_release(). */
MUST_USE enum err service_flow_held(struct db *db);
/** @return ERR_NOT_FOUND: nothing waits */
MUST_USE enum err service_flow_release(struct db *db, const char *actor);

#endif
