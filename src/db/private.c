/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/private.h"

#include "db/internal.h"
#include "db/script.h"

/* migrate may hand on rights on the schema, and CREATE USER lets it take them back. */
static const char SCRIPT[] =
    "CREATE DATABASE IF NOT EXISTS `{db}` CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n"
    "CREATE USER IF NOT EXISTS 'payer_serve'@'localhost', 'payer_work'@'localhost',"
    " 'payer_audit'@'localhost', 'payer_migrate'@'localhost';\n"
    "GRANT CREATE USER ON *.* TO 'payer_migrate'@'localhost';\n"
    "GRANT ALL ON `{db}`.* TO 'payer_migrate'@'localhost' WITH GRANT OPTION;\n";

/* Run again it does no harm, and gives an account the password that its file holds now. */
static const char ACCOUNT[] =
    "CREATE USER IF NOT EXISTS 'payer_%s'@'%%' IDENTIFIED BY PASSWORD '%s' REQUIRE SSL;\n"
    "ALTER USER 'payer_%s'@'%%' IDENTIFIED BY PASSWORD '%s' REQUIRE SSL;\n";
static const char ACCOUNT_SCHEMA[] =
    "CREATE DATABASE IF NOT EXISTS `{db}` CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n";
static const char ACCOUNT_RIGHTS[] =
    "GRANT CREATE USER ON *.* TO 'payer_migrate'@'{host}';\n"
    "GRANT ALL ON `{db}`.* TO 'payer_migrate'@'{host}' WITH GRANT OPTION;\n";

enum err db_accounts_script(const struct db_account accounts[DB_ROLE_COUNT], struct buf *out)
{
    enum err rc;

    TRY(db_script_fill(ACCOUNT_SCHEMA, out));
    for (size_t i = 0; i < DB_ROLE_COUNT; i++) {
        const char *role = db_role_names[i], *hash = accounts[i].password_hash;

        TRY(buf_printf(out, ACCOUNT, role, hash, role, hash));
    }
    TRY(db_script_fill(ACCOUNT_RIGHTS, out));
out:
    return rc;
}

enum err db_private_script(struct buf *out)
{
    return db_script_fill(SCRIPT, out);
}
