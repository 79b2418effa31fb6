/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/private.h"

#include "db/script.h"

/* migrate may hand on rights on the schema, and CREATE USER lets it take them back. */
static const char SCRIPT[] =
    "CREATE DATABASE IF NOT EXISTS `{db}` CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n"
    "CREATE USER IF NOT EXISTS 'payer_serve'@'localhost', 'payer_work'@'localhost',"
    " 'payer_audit'@'localhost', 'payer_migrate'@'localhost';\n"
    "GRANT CREATE USER ON *.* TO 'payer_migrate'@'localhost';\n"
    "GRANT ALL ON `{db}`.* TO 'payer_migrate'@'localhost' WITH GRANT OPTION;\n";

enum err db_private_script(struct buf *out)
{
    return db_script_fill(SCRIPT, out);
}
