/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/notify.h"
#include "listen/internal.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, METRICS_CONNECTIONS = 64 };

const int64_t LISTEN_DEADLINES_MS[DEADLINE_COUNT] = {
    [DEADLINE_PROXY] = 5000, [DEADLINE_HANDSHAKE] = 5000, [DEADLINE_FIRST] = 5000,
    [DEADLINE_IDLE] = 60000, [DEADLINE_REQUEST] = 15000,  [DEADLINE_QUEUE] = 2000,
    [DEADLINE_SEND] = 15000, [DEADLINE_LINGER] = 1000,    [DEADLINE_DRAIN] = 30000,
};

/* Options that accepted sockets inherit are set here, once. NODELAY: an answer is written whole;
 * with Nagle a delayed ACK holds its tail for 40 ms. */
static int bind_socket(const struct addrinfo *a)
{
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

    if (fd < 0) return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0 &&
        bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    close(fd);
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof a;
    char port[8] = "-1";

    if (getsockname(fd, (struct sockaddr *)&a, &len) == 0)
        getnameinfo((struct sockaddr *)&a, len, NULL, 0, port, sizeof port, NI_NUMERICSERV);
    return (int)strtol(port, NULL, 10);
}

/* port -1: no such door. */
static enum err open_door(struct listen_door *door, const char *address, int port)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char text[12];
    int failed;

    if (port < 0) return ERR_NONE;
    (void)snprintf(text, sizeof text, "%d", port);
    failed = getaddrinfo(address, text, &hints, &found);
    if (failed) return err_setf(ERR_LISTEN, "%s: %s", address, gai_strerror(failed));
    door->fd = bind_socket(found);
    freeaddrinfo(found);
    if (door->fd < 0) return err_setf(ERR_LISTEN, "%s port %d: %s", address, port, strerror(errno));
    door->port = port_of(door->fd);
    return ERR_NONE;
}

static enum err open_doors(struct listen_server *server)
{
    const struct listen_options *o = &server->options;
    struct listen_door service = {
        .fd = -1,
        .port = -1,
        .gate = &server->service_gate,
        .routes = {server->health, o->routes},
        .n_routes = {HEALTH_ROUTES, o->n_routes},
    };
    enum err rc;

    server->metrics_gate.max = server->metrics_gate.peer_max = METRICS_CONNECTIONS;
    server->doors[DOOR_PLAIN] = service;
    server->doors[DOOR_TLS] = service;
    server->doors[DOOR_PLAIN].proxy = o->port_proxy;
    server->doors[DOOR_TLS].tls = true;
    server->doors[DOOR_TLS].proxy = o->tls_port_proxy;
    server->doors[DOOR_METRICS] = (struct listen_door){
        .fd = -1,
        .port = -1,
        .gate = &server->metrics_gate,
        .routes = {server->metrics},
        .n_routes = {METRICS_ROUTES},
    };
    TRY(open_door(&server->doors[DOOR_PLAIN], o->address, o->port));
    TRY(open_door(&server->doors[DOOR_TLS], o->address, o->tls_port));
    TRY(open_door(&server->doors[DOOR_METRICS], o->metrics_address, o->metrics_port));
out:
    return rc;
}

/* Debian's soft limit of 1,024 descriptors is below our cap of connections. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log_event(LOG_WARN, "listen.descriptors", LOG_TEXT("error", strerror(errno)));
}

static void on_libevent_log(int severity, const char *text)
{
    if (severity >= EVENT_LOG_WARN) log_event(LOG_WARN, "listen.libevent", LOG_TEXT("text", text));
}

static void worker_failed(void *cls, enum err code)
{
    struct listen_server *server = cls;

    atomic_store(&server->failed, (int)code);
    listen_stop(server);
}

static enum err open_pool(struct listen_server *server)
{
    const struct listen_options *o = &server->options;
    const struct listen_pool_options pool = {
        .workers = o->workers,
        .queue = o->queue,
        .worker_open = o->worker_open,
        .worker_close = o->worker_close,
        .worker_cls = o->worker_cls,
        .failed = worker_failed,
        .failed_cls = server,
    };

    return listen_pool_open(&pool, &server->pool);
}

static enum err open_loops(struct listen_server *server)
{
    enum err rc = ERR_NONE;

    server->loops = calloc((size_t)server->options.loops, sizeof *server->loops);
    if (!server->loops) return err_set(ERR_MEMORY, "loops");
    for (int i = 0; i < server->options.loops; i++)
        server->loops[i].done.event_fd = -1;
    for (int i = 0; i < server->options.loops; i++)
        TRY(listen_loop_open(&server->loops[i], server));
out:
    return rc;
}

static const int SIGNALS[] = {SIGTERM, SIGINT, SIGHUP};

static bool heeds(const struct listen_server *server, int number)
{
    return number != SIGHUP || server->options.hangup;
}

/* From the first open door on: a signal that comes before listen_run() waits for it, and ends
 * nobody who has just said that he is ready. */
static void signals_mask(const struct listen_server *server, int how)
{
    sigset_t ours;

    sigemptyset(&ours);
    for (size_t i = 0; i < ARRAY_LEN(SIGNALS); i++)
        if (heeds(server, SIGNALS[i])) sigaddset(&ours, SIGNALS[i]);
    pthread_sigmask(how, &ours, NULL);
}

