/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file proxied.c
 * Whom a trusted proxy speaks for: by a PROXY header before all else, or by X-Forwarded-For in each
 * request. Who was named is counted, logged and judged in the proxy's place. */
#include "listen/internal.h"

#include "base/log.h"
#include "listen/proxy_header.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { HEADER_LINES = 10 };

struct listen_proxied {
    struct event *readable;
    size_t len;
    unsigned char bytes[LISTEN_PROXY_MAX];
};

void listen_proxied_free(struct listen_conn *c)
{
    if (!c->head) return;
    if (c->head->readable) event_free(c->head->readable);
    free(c->head);
    c->head = NULL;
}

static void malformed(struct listen_conn *c)
{
    if (log_quiet_pass(&c->loop->header_log, HEADER_LINES))
        log_event(LOG_WARN, "proxy.header", LOG_TEXT("peer", c->origin.text),
                  LOG_TEXT("why", "not a PROXY v2 header of a TCP connection"));
    listen_conn_free(c);
}

/* The client takes the proxy's place, at the gate too; one that is named is never local [I12]. */
static bool client_take(struct listen_conn *c, const struct listen_peer *client)
{
    c->peer = *client;
    c->peer.loopback = false;
    c->claimed = listen_gate_claim(c->door->gate, &c->peer);
    return c->claimed;
}

static void header_use(struct listen_conn *c)
{
    struct sockaddr_storage address;
    struct listen_peer client;

    if (!listen_proxy_read(c->head->bytes, c->head->len, &address)) {
        malformed(c);
        return;
    }
    listen_proxied_free(c);
    if (address.ss_family != AF_UNSPEC) {
        listen_peer_read((struct sockaddr *)&address, c->loop->server->seed, &client);
        if (!client_take(c, &client)) {
            listen_turn_away(c->loop, c->door, c->fd, &client);
            c->fd = -1;
            listen_conn_free(c);
            return;
        }
        c->origin = c->peer;
    }
    listen_conn_begin(c);
}

/* Never a byte more than the header has: what follows is TLS's, or HTTP's. */
static void on_readable(evutil_socket_t fd, short what, void *cls)
{
    struct listen_conn *c = cls;
    struct listen_proxied *h = c->head;
    size_t want;
    ssize_t n;

    (void)what;
    while ((want = listen_proxy_length(h->bytes, h->len)) > h->len) {
        n = recv(fd, h->bytes + h->len, want - h->len, 0);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
        if (n <= 0) {
            listen_conn_free(c);
            return;
        }
        h->len += (size_t)n;
    }
    if (want == 0)
        malformed(c);
    else
        header_use(c);
}

void listen_proxied_begin(struct listen_conn *c)
{
    c->origin.loopback = c->peer.loopback = false;
    if (!c->door->proxy) {
        c->forwards = true;
        listen_conn_begin(c);
        return;
    }
    c->phase = PHASE_PROXY;
    listen_conn_deadline(c, DEADLINE_PROXY);
    c->head = calloc(1, sizeof *c->head);
    if (c->head)
        c->head->readable = event_new(c->loop->base, c->fd, EV_READ | EV_PERSIST, on_readable, c);
    if (!c->head || !c->head->readable || event_add(c->head->readable, NULL) != 0)
        listen_conn_free(c);
}

int listen_proxied_client(struct listen_conn *c, struct listen_span forwarded)
{
    struct listen_peer client;

    if (!c->forwards || !forwarded.text) return 0;
    if (!listen_peer_parse(forwarded.text, forwarded.len, c->loop->server->seed, &client))
        return 400;
    return client_take(c, &client) ? 0 : 503;
}

void listen_proxied_answered(struct listen_conn *c)
{
    if (!c->forwards) return;
    if (c->claimed) listen_gate_release(c->door->gate, &c->peer);
    c->claimed = false;
    c->peer = c->origin;
}
