/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "cli/check.h"
#include "crypto/tls.h"
#include "listen/trust.h"

#define DAYS_MIN 14 /* a new certificate takes its time */

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
    if (v.not_yet) {
        check_wrong(out, "its time begins later");
        check_cure(out, "look at this machine's clock, or take the certificate that is in force");
        return;
    }
    if (v.certificate_days >= DAYS_MIN && (!v.has_crl || v.crl_days >= 0)) return;
    out->wrong = true;
    check_cure(out, "put a new %s in place: %s",
               v.certificate_days < DAYS_MIN ? "certificate"
                                             : "revocation list (now all are refused)",
               then);
}

/* Without one that is in force nobody whom they vouch for is let in, or spoken to. */
static bool authorities_check(const char *setting, const char *path, struct check_result *out)
{
    int days = 0;

    if (!*path) return true;
    if (crypto_tls_authorities(path, &days) != ERR_NONE) {
        check_wrong(out, "%s: %s", setting, err_detail()->field);
        check_cure(out, "a PEM file of authorities' certificates, readable for this user");
        return false;
    }
    if (days >= DAYS_MIN) return true;
    check_wrong(out, "%s: the last authority ends in %d days", setting, days);
    check_cure(out, "add its successor's certificate to the file");
    return false;
}

void check_peer_ca(struct cli *cli, int which, struct check_result *out)
{
    const char *path = config_text(CONFIG_WORK_PEER_CA);

    (void)cli;
    (void)which;
    check_found(out, "%s", *path ? path : "the system's");
    (void)authorities_check("work.peer_ca", path, out);
}

void check_tls(struct cli *cli, int which, struct check_result *out)
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
    if (check_secret_file(files.certificate, true, out) &&
        authorities_check("serve.tls_client_ca", files.client_ca, out))
        validity_check(context, "SIGHUP makes payer serve take it", out);
    crypto_tls_close(&context);
}

void check_peer_certificate(struct cli *cli, int which, struct check_result *out)
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
        if (check_secret_file(files.certificate, true, out))
            validity_check(context, "the worker sees it", out);
        crypto_tls_close(&context);
        return;
    }
    check_wrong(out, "%s", err_detail()->field);
    check_cure(out, "work.peer_certificate holds chain, then key, in one PEM file");
}

void check_proxies(struct cli *cli, int which, struct check_result *out)
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
