/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/check.h"

#include "base/config.h"
#include "crypto/tls.h"
#include "listen/trust.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_BYTES 32
#define PATH_SIZE 2048

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

static void check_files(struct cli *cli, int which, struct check_result *out)
{
    static const char *const wanted[] = {"wsdl/node",         "wsdl/payer",    "xslt/flow",
                                         "conf/registry.xsd", "db/migrations", "db/grants"};
    const char *share = config_text(CONFIG_HUB_SHARE);
    char path[PATH_SIZE];

    (void)cli;
    (void)which;
    check_found(out, "%s", share);
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", share, wanted[i]);
        if (access(path, R_OK) == 0) continue;
        check_wrong(out, "%s/%s: %s", share, wanted[i], strerror(errno));
        check_cure(out, "set hub.share to the folder that holds wsdl/, xslt/, db/ and conf/");
        return;
    }
}

/* A folder that is not there yet is fine where it can be made. */
static bool can_write(const char *path, char out_where[PATH_SIZE])
{
    struct stat st;

    (void)snprintf(out_where, PATH_SIZE, "%s", path);
    while (stat(out_where, &st) != 0 && errno == ENOENT && strrchr(out_where + 1, '/'))
        *strrchr(out_where, '/') = '\0';
    return access(out_where, W_OK | X_OK) == 0;
}

static void check_key(struct cli *cli, int which, struct check_result *out)
{
    const char *path = config_text(CONFIG_HUB_KEY_FILE);
    char where[PATH_SIZE];
    struct stat st;

    (void)cli;
    (void)which;
    if (stat(path, &st) == 0) {
        check_found(out, "%s", path);
        if (st.st_size != KEY_BYTES || access(path, R_OK) != 0) {
            check_wrong(out, "%s: not %d readable bytes", path, KEY_BYTES);
            check_cure(out,
                       "take it away: a new one is made, remembered passwords are checked anew");
        } else if ((st.st_mode & 077) != 0) {
            check_wrong(out, "%s: other users may read it", path);
            check_cure(out, "chmod 0400 %.150s", path);
        }
        return;
    }
    check_found(out, "%s: made at the first start", path);
    if (can_write(path, where)) return;
    check_wrong(out, "%s: cannot be made: %s", path, strerror(errno));
    check_cure(out, "set hub.key_file to a place that this user may write");
}

static void check_flow(struct cli *cli, int which, struct check_result *out)
{
    const char *path = config_text(CONFIG_FLOW_DIR);
    char where[PATH_SIZE];

    (void)cli;
    (void)which;
    check_found(out, "%s", path);
    if (can_write(path, where)) return;
    check_wrong(out, "%s: %s", where, strerror(errno));
    check_cure(out, "set flow.dir to a folder that this user may write");
}

static void validity_check(const struct tls_context *context, const char *then,
                           struct check_result *out)
{
    struct tls_validity v;

    crypto_tls_validity(context, &v);
    if (v.has_crl)
        check_found(out, "ends in %d days, the next revocation list in %d", v.certificate_days,
                    v.crl_days);
    else
        check_found(out, "ends in %d days", v.certificate_days);
    if (v.certificate_days >= 0 && (!v.has_crl || v.crl_days >= 0)) return;
    out->wrong = true;
    check_cure(out, "put a new %s in place: %s",
               v.certificate_days < 0 ? "certificate" : "revocation list (now all are refused)",
               then);
}

static void check_tls(struct cli *cli, int which, struct check_result *out)
{
    const struct tls_files files = {.certificate = config_text(CONFIG_SERVE_TLS_CERTIFICATE),
                                    .client_ca = config_text(CONFIG_SERVE_TLS_CLIENT_CA),
                                    .client_crl = config_text(CONFIG_SERVE_TLS_CLIENT_CRL)};
    struct tls_context *context = NULL;

    (void)cli;
    (void)which;
    if (config_int(CONFIG_SERVE_TLS_PORT) < 0) {
        check_found(out, "not used: serve.tls_port is -1");
        return;
    }
    if (crypto_tls_open(&files, &context) != ERR_NONE) {
        check_wrong(out, "%s", err_detail()->field);
        check_cure(out,
                   "serve.tls_certificate holds chain, then key; serve.tls_client_crl a list of "
                   "each authority of serve.tls_client_ca");
        return;
    }
    validity_check(context, "SIGHUP makes payer serve take it", out);
    crypto_tls_close(&context);
}

static void check_peer_certificate(struct cli *cli, int which, struct check_result *out)
{
    const struct tls_files files = {.certificate = config_text(CONFIG_WORK_PEER_CERTIFICATE)};
    struct tls_context *context = NULL;

    (void)cli;
    (void)which;
    if (!*files.certificate) {
        check_found(out, "none is shown to peers");
        return;
    }
    if (crypto_tls_open(&files, &context) == ERR_NONE) {
        validity_check(context, "the worker sees it", out);
        crypto_tls_close(&context);
        return;
    }
    check_wrong(out, "%s", err_detail()->field);
    check_cure(out, "work.peer_certificate holds chain, then key, in one PEM file");
}

static void check_proxies(struct cli *cli, int which, struct check_result *out)
{
    const char *text = config_text(CONFIG_SERVE_PROXIES);
    struct listen_trust trust;

    (void)cli;
    (void)which;
    if (listen_trust_read(text, &trust) != ERR_NONE) {
        check_wrong(out, "serve.proxies: %s", err_detail()->field);
        check_cure(out, "addresses or networks, with commas between them");
    } else if (trust.n == 0 &&
               (config_int(CONFIG_SERVE_PORT_PROXY) || config_int(CONFIG_SERVE_TLS_PORT_PROXY))) {
        check_wrong(out, "PROXY headers are wanted, and serve.proxies names nobody to send them");
        check_cure(out, "set serve.proxies to the proxies' addresses");
    } else {
        check_found(out, "%s", trust.n ? text : "none");
    }
}

static const struct {
    const char *name;
    check_fn *run;
    int which;
} checks[] = {
    {"settings", check_settings, 0},
    {"shipped files", check_files, 0},
    {"key file", check_key, 0},
    {"flow folder", check_flow, 0},
    {"TLS certificate", check_tls, 0},
    {"hub's certificate", check_peer_certificate, 0},
    {"proxies", check_proxies, 0},
    {"serve.port", check_port, CONFIG_SERVE_PORT},
    {"serve.tls_port", check_port, CONFIG_SERVE_TLS_PORT},
    {"metrics.port", check_port, CONFIG_METRICS_PORT},
    {"database as serve", check_role, DB_ROLE_SERVE},
    {"database as work", check_role, DB_ROLE_WORK},
    {"database as audit", check_role, DB_ROLE_AUDIT},
    {"database as migrate", check_role, DB_ROLE_MIGRATE},
    {"database settings", check_database, 0},
    {"database clock", check_clock, 0},
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
    TRY(json_finish(&j));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}
