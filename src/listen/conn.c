/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file conn.c
 * A connection from accept to its end: its events and its one deadline. */
#include "listen/internal.h"

#include <event2/bufferevent_ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_AHEAD_MAX = 16384 };

static struct ssl_st *conn_ssl(struct listen_conn *c)
{
    return c->door->tls ? bufferevent_openssl_get_ssl(c->bev) : NULL;
}

void listen_conn_deadline(struct listen_conn *c, enum listen_deadline deadline)
{
    event_add(&c->timer, c->loop->timeouts[deadline]);
}

/* A job that a worker has goes on: what it does counts, its answer is dropped [X17]. */
static void leave_job(struct listen_conn *c)
{
    if (!c->job) return;
    if (c->phase == PHASE_WORK && !listen_pool_cancel(c->loop->server->pool, c->job))
        c->job->owner = NULL;
    else
        listen_job_free(c->job);
    c->job = NULL;
}

void listen_conn_free(struct listen_conn *c)
{
    struct listen_loop *loop = c->loop;

    event_del(&c->timer);
    leave_job(c);
    if (c->door->tls && c->phase != PHASE_HANDSHAKE) crypto_tls_shutdown(conn_ssl(c));
    bufferevent_free(c->bev);
    listen_gate_leave(c->door->gate, &c->peer);
    LIST_REMOVE(c, link);
    loop->n_conns--;
    free(c);
    if (loop->draining && loop->n_conns == 0) event_base_loopbreak(loop->base);
}

void listen_conn_answered(struct listen_conn *c)
{
    c->scanned = 0;
    if (c->keep_alive) {
        c->phase = PHASE_IDLE;
        listen_conn_deadline(c, DEADLINE_IDLE);
    } else {
        /* Let the peer read the answer before our close turns its unread input into a reset. */
        c->phase = PHASE_LINGER;
        listen_conn_deadline(c, DEADLINE_LINGER);
        if (c->door->tls) crypto_tls_shutdown(conn_ssl(c));
        shutdown(bufferevent_getfd(c->bev), SHUT_WR);
    }
    bufferevent_enable(c->bev, EV_READ);
}

static void on_read(struct bufferevent *bev, void *cls)
{
    (void)bev;
    listen_conn_step(cls);
}

/* The output buffer is empty: of an answer, or of "100 Continue". */
static void on_write(struct bufferevent *bev, void *cls)
{
    struct listen_conn *c = cls;

    (void)bev;
    if (c->phase == PHASE_SEND) listen_conn_step(c);
}

static void on_event(struct bufferevent *bev, short what, void *cls)
{
    struct listen_conn *c = cls;

    if (!(what & BEV_EVENT_CONNECTED)) { /* end, reset, TLS error */
        listen_conn_free(c);
        return;
    }
    c->has_certificate = crypto_tls_peer(bufferevent_openssl_get_ssl(bev), &c->certificate);
    c->phase = PHASE_IDLE;
    listen_conn_deadline(c, DEADLINE_FIRST);
}

static void on_deadline(evutil_socket_t fd, short what, void *cls)
{
    struct listen_conn *c = cls;

    (void)fd;
    (void)what;
    if (c->phase == PHASE_HEAD || c->phase == PHASE_BODY) {
        listen_conn_refuse(c, 408, NULL);
        listen_conn_step(c);
    } else if (c->phase != PHASE_WORK) {
        listen_conn_free(c);
    } else if (listen_pool_cancel(c->loop->server->pool, c->job)) {
        listen_conn_refuse(c, 503, NULL);
        listen_conn_step(c);
    } /* else a worker has it: from here on the handler's own limits count */
}

static struct bufferevent *bev_new(struct listen_loop *loop, bool tls, int fd)
{
    struct bufferevent *bev = NULL;
    struct ssl_st *ssl;

    if (!tls) return bufferevent_socket_new(loop->base, fd, BEV_OPT_CLOSE_ON_FREE);
    ssl = crypto_tls_new(loop->server->tls);
    if (ssl)
        bev = bufferevent_openssl_socket_new(loop->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
                                             BEV_OPT_CLOSE_ON_FREE);
    if (bev) bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    return bev;
}

void listen_conn_open(struct listen_loop *loop, const struct listen_door *door, int fd,
                      const struct listen_peer *peer)
{
    struct listen_conn *c = calloc(1, sizeof *c);
    struct bufferevent *bev = c ? bev_new(loop, door->tls, fd) : NULL;

    if (!bev) {
        free(c);
        close(fd);
        listen_gate_leave(door->gate, peer);
        return;
    }
    c->loop = loop;
    c->door = door;
    c->bev = bev;
    c->peer = *peer;
    c->phase = door->tls ? PHASE_HANDSHAKE : PHASE_IDLE;
    evtimer_assign(&c->timer, loop->base, on_deadline, c);
    LIST_INSERT_HEAD(&loop->conns, c, link);
    loop->n_conns++;
    listen_conn_deadline(c, door->tls ? DEADLINE_HANDSHAKE : DEADLINE_FIRST);
    bufferevent_setcb(bev, on_read, on_write, on_event, c);
    bufferevent_setwatermark(bev, EV_READ, 0, READ_AHEAD_MAX);
    bufferevent_enable(bev, EV_READ | EV_WRITE);
}
