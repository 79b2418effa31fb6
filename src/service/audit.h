/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file audit.h
 * The auditor: asks the database for what breaks an invariant, and hashes every published file
 * again. Reads only. */
#ifndef SERVICE_AUDIT_H
#define SERVICE_AUDIT_H

#include "db/db.h"

struct service_audit_finding {
    const char *rule, *what, *table;
    int64_t id;
    const char *detail;
};

struct service_audit {
    void (*tell)(void *cls, const struct service_audit_finding *finding);
    void *cls;
    /* results */
    int questions;
    int64_t files, findings;
    int64_t sealed, heads; /* lines of the journal, signed ends of its chain */
};

MUST_USE enum err service_audit_run(struct db *db, struct service_audit *audit);

#endif
