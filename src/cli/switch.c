/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry.h"

#include "cli/operator.h"

#include <string.h>

enum { ACTOR_SIZE = 70, REASON_MAX = 150 }; /* it stands in the journal with kind and code */

enum err cli_stop(struct cli *cli)
{
    const char *kind = cli->operands[0], *code = cli->operands[1];
    const char *reason = cli_has(cli, CLI_OPTION_REASON) ? cli->values[CLI_OPTION_REASON] : "";
    char actor[ACTOR_SIZE];
    struct db *db;
    bool changed;
    enum err rc;

    if (strlen(reason) > REASON_MAX) {
        rc = err_setf(ERR_USAGE, "--reason: at most %d bytes", REASON_MAX);
        goto out;
    }
    cli_actor(actor, sizeof actor);
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(service_registry_stop(db, kind, code, actor, reason, &changed));
    cli_say(cli,
            changed ? "Stopped: %s %s. Every server follows within seconds."
                    : "%s %s was stopped already.",
            kind, code);
out:
    return rc;
}

enum err cli_start(struct cli *cli)
{
    const char *kind = cli->operands[0], *code = cli->operands[1];
    char actor[ACTOR_SIZE];
    struct db *db;
    bool changed;
    enum err rc;

    cli_actor(actor, sizeof actor);
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(service_registry_start(db, kind, code, actor, &changed));
    cli_say(cli,
            changed ? "Started: %s %s. Every server follows within seconds."
                    : "%s %s was not stopped.",
            kind, code);
out:
    return rc;
}
