/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/operator.h"

#include "service/registry.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

void cli_actor(char *out, size_t cap)
{
    const struct passwd *who = getpwuid(getuid());

    snprintf(out, cap, "operator/%.50s", who ? who->pw_name : "?");
}

enum err cli_operator_open(struct cli *cli, struct cli_operator *out)
{
    enum err rc;

    memset(out, 0, sizeof *out);
    cli_actor(out->actor, sizeof out->actor);
    out->scope = (struct scope){.actor = out->actor, .all = true};
    TRY(cli_db(cli, DB_ROLE_WORK, &out->env.db));
    TRY(service_registry_load(out->env.db, &out->registry));
    out->env.registry = out->registry;
out:
    return rc;
}

void cli_operator_close(struct cli_operator *o)
{
    registry_free(&o->registry);
}

void cli_time(const struct cli *cli, int64_t us, char out[CLI_TIME_SIZE])
{
    out[0] = '\0';
    if (us == 0) return;
    if (cli->json)
        calendar_utc_print(us, out);
    else
        calendar_rome_time(us, out);
}
