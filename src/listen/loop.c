/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file loop.c
 * One I/O thread: accepts, hands finished jobs back to their connections, drains. */
#include "listen/internal.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct timeval ACCEPT_REST = {0, 100000};

/* Never wait for who does not read it. */
void listen_turn_away(struct listen_loop *loop, const struct listen_door *door, int fd,
                      const struct listen_peer *peer)
{
    static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
                               "Content-Length: 0\r\nConnection: close\r\n\r\n";

    if (!door->tls) send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL);
    close(fd);
    listen_refusal_note(loop, 503, peer);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
                      int len, void *cls)
{
    struct listen_entry *entry = cls;
    struct listen_server *server = entry->loop->server;
    bool trusted = listen_live_trusts(server, address);
    struct listen_peer peer;

    (void)listener;
    (void)len;
    listen_peer_read(address, server->seed, &peer);
    if (listen_gate_enter(entry->door->gate, trusted ? NULL : &peer))
        listen_conn_open(entry->loop, entry->door, fd, &peer, trusted);
    else
        listen_turn_away(entry->loop, entry->door, fd, &peer);
}

/* No descriptor or no memory for one more: rest, do not spin; the kernel keeps who waits [F66]. */
static void on_accept_error(struct evconnlistener *listener, void *cls)
{
    struct listen_loop *loop = ((struct listen_entry *)cls)->loop;
    int error = errno;

    if (log_quiet_pass(&loop->accept_log, 1))
        log_event(LOG_ERROR, "listen.accept", LOG_TEXT("error", strerror(error)),
                  LOG_INT("connections", loop->n_conns));
    evconnlistener_disable(listener);
    evtimer_add(loop->accept_rest, &ACCEPT_REST);
}

static void on_accept_rest(evutil_socket_t fd, short what, void *cls)
{
    struct listen_loop *loop = cls;

    (void)fd;
    (void)what;
    for (int i = 0; i < DOOR_COUNT; i++)
        if (loop->entries[i].listener) evconnlistener_enable(loop->entries[i].listener);
}

static void close_doors(struct listen_loop *loop)
{
    for (int i = 0; i < DOOR_COUNT; i++)
        if (loop->entries[i].listener) {
            evconnlistener_free(loop->entries[i].listener);
            loop->entries[i].listener = NULL;
        }
}

static void on_drain_limit(evutil_socket_t fd, short what, void *cls)
{
    struct listen_loop *loop = cls;

    (void)fd;
    (void)what;
    log_event(LOG_WARN, "listen.drain_limit", LOG_INT("connections", loop->n_conns));
    event_base_loopbreak(loop->base);
}

/* No new ones, no idle ones; the rest finish, each within its deadlines [F62]. */
static void drain(struct listen_loop *loop)
{
    struct listen_conn *c, *next;

    log_event(LOG_INFO, "listen.drain", LOG_INT("connections", loop->n_conns));
    loop->draining = true;
    close_doors(loop);
    /* Theirs are copies: while one is open, the kernel takes connections that nobody will serve. */
    if (loop == loop->server->loops) listen_doors_close(loop->server);
    for (c = LIST_FIRST(&loop->conns); c; c = next) {
        next = LIST_NEXT(c, link);
        if (c->phase <= PHASE_IDLE) listen_conn_free(c);
    }
    evtimer_add(loop->drain_limit, loop->timeouts[DEADLINE_DRAIN]);
    if (loop->n_conns == 0) event_base_loopbreak(loop->base);
}

/* A worker has finished jobs, or listen_stop() wakes us. */
static void on_done(evutil_socket_t fd, short what, void *cls)
{
    struct listen_loop *loop = cls;
    struct listen_job_list jobs;
    struct listen_job *job;

    (void)fd;
    (void)what;
    listen_done_take(&loop->done, &jobs);
    if (atomic_load(&loop->server->stopping) && !loop->draining) drain(loop);
    while ((job = TAILQ_FIRST(&jobs))) {
        struct listen_conn *c = job->owner;

        TAILQ_REMOVE(&jobs, job, link);
        if (c) {
            c->job = NULL;
            listen_conn_answer(c, &job->answer, NULL);
            listen_conn_step(c);
        }
        listen_job_free(job);
    }
}

static enum err open_door(struct listen_loop *loop, int id)
{
    struct listen_entry *entry = &loop->entries[id];
    const struct listen_door *door = &loop->server->doors[id];
    int fd;

    entry->loop = loop;
    entry->door = door;
    if (door->fd < 0) return ERR_NONE;
    if (id == DOOR_METRICS && loop != loop->server->loops) return ERR_NONE;
    fd = fcntl(door->fd, F_DUPFD_CLOEXEC, 0);
    if (fd >= 0)
        entry->listener = evconnlistener_new(loop->base, on_accept, entry,
                                             LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (!entry->listener) {
        if (fd >= 0) close(fd);
        return err_setf(ERR_LISTEN, "port %d: %s", door->port, strerror(errno));
    }
    evconnlistener_set_error_cb(entry->listener, on_accept_error);
    return ERR_NONE;
}

static enum err open_base(struct listen_loop *loop)
{
    struct event_config *config = event_config_new();

    if (config) {
        event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK); /* one thread touches it */
        loop->base = event_base_new_with_config(config);
        event_config_free(config);
    }
    return loop->base ? ERR_NONE : err_set(ERR_LISTEN, "event loop");
}

enum err listen_loop_open(struct listen_loop *loop, struct listen_server *server)
{
    enum err rc;

    loop->server = server;
    LIST_INIT(&loop->conns);
    TRY(listen_done_open(&loop->done));
    TRY(open_base(loop));
    for (int i = 0; i < DEADLINE_COUNT; i++) { /* common timeouts: O(1) to set and clear */
        int64_t ms = server->deadlines_ms[i];
        struct timeval wait = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};

        loop->timeouts[i] = event_base_init_common_timeout(loop->base, &wait);
        if (!loop->timeouts[i]) return err_set(ERR_MEMORY, "deadline");
    }
    loop->done_event =
        event_new(loop->base, loop->done.event_fd, EV_READ | EV_PERSIST, on_done, loop);
    loop->accept_rest = evtimer_new(loop->base, on_accept_rest, loop);
    loop->drain_limit = evtimer_new(loop->base, on_drain_limit, loop);
    if (!loop->done_event || !loop->accept_rest || !loop->drain_limit ||
        event_add(loop->done_event, NULL) != 0)
        return err_set(ERR_MEMORY, "event");
    for (int i = 0; i < DOOR_COUNT; i++)
        TRY(open_door(loop, i));
out:
    return rc;
}

void listen_loop_run(struct listen_loop *loop)
{
    struct listen_conn *c;

    event_base_dispatch(loop->base);
    while ((c = LIST_FIRST(&loop->conns)))
        listen_conn_free(c);
    event_base_loop(loop->base, EVLOOP_NONBLOCK); /* libevent closes what is freed one turn later */
}

void listen_loop_close(struct listen_loop *loop)
{
    close_doors(loop);
    if (loop->done_event) event_free(loop->done_event);
    if (loop->accept_rest) event_free(loop->accept_rest);
    if (loop->drain_limit) event_free(loop->drain_limit);
    if (loop->base) event_base_free(loop->base);
    listen_done_close(&loop->done);
}
