/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file live.c
 * What SIGHUP replaces while connections come: certificates, trusted proxies, caps. All of it or
 * nothing: a broken file leaves what was in force. */
#include "listen/internal.h"

#include <event2/bufferevent_ssl.h>
#include <stdatomic.h>

/* No TLS door: no context, and no file is looked at. */
static enum err live_read(const struct listen_options *options, struct tls_context **out_tls,
                          struct listen_trust *out_trust)
{
    enum err rc;

    TRY(listen_trust_read(options->proxies ? options->proxies : "", out_trust));
    if (options->tls_port >= 0) TRY(crypto_tls_open(&options->tls, out_tls));
out:
    return rc;
}

static void caps_set(struct listen_server *server, const struct listen_options *options)
{
    atomic_store(&server->service_gate.max, options->connections);
    atomic_store(&server->service_gate.peer_max, options->peer_connections);
    atomic_store(&server->service_gate.peer_handshakes, options->peer_handshakes);
}

enum err listen_live_open(struct listen_server *server)
{
    pthread_mutex_init(&server->live.lock, NULL);
    caps_set(server, &server->options);
    return live_read(&server->options, &server->live.tls, &server->live.trust);
}

void listen_live_close(struct listen_server *server)
{
    crypto_tls_close(&server->live.tls);
    pthread_mutex_destroy(&server->live.lock);
}

enum err listen_reload(struct listen_server *server, const struct listen_options *options)
{
    struct listen_options wanted = *options;
    struct tls_context *fresh = NULL, *old;
    struct listen_trust trust;
    enum err rc;

    wanted.tls_port = server->options.tls_port; /* a door is not opened by this */
    TRY(live_read(&wanted, &fresh, &trust));
    pthread_mutex_lock(&server->live.lock);
    old = server->live.tls;
    server->live.tls = fresh;
    server->live.trust = trust;
    atomic_fetch_add(&server->live.reloads, 1);
    pthread_mutex_unlock(&server->live.lock);
    crypto_tls_close(&old); /* living connections hold what they need of it */
    caps_set(server, &wanted);
out:
    return rc;
}

bool listen_live_trusts(struct listen_server *server, const struct sockaddr *address)
{
    bool trusts;

    pthread_mutex_lock(&server->live.lock);
    trusts = listen_trust_has(&server->live.trust, address);
    pthread_mutex_unlock(&server->live.lock);
    return trusts;
}

struct ssl_st *listen_live_ssl(struct listen_conn *c)
{
    struct listen_live *live = &c->loop->server->live;
    struct ssl_st *ssl;

    pthread_mutex_lock(&live->lock);
    ssl = crypto_tls_new(live->tls);
    c->reloads = atomic_load(&live->reloads);
    pthread_mutex_unlock(&live->lock);
    return ssl;
}

bool listen_live_admits(struct listen_conn *c)
{
    struct listen_live *live = &c->loop->server->live;
    bool admits;

    if (c->reloads == atomic_load(&live->reloads)) return true;
    pthread_mutex_lock(&live->lock);
    admits = crypto_tls_admits(live->tls, bufferevent_openssl_get_ssl(c->bev));
    c->reloads = atomic_load(&live->reloads);
    pthread_mutex_unlock(&live->lock);
    return admits;
}
