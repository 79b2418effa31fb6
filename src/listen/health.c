/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file health.c
 * What the listener says about itself: alive, ready, and the metrics at their own door. */
#include "listen/internal.h"

#include "base/metric.h"

#include <stdatomic.h>

static void say(struct listen_answer *answer, int status, const char *text)
{
    answer->status = status;
    answer->content_type = "text/plain; charset=utf-8";
    if (buf_text(&answer->body, text) != ERR_NONE) answer->status = 500;
}

static void get_healthz(void *worker, const struct listen_request *request,
                        struct listen_answer *answer, void *cls)
{
    (void)worker;
    (void)request;
    (void)cls;
    say(answer, 200, "ok\n");
}

static void get_readyz(void *worker, const struct listen_request *request,
                       struct listen_answer *answer, void *cls)
{
    const struct listen_server *server = cls;
    const struct listen_options *o = &server->options;

    (void)worker;
    (void)request;
    if (atomic_load(&server->stopping))
        say(answer, 503, "stopping\n");
    else if (o->ready && !o->ready(o->worker_cls))
        say(answer, 503, "not ready\n");
    else
        say(answer, 200, "ready\n");
}

/* Gauges are set when somebody looks: the hot path pays nothing for them. */
static void get_metrics(void *worker, const struct listen_request *request,
                        struct listen_answer *answer, void *cls)
{
    struct listen_server *server = cls;

    (void)worker;
    (void)request;
    metric_set(METRIC_CONNECTIONS, NULL, atomic_load(&server->service_gate.open));
    metric_set(METRIC_QUEUE, NULL, listen_pool_waiting(server->pool));
    answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
    if (metric_print(&answer->body) != ERR_NONE) answer->status = 500;
}

void listen_health_routes(struct listen_server *server)
{
    server->health[0] = (struct listen_route){.path = "/healthz", .get = get_healthz};
    server->health[1] =
        (struct listen_route){.path = "/readyz", .get = get_readyz, .get_cls = server};
    server->metrics[0] =
        (struct listen_route){.path = "/metrics", .get = get_metrics, .get_cls = server};
    server->metrics[1] = (struct listen_route){.path = "/healthz", .get = get_healthz};
}
