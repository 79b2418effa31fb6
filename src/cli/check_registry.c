/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "cli/check.h"
#include "net/http.h"
#include "service/flow.h"
#include "service/registry.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define PEER_WAIT_MS 5000

static bool registry_get(struct cli *cli, struct registry **out, struct check_result *result)
{
    struct db *db;
    enum err rc = cli_db(cli, DB_ROLE_SERVE, &db);

    if (rc == ERR_NONE) rc = service_registry_load(db, out);
    if (rc == ERR_NONE) return true;
    check_wrong(result, "%s: %s", err_text(rc), err_detail()->field);
    check_cure(result, "first what is wrong with the database; then payer registry history, and "
                       "payer registry import of a good document");
    return false;
}

void check_registry(struct cli *cli, int which, struct check_result *out)
{
    struct registry *r = NULL;

    (void)which;
    if (!registry_get(cli, &r, out)) return;
    check_found(out, "version %" PRId64 ": %zu Enti, %zu channels", r->version, r->n_creditors,
                r->n_channels);
    if (r->version == 0) {
        check_wrong(out, "there is none: every request is refused");
        check_cure(out, "payer registry import FILE");
    }
    registry_free(&r);
}

/* The roles' passwords, then those that the registry names. */
struct secrets {
    struct check_result *out;
    size_t n;
};

static enum err secret_try(void *cls, const char *kind, const char *code, const char *path)
{
    struct secrets *s = cls;

    (void)kind;
    (void)code;
    if (!s->out->wrong && check_secret_file(path, true, s->out)) s->n++;
    return ERR_NONE;
}

void check_secrets(struct cli *cli, int which, struct check_result *out)
{
    static const char *const roles[] = {"serve", "work", "audit", "migrate"};
    const char *dir = config_text(CONFIG_DB_PASSWORD_DIR);
    struct secrets s = {out, 0};
    char path[CHECK_PATH_SIZE];
    struct db *db;
    enum err rc;

    (void)which;
    for (size_t i = 0; *dir && i < ARRAY_LEN(roles); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, roles[i]);
        (void)secret_try(&s, "role", roles[i], path);
    }
    rc = cli_db(cli, DB_ROLE_SERVE, &db);
    if (rc == ERR_NONE) rc = service_registry_secrets(db, secret_try, &s);
    if (out->wrong) return;
    check_found(out, "%zu, each readable for us and for no other user", s.n);
    if (rc == ERR_NONE) return;
    check_wrong(out, "%s: %s", err_text(rc), err_detail()->field);
    check_cure(out, "first what is wrong with the database");
}

/* What would only be seen when the subscription's period ends. A sheet that does not compile is the
 * formats' own line. */
static bool subscription_format_ok(const struct registry_subscription *s, struct check_result *out)
{
    const char *why = service_flow_misfit(s->format, s->audience, s->empty);

    if (!*why) return true;
    check_wrong(out, "%s: format %s: %s", s->code, s->format, why);
    check_cure(out, "change the subscription's format in the registry");
    return false;
}

void check_deliveries(struct cli *cli, int which, struct check_result *out)
{
    char path[CHECK_PATH_SIZE], where[CHECK_PATH_SIZE];
    struct registry *r = NULL;
    size_t n = 0;

    (void)which;
    if (!registry_get(cli, &r, out)) return;
    for (size_t i = 0; i < r->n_subscriptions && !out->wrong; i++) {
        const struct registry_subscription *s = &r->subscriptions[i];

        if (!s->enabled) continue;
        if (!subscription_format_ok(s, out)) break;
        (void)snprintf(path, sizeof path, "%s/%s", config_text(CONFIG_FLOW_DIR), s->delivery);
        n++;
        if (check_can_write(path, where)) continue;
        check_wrong(out, "%s: %s: %s", s->code, where, strerror(errno));
        check_cure(out, "let this user write there");
    }
    if (!out->wrong) check_found(out, "%zu, each can be written", n);
    registry_free(&r);
}

struct calls {
    struct net_http *http;
    struct check_result *out;
    size_t n, failed;
};

/* Each is tried; the first that fails is named. */
static void peer_try(struct calls *c, const char *whose, const char *url)
{
    enum err rc;

    if (!url || !*url) return;
    c->n++;
    err_clear();
    rc = net_http_reach(c->http, url, PEER_WAIT_MS);
    if (rc == ERR_NONE) return;
    if (c->failed++ > 0) return;
    check_wrong(c->out, "%s: %.120s: %s: %.90s", whose, url, err_text(rc), err_detail()->field);
    check_cure(c->out, "%s",
               rc == ERR_PEER_TLS ? "its certificate, or work.peer_ca and work.peer_certificate"
               : rc == ERR_PEER_ADDRESS
                   ? "its URL in the registry; an address inside needs work.peer_loopback"
                   : "ask who runs it; is there a firewall between?");
}

void check_peers(struct cli *cli, int which, struct check_result *out)
{
    struct calls c = {NULL, out, 0, 0};
    struct registry *r = NULL;

    (void)which;
    if (!registry_get(cli, &r, out)) return;
    if (net_http_open(&c.http) != ERR_NONE) {
        check_wrong(out, "%s", err_detail()->field);
        check_cure(out, "give the machine more memory");
        goto out;
    }
    for (size_t i = 0; i < r->n_stations; i++)
        if (r->stations[i].enabled && !r->stations[i].hosted)
            peer_try(&c, r->stations[i].code, r->stations[i].url);
    for (size_t i = 0; i < r->n_creditors; i++)
        for (size_t d = 0; d < r->creditors[i].n_destinations; d++)
            if (r->creditors[i].enabled && r->creditors[i].destinations[d].enabled)
                peer_try(&c, r->creditors[i].destinations[d].code,
                         r->creditors[i].destinations[d].url);
    if (!c.failed) check_found(out, "%zu can be reached", c.n);
out:
    net_http_close(&c.http);
    registry_free(&r);
}
