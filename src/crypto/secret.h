/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file secret.h
 * Passwords against salted slow hashes (yescrypt), remembered: what was verified once is known by
 * a keyed hash of it, so that each request does not pay the slow check. At most one slow check at
 * a time per subject and two in all; a wrong one is remembered for a minute. Who brings the very
 * password that is being checked waits for that check; others stand in a short line for theirs, and
 * who finds that full is told so, not that the password is wrong. Thread-safe. */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include "base/err.h"

/** The process's key for remembered secrets: read from path, made there (0600) when missing. */
MUST_USE enum err crypto_secret_init(const char *key_path);
/** yescrypt hash of a password, for the registry. out: at least 128 bytes. */
MUST_USE enum err crypto_secret_hash(const char *password, char *out, size_t cap);
#define CRYPTO_SECRET_MARIADB_SIZE 42
/** A password as MariaDB keeps it (mysql_native_password), for who makes the account and need not
 * know it. Source: MariaDB's documentation of that plugin. */
void crypto_secret_mariadb(const char *password, char out[CRYPTO_SECRET_MARIADB_SIZE]);
enum crypto_secret {
    CRYPTO_SECRET_WRONG,
    CRYPTO_SECRET_RIGHT,
    CRYPTO_SECRET_BUSY, /**< not looked at: too many wait; to be said again */
};
/** @param subject  whose secret it is: "channel/…": one slow check at a time each
 * @param stored   the slow hash from the registry */
enum crypto_secret crypto_secret_check(const char *subject, const char *stored,
                                       const char *password);
/** Forget everything remembered, wiped: when the process ends. */
void crypto_secret_forget(void);

#endif
