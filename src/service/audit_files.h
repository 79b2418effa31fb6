/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file audit_files.h
 * The other way round: files below flow.dir of which the database knows nothing. After a restore
 * they are what receivers hold and we don't [F45]. */
#ifndef SERVICE_AUDIT_FILES_H
#define SERVICE_AUDIT_FILES_H

#include "service/audit.h"

/** Tell each. @return ERR_NONE | ERR_IO_READ | ERR_LIMIT | errors of the database */
MUST_USE enum err service_audit_files(struct db *db, struct service_audit *audit);

#endif
