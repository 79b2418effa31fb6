/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file conn.c
 * A connection from accept to its end: its events and its one deadline. */
#include "listen/internal.h"

#include "base/clock.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_AHEAD_MAX = 16384 };

static struct ssl_st *conn_ssl(struct listen_conn *c)
{
    return bufferevent_openssl_get_ssl(c->bev);
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
    listen_proxied_free(c);
    if (c->bev && c->tls && c->phase != PHASE_HANDSHAKE) crypto_tls_shutdown(conn_ssl(c));
    /* Before the peer sees the end, so that it may come again at once. */
    listen_gate_leave(c->door->gate, c->claimed ? &c->peer : NULL);
    if (c->bev)
        bufferevent_free(c->bev);
    else if (c->fd >= 0)
        close(c->fd);
    listen_file_close(&c->sending);
    LIST_REMOVE(c, link);
    loop->n_conns--;
    free(c);
    if (loop->draining && loop->n_conns == 0) event_base_loopbreak(loop->base);
}

bool listen_conn_goes_on(const struct listen_conn *c)
{
    bool more = !c->ended || evbuffer_get_length(bufferevent_get_input(c->bev)) > 0;

    return c->keep_alive && more && !c->loop->draining;
}

void listen_conn_answered(struct listen_conn *c)
{
    c->scanned = 0;
    listen_file_close(&c->sending);
    listen_proxied_answered(c);
    if (listen_conn_goes_on(c)) {
        c->phase = PHASE_IDLE;
        listen_conn_deadline(c, DEADLINE_IDLE);
    } else {
        /* Let the peer read the answer before our close turns its unread input into a reset. */
        c->phase = PHASE_LINGER;
        listen_conn_deadline(c, DEADLINE_LINGER);
        if (c->tls) crypto_tls_shutdown(conn_ssl(c));
        shutdown(bufferevent_getfd(c->bev), SHUT_WR);
    }
    /* Mostly it reads still, which libevent takes for a change all the same. */
    if (!(bufferevent_get_enabled(c->bev) & EV_READ)) bufferevent_enable(c->bev, EV_READ);
}

/* Who sends the next request early waits: reading stops while a job runs. Only when something comes
 * is it stopped, since both cost a call. */
static void on_read(struct bufferevent *bev, void *cls)
{
    struct listen_conn *c = cls;

    if (c->phase == PHASE_WORK || c->phase == PHASE_SEND)
        bufferevent_disable(bev, EV_READ);
    else
        listen_conn_step(c);
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

    (void)bev;
    if (what & BEV_EVENT_CONNECTED)
        listen_handshake_done(c);
    else if ((what & BEV_EVENT_EOF) && (c->phase == PHASE_WORK || c->phase == PHASE_SEND))
        c->ended = true; /* it said all that it had to say, and waits for the answers */
    else if (c->phase == PHASE_HANDSHAKE && (what & BEV_EVENT_ERROR))
        listen_handshake_failed(c);
    else /* end, reset, TLS error */
        listen_conn_free(c);
}

/* What a body or an answer has earned beyond its phase's deadline: a slow line may send what is
 * big, a trickle ends as soon as that of a small one [X12]. */
static int64_t time_left_us(const struct listen_conn *c)
{
    const int64_t *deadlines_ms = c->loop->server->deadlines_ms;
    int64_t until_us, moved;

    if (c->phase == PHASE_BODY) {
        moved = (int64_t)listen_job_len(c->job);
        until_us = c->since_us + deadlines_ms[DEADLINE_REQUEST] * 1000;
    } else if (c->phase == PHASE_SEND) {
        moved = (int64_t)(c->answer_len - evbuffer_get_length(bufferevent_get_output(c->bev)));
        until_us = c->since_us + deadlines_ms[DEADLINE_SEND] * 1000;
    } else {
        return 0;
    }
    return until_us + moved * 1000000 / LISTEN_RATE_MIN - clock_monotonic_us();
}

static void on_deadline(evutil_socket_t fd, short what, void *cls)
{
    struct listen_conn *c = cls;
    int64_t left_us = time_left_us(c);
    const struct timeval left = {left_us / 1000000, left_us % 1000000};

    (void)fd;
    (void)what;
    if (left_us > 0) {
        event_add(&c->timer, &left);
        return;
    }
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

void listen_conn_watch(struct listen_conn *c)
{
    bufferevent_setcb(c->bev, on_read, on_write, on_event, c);
    bufferevent_setwatermark(c->bev, EV_READ, 0, READ_AHEAD_MAX);
    bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

void listen_conn_begin(struct listen_conn *c)
{
    struct bufferevent *bev =
        c->tls ? listen_handshake_begin(c)
               : bufferevent_socket_new(c->loop->base, c->fd, BEV_OPT_CLOSE_ON_FREE);

    if (!bev) {
        listen_conn_free(c);
        return;
    }
    c->bev = bev;
    c->phase = c->tls ? PHASE_HANDSHAKE : PHASE_IDLE;
    listen_conn_deadline(c, c->tls ? DEADLINE_HANDSHAKE : DEADLINE_FIRST);
    listen_conn_watch(c);
}

void listen_conn_open(struct listen_loop *loop, const struct listen_door *door, int fd,
                      const struct listen_peer *peer, bool trusted)
{
    struct listen_conn *c = calloc(1, sizeof *c);

    if (!c) {
        close(fd);
        listen_gate_leave(door->gate, trusted ? NULL : peer);
        return;
    }
    c->loop = loop;
    c->door = door;
    c->fd = fd;
    c->tls = door->tls;
    c->origin = c->peer = *peer;
    c->claimed = !trusted;
    c->sending = (struct listen_file)LISTEN_FILE_NONE;
    evtimer_assign(&c->timer, loop->base, on_deadline, c);
    LIST_INSERT_HEAD(&loop->conns, c, link);
    loop->n_conns++;
    if (trusted)
        listen_proxied_begin(c);
    else
        listen_conn_begin(c);
}
