/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file handshake.c
 * A connection's TLS handshake: who the client is, or why there is none. */
#include "listen/internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"

#include <event2/bufferevent_ssl.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FAILURE_LINES = 10, FLOOD_LINES = 1 };

/* Who was refused asks its operator, and that one asks us: a line says why, seldom enough. */
static void note(const struct listen_conn *c, struct log_quiet *quiet, unsigned lines_max,
                 const char *why)
{
    metric_add(METRIC_TLS_REFUSED, NULL, 1);
    if (log_quiet_pass(quiet, lines_max))
        log_event(LOG_INFO, "tls.refused", LOG_TEXT("peer", c->peer.text), LOG_TEXT("why", why));
}

/* A handshake costs half a millisecond of the thread that serves everybody, and its client hardly
 * anything. Lines of their own, or a flood would hide why others are refused. */
static bool is_flood(struct listen_conn *c)
{
    if (!c->claimed || listen_gate_shake(c->door->gate, &c->peer, clock_monotonic_us()))
        return false;
    note(c, &c->loop->flood_log, FLOOD_LINES, "more handshakes than serve.peer_handshakes");
    return true;
}

struct bufferevent *listen_handshake_begin(struct listen_conn *c)
{
    struct ssl_st *ssl = is_flood(c) ? NULL : listen_live_ssl(c);
    struct bufferevent *bev = NULL;

    if (ssl)
        bev = bufferevent_openssl_socket_new(c->loop->base, c->fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
                                             BEV_OPT_CLOSE_ON_FREE);
    if (bev) bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    return bev;
}

void listen_handshake_done(struct listen_conn *c)
{
    c->has_certificate = crypto_tls_peer(bufferevent_openssl_get_ssl(c->bev), &c->certificate);
    c->phase = PHASE_IDLE;
    listen_conn_deadline(c, DEADLINE_FIRST);
}

static void note_failure(struct listen_conn *c)
{
    note(
        c, &c->loop->handshake_log, FAILURE_LINES,
        crypto_tls_why(bufferevent_openssl_get_ssl(c->bev), bufferevent_get_openssl_error(c->bev)));
}

bool listen_handshake_holds(struct listen_conn *c)
{
    if (!c->has_certificate || listen_live_admits(c)) return true;
    note_failure(c);
    return false;
}

/* A close with input unread is a reset, which would eat the alert: the socket goes on without TLS,
 * closed for writing, and what still comes is dropped. */
void listen_handshake_failed(struct listen_conn *c)
{
    int fd = fcntl(bufferevent_getfd(c->bev), F_DUPFD_CLOEXEC, 0);
    struct bufferevent *plain = NULL;

    note_failure(c);
    if (fd >= 0) plain = bufferevent_socket_new(c->loop->base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (!plain) {
        if (fd >= 0) close(fd);
        listen_conn_free(c);
        return;
    }
    bufferevent_free(c->bev);
    c->bev = plain;
    c->tls = false;
    c->phase = PHASE_LINGER;
    shutdown(fd, SHUT_WR);
    listen_conn_deadline(c, DEADLINE_LINGER);
    listen_conn_watch(c);
}
