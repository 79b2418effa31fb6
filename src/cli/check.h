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

#define CHECK_PATH_SIZE 2048
/** May this process write there? A folder that is missing is fine where it can be made.
 * @param out_where  the folder that is looked at: the nearest one that is there */
bool check_can_write(const char *path, char out_where[CHECK_PATH_SIZE]);
/** A file that only its owner, or its group too, may read, with the cure when it is not so.
 * @return false: it is wrong */
bool check_secret_file(const char *path, bool group_too, struct check_result *r);

check_fn check_files, check_key, check_messages, check_flow, check_spool, check_journal;
/** May the process have as many files open as its settings ask for? */
check_fn check_descriptors;
/** Room on the disk of a setting's folder. which: CONFIG_*_DIR. */
check_fn check_space;
check_fn check_tls, check_peer_certificate, check_peer_ca, check_proxies;
check_fn check_contracts, check_formats;
check_fn check_registry, check_secrets, check_deliveries, check_peers;

/** Is the port that a setting names free, or does a hub answer there? which: CONFIG_*_PORT. */
check_fn check_port;
/** Can a role connect? which: enum db_role. */
check_fn check_role;
check_fn check_database, check_clock;

#endif
