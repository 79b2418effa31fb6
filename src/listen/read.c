/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file read.c
 * What a connection's input means in each phase. Each step says whether another may follow;
 * false: wait for an event, or the connection is gone. */
#include "listen/internal.h"

#include "base/clock.h"

#include <event2/buffer.h>

enum { LINGER_MAX = 262144 };

static bool step_wait(struct listen_conn *c, struct evbuffer *in)
{
    (void)c;
    (void)in;
    return false;
}

static bool step_idle(struct listen_conn *c, struct evbuffer *in)
{
    if (evbuffer_get_length(in) == 0) return false;
    c->phase = PHASE_HEAD;
    c->scanned = 0;
    c->since_us = clock_monotonic_us();
    listen_conn_deadline(c, DEADLINE_REQUEST);
    return true;
}

static bool step_head(struct listen_conn *c, struct evbuffer *in)
{
    size_t len = evbuffer_get_length(in);
    const char *bytes;
    int head;

    if (len > LISTEN_HEAD_MAX) len = LISTEN_HEAD_MAX;
    if (len == c->scanned) return false;
    bytes = (const char *)evbuffer_pullup(in, (ev_ssize_t)len);
    head = bytes ? listen_head_find(bytes, len, c->scanned) : -503;
    if (head == 0) {
        c->scanned = len;
        return false;
    }
    if (head < 0) {
        listen_conn_refuse(c, -head, NULL);
        return true;
    }
    listen_conn_head(c, bytes, (size_t)head);
    evbuffer_drain(in, (size_t)head);
    return true;
}

/* The next bytes of the body from bytes[0..len): how many were consumed, which of them are data.
 * @return 0, 1 when it is whole, or a status. */
static int next_data(struct listen_conn *c, const char *bytes, size_t len, size_t *out_used,
                     struct listen_span *out_data)
{
    const struct listen_job *job = c->job;

    if (c->chunked)
        return listen_chunks_feed(&c->chunks, bytes, len,
                                  job->route->body_max - listen_job_len(job), out_used, out_data);
    *out_used = len < c->body_left ? len : (size_t)c->body_left;
    *out_data = (struct listen_span){bytes, *out_used};
    c->body_left -= *out_used;
    return c->body_left == 0 ? LISTEN_CHUNKS_DONE : LISTEN_CHUNKS_MORE;
}

static bool step_body(struct listen_conn *c, struct evbuffer *in)
{
    struct evbuffer_iovec piece = {NULL, 0};
    struct listen_span data;
    size_t used;
    int status;

    evbuffer_peek(in, -1, NULL, &piece, 1);
    if (piece.iov_len == 0 && (c->chunked || c->body_left > 0)) return false;
    status = next_data(c, piece.iov_base, piece.iov_len, &used, &data);
    if (data.len > 0 &&
        !listen_job_add(c->job, data.text, data.len, c->loop->server->options.body_memory))
        status = 503;
    evbuffer_drain(in, used);
    if (status == LISTEN_CHUNKS_DONE)
        listen_conn_submit(c);
    else if (status != LISTEN_CHUNKS_MORE)
        listen_conn_refuse(c, status, NULL);
    return true;
}

static bool step_send(struct listen_conn *c, struct evbuffer *in)
{
    (void)in;
    if (evbuffer_get_length(bufferevent_get_output(c->bev)) > 0) return false;
    listen_conn_answered(c);
    return true;
}

static bool step_linger(struct listen_conn *c, struct evbuffer *in)
{
    c->lingered += evbuffer_get_length(in);
    evbuffer_drain(in, evbuffer_get_length(in));
    if (c->lingered > LINGER_MAX) listen_conn_free(c);
    return false;
}

static bool (*const steps[PHASE_COUNT])(struct listen_conn *c, struct evbuffer *in) = {
    [PHASE_PROXY] = step_wait, [PHASE_HANDSHAKE] = step_wait, [PHASE_IDLE] = step_idle,
    [PHASE_HEAD] = step_head,  [PHASE_BODY] = step_body,      [PHASE_WORK] = step_wait,
    [PHASE_SEND] = step_send,  [PHASE_LINGER] = step_linger,
};

void listen_conn_step(struct listen_conn *c)
{
    struct evbuffer *in = bufferevent_get_input(c->bev);

    bool more;

    do
        more = steps[c->phase](c, in);
    while (more);
}
