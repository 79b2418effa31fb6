/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file fixture.h
 * A private database of the test program's own, migrated, and its configuration in force. */
#ifndef UNIT_DB_FIXTURE_H
#define UNIT_DB_FIXTURE_H

#include "db/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/** A connection as payer work has it, from start to stop. */
extern struct db *db;

/** The file of the configuration. */
const char *db_fixture_config(void);

/** For cmocka_run_group_tests(). */
int db_fixture_start(void **state);
int db_fixture_stop(void **state);

#endif
