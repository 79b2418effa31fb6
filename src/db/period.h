/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file period.h
 * Where each scheduled subscription stands: a row each, of the period that is being closed or was
 * closed last. */
#ifndef DB_PERIOD_H
#define DB_PERIOD_H

#include "db/db.h"

struct db_period {
    char subscription[36], rule[101], state[13];
    int64_t registry; /* its version that said the rule */
    int64_t ends_us, cut_off_us;
    int flows, ver;
};
/** subscription is "" when there is none. */
MUST_USE enum err db_period_find(struct db *db, const char *subscription, struct db_period *out);
/** All of them: as many as the registry has. Buffer what you need: each may not use this db. */
MUST_USE enum err db_period_list(struct db *db, struct db_period *row, db_each_fn *each, void *cls);
MUST_USE enum err db_period_add(struct db *db, const struct db_period *p);
/** Its row becomes *p, when ver is still p->ver, else ERR_DB_CONFLICT [R3]. */
MUST_USE enum err db_period_set(struct db *db, struct db_period *p);

#endif
