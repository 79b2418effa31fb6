/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file private.h
 * The schema and the accounts by role as SQL: what the private database's server runs at each
 * start, before it lets anybody in, and what another server's administrator runs once. */
#ifndef DB_PRIVATE_H
#define DB_PRIVATE_H

#include "base/buf.h"
#include "db/db.h"

/** The schema and the accounts by role, one statement a line, each harmless when it is done
 * already. The accounts have no password: only who may enter the socket's folder reaches them. */
MUST_USE enum err db_private_script(struct buf *out);
/** An account's password as MariaDB keeps it. */
struct db_account {
    char password_hash[42];
};
/** The same for another server: accounts with passwords, by TLS only.
 * @param accounts  one a role */
MUST_USE enum err db_accounts_script(const struct db_account accounts[DB_ROLE_COUNT],
                                     struct buf *out);
/** The password of a role's account: its file in db.password_dir, without line ends; "" when no
 * folder is set. The caller wipes it. */
MUST_USE enum err db_password_read(enum db_role role, struct buf *out);

#endif
