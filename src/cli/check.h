/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file check.h
 * What `payer check` tries: one function a thing, each trying it for real. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "cli/cli.h"

struct check_result {
    bool wrong;
    char said[320]; /* what was found */
    char cure[200]; /* what to do about it */
};

typedef void check_fn(struct cli *cli, int which, struct check_result *out);

void check_found(struct check_result *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/** It is wrong; the cure is set with check_cure(). */
void check_wrong(struct check_result *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void check_cure(struct check_result *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Is the port that a setting names free, or does a hub answer there? which: CONFIG_*_PORT. */
check_fn check_port;
/** Can a role connect? which: enum db_role. */
check_fn check_role;
check_fn check_database, check_clock;

#endif
