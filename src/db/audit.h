/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file audit.h
 * The invariants as questions to the database: each row that answers one is a finding. On the
 * read-only account; nothing here is used by what it checks. */
#ifndef DB_AUDIT_H
#define DB_AUDIT_H

#include "db/db.h"

struct db_audit_finding {
    const char *rule;  /* I1 … I8, a literal */
    const char *what;  /* a literal */
    const char *table; /* whose row it is, a literal */
    int64_t id;
    char detail[201];
};

/** Ask everything; each finding is told.
 * @param finding  filled before each call */
MUST_USE enum err db_audit_run(struct db *db, struct db_audit_finding *finding, db_each_fn *each,
                               void *cls, int *out_questions);
/** The file names of all flows. @param name  filled before each call */
MUST_USE enum err db_audit_flow_names(struct db *db, char *name, size_t cap, db_each_fn *each,
                                      void *cls);

#endif
