/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/caller.h"

#include "base/config.h"
#include "crypto/secret.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { PAIR_MAX = 200 };

static const struct registry_caller *by_password(const struct registry *registry,
                                                 const struct listen_request *request)
{
    char pair[PAIR_MAX + 1] = "", subject[64], *colon;
    size_t len = 0;
    const struct registry_caller *c = NULL;

    if (!request->tls && !request->peer_loopback && !config_int(CONFIG_SERVE_PLAIN_REMOTE))
        return NULL;
    if (strncasecmp(request->authorization, "Basic ", 6) != 0) return NULL;
    if (!crypto_base64_decode(request->authorization + 6, strlen(request->authorization + 6), pair,
                              PAIR_MAX, &len))
        return NULL;
    pair[len] = 0;
    colon = strchr(pair, ':');
    if (colon) {
        *colon = 0;
        c = registry_caller_find(registry, pair);
    }
    if (c) {
        snprintf(subject, sizeof subject, "caller/%s", c->code);
        if (!crypto_secret_check(subject, c->credential.password_hash, colon + 1)) c = NULL;
    }
    crypto_wipe(pair, sizeof pair);
    return c;
}

enum err wire_caller_get(const struct wire_worker *w, const struct listen_request *request,
                         struct wire_caller *out)
{
    const struct registry_caller *c = NULL;

    memset(out, 0, sizeof *out);
    if (request->has_certificate)
        c = registry_caller_by_certificate(w->registry, request->certificate.bytes);
    if (!c) c = by_password(w->registry, request);
    if (!c || !c->enabled) return err_set(ERR_FORBIDDEN, "caller");
    snprintf(out->actor, sizeof out->actor, "caller/%s", c->code);
    out->scope.actor = out->actor;
    out->scope.creditors = c->creditors;
    out->scope.n_creditors = c->n_creditors;
    out->scope.all = c->n_creditors == 1 && !strcmp(c->creditors[0], "*");
    return ERR_NONE;
}
