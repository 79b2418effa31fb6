/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "cli/check.h"
#include "service/message.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* One that is not there yet is made at the start; this command makes nothing. */
static bool key_may_come(const char *path, struct check_result *out)
{
    char where[CHECK_PATH_SIZE];

    if (access(path, F_OK) == 0 || check_can_write(path, where)) return true;
    check_wrong(out, "message.key_file: %s cannot be made: %s: %s", path, where, strerror(errno));
    check_cure(out, "set message.key_file to a place that this user may write");
    return false;
}

static const char *cure_of(enum err rc)
{
    return rc == ERR_CONFIG || rc == ERR_IO_READ
               ? "message.keep names families; a key's file is one of 32 bytes, mode 0600, of this "
                 "user: "
                 "put back the one that it was, here or as message.old_key_file"
           : rc == ERR_CRYPTO ? "it is not what was stored: payer audit; then your backups"
                              : "first what is wrong with the database";
}

static void messages_try(struct cli *cli, const char *key, struct check_result *out)
{
    const char *kept = config_text(CONFIG_MESSAGE_KEEP);
    struct db *db;
    enum err rc = service_message_look();

    if (rc == ERR_NONE) rc = cli_db(cli, DB_ROLE_AUDIT, &db);
    if (rc == ERR_NONE) rc = service_message_try(db);
    if (rc != ERR_NONE) {
        check_wrong(out, "%s: %s", err_text(rc), err_detail()->field);
        check_cure(out, "%s", cure_of(rc));
        return;
    }
    if (!*kept)
        check_found(out, "none are kept");
    else
        check_found(out, "%s: %s", kept,
                    !*key                    ? "not encrypted"
                    : access(key, F_OK) == 0 ? "encrypted"
                                             : "encrypted, with a key that is made at the start");
}

void check_messages(struct cli *cli, int which, struct check_result *out)
{
    const char *key = config_text(CONFIG_MESSAGE_KEY_FILE);

    (void)which;
    if (*key && !key_may_come(key, out)) return;
    messages_try(cli, key, out);
    service_message_forget();
}
