/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file backup.h
 * A restore is over when its database has this program's schema and gives no number again: what
 * was cut off before is finished by the next start. */
#ifndef CLI_BACKUP_H
#define CLI_BACKUP_H

#include "cli/cli.h"

/** Finish a restore, if one is under way; the database answers. */
MUST_USE enum err backup_restore_finish(struct cli *cli);

#endif
