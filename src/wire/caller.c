/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/caller.h"

#include "base/config.h"
#include "crypto/secret.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { PAIR_MAX = 200 };

/* What HTTP Basic says; user NULL: nothing, or on a connection on which nobody should say it. */
struct basic {
    char pair[PAIR_MAX + 1];
    const char *user, *password;
};

static void basic_read(const struct listen_request *request, struct basic *out)
{
    const char *text = request->authorization;
    size_t len = 0;
    char *colon;

    memset(out, 0, sizeof *out);
    if (!request->tls && !request->peer_loopback && !config_int(CONFIG_SERVE_PLAIN_REMOTE)) return;
    if (strncasecmp(text, "Basic ", 6) != 0) return;
    if (!crypto_base64_decode(text + 6, strlen(text + 6), out->pair, PAIR_MAX, &len)) return;
    out->pair[len] = 0;
    colon = strchr(out->pair, ':');
    if (!colon) return;
    *colon = 0;
    out->user = out->pair;
    out->password = colon + 1;
}

static enum crypto_secret password_check(const struct registry_caller *c, const struct basic *basic)
{
    char subject[64];

    if (!basic->user || strcmp(basic->user, c->code) != 0) return CRYPTO_SECRET_WRONG;
    snprintf(subject, sizeof subject, "caller/%s", c->code);
    return crypto_secret_check(subject, c->credential.password_hash, basic->password);
}

/* Is it who it says? What is registered is demanded: a certificate, a password, or both [X18]. */
static enum crypto_secret caller_check(const struct registry_caller *c,
                                       const struct listen_request *request,
                                       const struct basic *basic)
{
    const struct registry_credential *want = &c->credential;
    bool certified = want->n_certificates > 0;

    if (certified && !(request->has_certificate &&
                       registry_certificate_listed(want, request->certificate.bytes)))
        return CRYPTO_SECRET_WRONG;
    if (*want->password_hash) return password_check(c, basic);
    return certified ? CRYPTO_SECRET_RIGHT : CRYPTO_SECRET_WRONG;
}

enum err wire_caller_get(const struct wire_worker *w, const struct listen_request *request,
                         struct wire_caller *out)
{
    const struct registry_caller *c = NULL;
    struct basic basic;
    enum crypto_secret says = CRYPTO_SECRET_WRONG;

    memset(out, 0, sizeof *out);
    basic_read(request, &basic);
    if (request->has_certificate)
        c = registry_caller_by_certificate(w->registry, request->certificate.bytes);
    if (!c) c = registry_caller_find(w->registry, basic.user);
    if (c && c->enabled) says = caller_check(c, request, &basic);
    crypto_wipe(&basic, sizeof basic);
    if (says == CRYPTO_SECRET_BUSY) return err_set(ERR_CRYPTO_BUSY, "caller");
    if (says != CRYPTO_SECRET_RIGHT) return err_set(ERR_FORBIDDEN, "caller");
    snprintf(out->actor, sizeof out->actor, "caller/%s", c->code);
    out->scope.actor = out->actor;
    out->scope.creditors = c->creditors;
    out->scope.n_creditors = c->n_creditors;
    out->scope.all = c->n_creditors == 1 && !strcmp(c->creditors[0], "*");
    return ERR_NONE;
}
