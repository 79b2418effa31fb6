/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/check.h"

#include "base/config.h"

#include <stdarg.h>

__attribute__((format(printf, 3, 0))) static void fill(char *out, size_t size, const char *fmt,
                                                       va_list args)
{
    (void)vsnprintf(out, size, fmt, args);
}

void check_found(struct check_result *r, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fill(r->said, sizeof r->said, fmt, args);
    va_end(args);
}

void check_wrong(struct check_result *r, const char *fmt, ...)
{
    va_list args;

    r->wrong = true;
    va_start(args, fmt);
    fill(r->said, sizeof r->said, fmt, args);
    va_end(args);
}

void check_cure(struct check_result *r, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fill(r->cure, sizeof r->cure, fmt, args);
    va_end(args);
}

/* Every value is good by itself; these must also agree with one another. */
static void check_settings(struct cli *cli, int which, struct check_result *out)
{
    (void)cli;
    (void)which;
    check_found(out, "readable, and they agree");
    if (config_int(CONFIG_TOKEN_VALIDITY) > config_int(CONFIG_TOKEN_VALIDITY_MAX)) {
        check_wrong(out, "payment.token_validity is above payment.token_validity_max");
        check_cure(out, "raise the second or lower the first");
    }
    if (config_int(CONFIG_SERVE_TLS_PORT) >= 0 && !*config_text(CONFIG_SERVE_TLS_CERTIFICATE)) {
        check_wrong(out, "serve.tls_port is set, serve.tls_certificate is not");
        check_cure(out, "name the PEM file, or set serve.tls_port = -1");
    }
}

static const struct {
    const char *name;
    check_fn *run;
    int which;
    enum cli_option asked; /* only with this option; CLI_OPTION_COUNT: always */
} checks[] = {
    {"settings", check_settings, 0, CLI_OPTION_COUNT},
    {"shipped files", check_files, 0, CLI_OPTION_COUNT},
    {"contracts", check_contracts, 0, CLI_OPTION_COUNT},
    {"flow formats", check_formats, 0, CLI_OPTION_COUNT},
    {"key file", check_key, 0, CLI_OPTION_COUNT},
    {"journal's files", check_journal, 0, CLI_OPTION_COUNT},
    {"flow folder", check_flow, 0, CLI_OPTION_COUNT},
    {"spool folder", check_spool, 0, CLI_OPTION_COUNT},
    {"open files", check_descriptors, 0, CLI_OPTION_COUNT},
    {"flow disk", check_space, CONFIG_FLOW_DIR, CLI_OPTION_COUNT},
    {"database disk", check_space, CONFIG_DB_DIR, CLI_OPTION_COUNT},
    {"TLS certificate", check_tls, 0, CLI_OPTION_COUNT},
    {"hub's certificate", check_peer_certificate, 0, CLI_OPTION_COUNT},
    {"peers' authorities", check_peer_ca, 0, CLI_OPTION_COUNT},
    {"proxies", check_proxies, 0, CLI_OPTION_COUNT},
    {"serve.port", check_port, CONFIG_SERVE_PORT, CLI_OPTION_COUNT},
    {"serve.tls_port", check_port, CONFIG_SERVE_TLS_PORT, CLI_OPTION_COUNT},
    {"metrics.port", check_port, CONFIG_METRICS_PORT, CLI_OPTION_COUNT},
    {"work.metrics_port", check_port, CONFIG_WORK_METRICS_PORT, CLI_OPTION_COUNT},
    {"database as serve", check_role, DB_ROLE_SERVE, CLI_OPTION_COUNT},
    {"database as work", check_role, DB_ROLE_WORK, CLI_OPTION_COUNT},
    {"database as audit", check_role, DB_ROLE_AUDIT, CLI_OPTION_COUNT},
    {"database as migrate", check_role, DB_ROLE_MIGRATE, CLI_OPTION_COUNT},
    {"database settings", check_database, 0, CLI_OPTION_COUNT},
    {"database clock", check_clock, 0, CLI_OPTION_COUNT},
    {"registry", check_registry, 0, CLI_OPTION_COUNT},
    {"password files", check_secrets, 0, CLI_OPTION_COUNT},
    {"kept messages", check_messages, 0, CLI_OPTION_COUNT},
    {"delivery folders", check_deliveries, 0, CLI_OPTION_COUNT},
    {"peers", check_peers, 0, CLI_OPTION_PEERS},
};

static void result_print(struct cli *cli, const char *name, const struct check_result *r)
{
    const char *paint = !cli->color ? "" : r->wrong ? "\033[31m" : "\033[32m";

    cli_print(cli, "%s%-5s%s  %-20s  %s\n", paint, r->wrong ? "WRONG" : "ok",
              cli->color ? "\033[0m" : "", name, r->said);
    if (r->wrong) cli_print(cli, "%29s%s\n", "do: ", r->cure);
}

static void result_add(struct json *j, const char *name, const struct check_result *r)
{
    json_object(j, NULL);
    json_text(j, "check", name);
    json_bool(j, "ok", !r->wrong);
    json_text(j, "found", r->said);
    json_text(j, "cure", r->wrong ? r->cure : NULL);
    json_end(j);
}

enum err cli_check(struct cli *cli)
{
    struct buf text = BUF_INIT(65536);
    struct json j = JSON_INIT(&text);
    enum err rc = ERR_NONE;

    json_array(&j, NULL);
    for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
        struct check_result result = {false, "", ""};

        if (checks[i].asked != CLI_OPTION_COUNT && !cli_has(cli, checks[i].asked)) continue;
        err_clear();
        checks[i].run(cli, checks[i].which, &result);
        if (result.wrong) cli->findings = true;
        if (cli->json)
            result_add(&j, checks[i].name, &result);
        else
            result_print(cli, checks[i].name, &result);
    }
    err_clear();
    if (!cli->json) goto out;
    TRY(cli_write_json(cli, &j));
out:
    buf_free(&text);
    return rc;
}
