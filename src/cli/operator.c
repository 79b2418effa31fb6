/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/operator.h"

#include "base/clock.h"
#include "service/registry.h"

#include <pwd.h>
#include <stdlib.h>
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

enum err cli_ente_check(const struct cli_operator *o, const char *ente)
{
    if (registry_creditor_find(o->registry, ente)) return ERR_NONE;
    return err_setf(ERR_NOT_FOUND, "Ente %.40s; those that there are: payer registry show ente",
                    ente);
}

enum err cli_ente_empty(struct cli *cli, const char *ente)
{
    enum err rc = ERR_NONE;
    struct cli_operator o = {.registry = NULL};

    if (!ente) goto out;
    TRY(cli_operator_open(cli, &o));
    TRY(cli_ente_check(&o, ente));
out:
    cli_operator_close(&o);
    return rc;
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

enum err cli_time_read(const char *option, const char *text, int64_t *out_us)
{
    static const struct {
        char unit;
        int64_t us;
    } units[] = {{'m', INT64_C(60000000)}, {'h', INT64_C(3600000000)}, {'d', INT64_C(86400000000)}};
    size_t digits = strspn(text, "0123456789");
    int32_t day;

    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (digits > 0 && digits < 6 && text[digits] == units[i].unit && !text[digits + 1]) {
            *out_us = clock_wall_us() - strtoll(text, NULL, 10) * units[i].us;
            return ERR_NONE;
        }
    if (calendar_date_parse(text, &day) == ERR_NONE) {
        *out_us = calendar_rome_day_start(day);
        return ERR_NONE;
    }
    if (calendar_xml_time_parse(text, out_us) == ERR_NONE) return ERR_NONE;
    err_clear();
    return err_setf(ERR_USAGE,
                    "%s \"%.40s\": expected 2026-11-26, 2026-11-26T09:30:00, or 30m, 2h, 7d",
                    option, text);
}
