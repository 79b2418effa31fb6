/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file private.h
 * What the private database's server runs at each start, before it lets anybody in. */
#ifndef DB_PRIVATE_H
#define DB_PRIVATE_H

#include "base/buf.h"

/** The schema and the accounts by role, one statement a line, each harmless when it is done
 * already. The accounts have no password: only who may enter the socket's folder reaches them. */
MUST_USE enum err db_private_script(struct buf *out);

#endif