enum err listen_open_with(const struct listen_options *options,
                          const int64_t deadlines_ms[DEADLINE_COUNT], struct listen_server **out)
{
    struct listen_server *server = calloc(1, sizeof *server);
    enum err rc;

    if (!server) return err_set(ERR_MEMORY, "server");
    server->options = *options;
    server->spool.dir = options->spool_dir;
    server->spool.max = options->spool_max;
    memcpy(server->deadlines_ms, deadlines_ms, sizeof server->deadlines_ms);
    server->deadlines_ms[DEADLINE_QUEUE] = options->queue_wait_ms;
    clock_random(&server->seed, sizeof server->seed);
    listen_health_routes(server);
    (void)signal(SIGPIPE, SIG_IGN); /* libevent and OpenSSL write by plain write() */
    event_set_log_callback(on_libevent_log);
    raise_descriptor_limit();
    for (int i = 0; i < DOOR_COUNT; i++)
        server->doors[i].fd = server->doors[i].port = -1;
    signals_mask(server, SIG_BLOCK);
    TRY(listen_live_open(server));
    TRY(open_doors(server));
    TRY(open_loops(server));
    TRY(open_pool(server));
    *out = server;
    server = NULL;
out:
    listen_close(&server);
    return rc;
}

enum err listen_open(const struct listen_options *options, struct listen_server **out)
{
    return listen_open_with(options, LISTEN_DEADLINES_MS, out);
}

int listen_port(const struct listen_server *server)
{
    return server->doors[DOOR_PLAIN].port;
}

int listen_tls_port(const struct listen_server *server)
{
    return server->doors[DOOR_TLS].port;
}

int listen_metrics_port(const struct listen_server *server)
{
    return server->doors[DOOR_METRICS].port;
}

void listen_doors_close(struct listen_server *server)
{
    for (int i = 0; i < DOOR_COUNT; i++)
        if (server->doors[i].fd >= 0) {
            close(server->doors[i].fd);
            server->doors[i].fd = -1;
        }
}

void listen_stop(struct listen_server *server)
{
    atomic_store(&server->stopping, true);
    for (int i = 0; i < server->options.loops; i++)
        listen_done_wake(&server->loops[i].done);
}

static void on_signal(evutil_socket_t number, short what, void *cls)
{
    struct listen_server *server = cls;

    (void)what;
    if (number == SIGHUP)
        server->options.hangup(server->options.hangup_cls);
    else {
        notify_send("STOPPING=1");
        listen_stop(server);
    }
}

/* From the loop itself: one that hangs is silent, and the service manager starts us anew. */
static void on_watchdog(evutil_socket_t fd, short what, void *cls)
{
    (void)fd;
    (void)what;
    (void)cls;
    notify_send("WATCHDOG=1");
}

/* @return NULL: nobody wants to hear */
static struct event *watchdog_start(struct event_base *base)
{
    int64_t pause_us = notify_watchdog_us() / 3;
    const struct timeval pause = {pause_us / 1000000, pause_us % 1000000};
    struct event *timer = pause_us > 0 ? event_new(base, -1, EV_PERSIST, on_watchdog, NULL) : NULL;

    if (timer) event_add(timer, &pause);
    return timer;
}

static void *loop_thread(void *cls)
{
    listen_loop_run(cls);
    return NULL;
}

/* Loops other than the first, with all signals blocked. */
static enum err start_threads(struct listen_server *server, int *out_started)
{
    sigset_t all, before;
    int failed = 0, n = 1;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (n < server->options.loops && !failed) {
        struct listen_loop *loop = &server->loops[n];

        failed = pthread_create(&loop->thread, NULL, loop_thread, loop);
        if (!failed) n++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *out_started = n;
    return failed ? err_set(ERR_LISTEN, "I/O thread") : ERR_NONE;
}

enum err listen_run(struct listen_server *server)
{
    struct event *signals[ARRAY_LEN(SIGNALS)] = {NULL};
    struct event *watchdog = watchdog_start(server->loops[0].base);
    int started;
    enum err rc;

    for (size_t i = 0; i < ARRAY_LEN(SIGNALS); i++) {
        if (!heeds(server, SIGNALS[i])) continue;
        signals[i] = evsignal_new(server->loops[0].base, SIGNALS[i], on_signal, server);
        if (signals[i]) event_add(signals[i], NULL);
    }
    signals_mask(server, SIG_UNBLOCK);
    rc = start_threads(server, &started);
    if (rc != ERR_NONE) listen_stop(server);
    listen_loop_run(&server->loops[0]);
    for (int i = 1; i < started; i++)
        pthread_join(server->loops[i].thread, NULL);
    for (size_t i = 0; i < ARRAY_LEN(SIGNALS); i++)
        if (signals[i]) event_free(signals[i]);
    if (watchdog) event_free(watchdog);
    if (rc == ERR_NONE && atomic_load(&server->failed))
        rc = err_set((enum err)atomic_load(&server->failed), "worker");
    return rc;
}

/* Workers end first: what they finish goes into the loops' lists. */
void listen_close(struct listen_server **server)
{
    struct listen_server *s = *server;

    if (!s) return;
    listen_pool_close(&s->pool);
    for (int i = 0; s->loops && i < s->options.loops; i++)
        listen_loop_close(&s->loops[i]);
    listen_doors_close(s);
    listen_live_close(s);
    free(s->loops);
    free(s);
    *server = NULL;
}
