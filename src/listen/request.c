/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file request.c
 * From a head to a route: who is asked, whether the request may go on, and to whom it goes. */
#include "listen/internal.h"

#include "base/clock.h"

#include <string.h>

static bool is_exactly(struct listen_span span, const char *text)
{
    return strlen(text) == span.len && memcmp(text, span.text, span.len) == 0;
}

/* A SOAPAction names an operation by its name, or by a URI that ends with it. */
static bool names(struct listen_span action, const char *operation)
{
    size_t len = strlen(operation);

    if (action.len > len && strchr("/#:", action.text[action.len - len - 1]))
        action = (struct listen_span){action.text + action.len - len, len};
    return is_exactly(action, operation);
}

static const struct listen_route *find_route(const struct listen_door *door,
                                             const struct listen_head *head)
{
    struct listen_span path = head->path, action = listen_job_action(head);

    for (size_t t = 0; t < ARRAY_LEN(door->routes); t++)
        for (size_t i = 0; i < door->n_routes[t]; i++) {
            const struct listen_route *route = &door->routes[t][i];

            if (is_exactly(path, route->path) && (!route->action || names(action, route->action)))
                return route;
        }
    return NULL;
}

static const char *allowed(const struct listen_route *route)
{
    if (route->get && route->post) return "GET, HEAD, POST";
    return route->get ? "GET, HEAD" : "POST";
}

static bool reads(const struct listen_head *head)
{
    return head->method == LISTEN_GET || head->method == LISTEN_HEAD;
}

/* The status that refuses this request before its body is read; 0: none. */
static int check_head(const struct listen_route *route, const struct listen_head *head)
{
    if (!route) return 404;
    if (head->method == LISTEN_OTHER) return 405;
    if (!(reads(head) ? route->get : route->post)) return 405; /* [X8] */
    if (reads(head)) return head->chunked || head->length > 0 ? 400 : 0;
    if (!head->chunked && !head->has_length) return 411; /* [X4] */
    if (route->soap && !listen_head_is_xml(head->content_type)) return 415;
    return head->length > route->body_max ? 413 : 0;
}

static struct listen_job *make_job(struct listen_conn *c, const struct listen_route *route,
                                   const struct listen_head *head)
{
    struct listen_server *server = c->loop->server;
    uint32_t slot = c->claimed ? c->peer.slot : LISTEN_SLOT_NONE;
    struct listen_job *job = listen_job_new(route, head, &c->peer, slot, &server->body_memory,
                                            server->spool.dir ? &server->spool : NULL);

    if (!job) return NULL;
    job->back = &c->loop->done;
    job->owner = c;
    job->request.tls = c->door->tls;
    job->request.has_certificate = c->has_certificate;
    job->request.certificate = c->certificate;
    return job;
}

/* From memory, here and now. */
static void answer_get(struct listen_conn *c, const struct listen_head *head)
{
    struct listen_job *job = c->job;

    job->request.received_us = clock_monotonic_us();
    job->request.body = "";
    job->route->get(NULL, &job->request, &job->answer, job->route->get_cls);
    if (job->answer.etag && listen_head_has_tag(head->if_none_match, job->answer.etag))
        job->answer.status = 304;
    listen_conn_answer(c, &job->answer, NULL);
    listen_job_free(job);
    c->job = NULL;
}

void listen_conn_head(struct listen_conn *c, const char *bytes, size_t len)
{
    const struct listen_route *route = NULL;
    struct listen_head head;
    const char *allow = NULL;
    int status = listen_head_parse(bytes, len, &head);

    if (status == 0 && !listen_handshake_holds(c)) status = 403;
    if (status == 0) status = listen_proxied_client(c, head.forwarded);
    if (status == 0) {
        route = find_route(c->door, &head);
        status = check_head(route, &head);
        if (status == 405) allow = allowed(route);
    }
    if (status == 0 && !(c->job = make_job(c, route, &head))) status = 503;
    if (status != 0) {
        listen_conn_refuse(c, status, allow);
        return;
    }
    c->keep_alive = head.keep_alive;
    c->http10 = head.http10;
    c->head_only = head.method == LISTEN_HEAD;
    if (reads(&head)) {
        answer_get(c, &head);
        return;
    }
    c->phase = PHASE_BODY;
    c->chunked = head.chunked;
    c->body_left = head.length;
    c->chunks = (struct listen_chunks){0};
    if (head.expect_continue && (head.chunked || head.length > 0))
        bufferevent_write(c->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
}

void listen_conn_submit(struct listen_conn *c)
{
    struct listen_job *job = c->job;

    if (job->route->soap && listen_job_len(job) == 0) {
        listen_conn_refuse(c, 400, NULL);
        return;
    }
    if (!listen_job_ready(job)) {
        listen_conn_refuse(c, 503, NULL);
        return;
    }
    job->request.received_us = clock_monotonic_us();
    c->phase = PHASE_WORK;
    listen_conn_deadline(c, DEADLINE_QUEUE);
    if (!listen_pool_submit(c->loop->server->pool, job)) listen_conn_refuse(c, 503, NULL);
}
