/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file internal.h
 * What the listener's files share. Nobody outside listen/ and its tests includes it.
 * An I/O thread (loop) owns its connections and alone touches them; loops share the server, of
 * which only the atomics change while they run. server.c opens and closes, loop.c accepts and
 * drains, conn.c is a connection's life and deadlines, handshake.c its beginning in TLS, proxied.c
 * whom a proxy speaks for, read.c its input, request.c decides on a head, answer.c writes, health.c
 * answers about ourselves. live.c is what SIGHUP replaces, spool.c holds what is big,
 * share.c counts whose. */
#ifndef LISTEN_INTERNAL_H
#define LISTEN_INTERNAL_H

#include "base/log.h"
#include "crypto/tls.h"
#include "listen/gate.h"
#include "listen/http_chunks.h"
#include "listen/pool.h"
#include "listen/server.h"
#include "listen/trust.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <pthread.h>

/* A connection is in one phase and waits for one deadline, never renewed by a byte; only that a
 * body or an answer of any size may take as long as LISTEN_RATE_MIN wants it to.
 * proxy -> handshake -> idle -> head -> body -> work -> send -> idle | linger -> gone. */
enum listen_phase {
    PHASE_PROXY,
    PHASE_HANDSHAKE,
    PHASE_IDLE,
    PHASE_HEAD,
    PHASE_BODY,
    PHASE_WORK,
    PHASE_SEND,
    PHASE_LINGER,
    PHASE_COUNT
};

enum listen_deadline {
    DEADLINE_PROXY,
    DEADLINE_HANDSHAKE,
    DEADLINE_FIRST, /* a new connection says something soon; only a used one may idle long */
    DEADLINE_IDLE,
    DEADLINE_REQUEST, /* head and body together, from the first byte */
    DEADLINE_QUEUE,   /* from options */
    DEADLINE_SEND,
    DEADLINE_LINGER,
    DEADLINE_DRAIN, /* the whole loop, after SIGTERM */
    DEADLINE_COUNT
};

/* One listening socket. */
struct listen_door {
    int fd, port;
    bool tls, proxy; /* proxy: what trusted proxies send begins with a PROXY header */
    struct listen_gate *gate;
    const struct listen_route *routes[2]; /* looked up one after the other */
    size_t n_routes[2];
};

/* Bytes a second that a body or an answer must come or go at, beyond its phase's deadline [X12]. */
#define LISTEN_RATE_MIN 65536

enum listen_door_id { DOOR_PLAIN, DOOR_TLS, DOOR_METRICS, DOOR_COUNT };
enum { HEALTH_ROUTES = 2, METRICS_ROUTES = 2 };

/* What SIGHUP replaces, looked at for each new connection; under its lock. */
struct listen_live {
    pthread_mutex_t lock;
    struct tls_context *tls;
    struct listen_trust trust;
    _Atomic unsigned reloads;
};

struct listen_server {
    struct listen_options options;
    int64_t deadlines_ms[DEADLINE_COUNT];
    struct listen_door doors[DOOR_COUNT];
    struct listen_gate service_gate, metrics_gate;
    struct listen_route health[HEALTH_ROUTES], metrics[METRICS_ROUTES];
    struct listen_live live;
    struct listen_pool *pool;
    struct listen_loop *loops;
    uint32_t seed;
    struct listen_share body_memory;
    struct listen_spool spool;
    _Atomic bool stopping;
    _Atomic int failed; /* enum err of a worker that did not open */
};

/* One door of one loop. */
struct listen_entry {
    struct listen_loop *loop;
    const struct listen_door *door;
    struct evconnlistener *listener;
};

LIST_HEAD(listen_conn_list, listen_conn);
struct listen_loop {
    struct listen_server *server;
    pthread_t thread;
    struct event_base *base;
    struct event *done_event, *accept_rest, *drain_limit;
    struct listen_entry entries[DOOR_COUNT];
    const struct timeval *timeouts[DEADLINE_COUNT];
    struct listen_done done;
    struct listen_conn_list conns;
    unsigned n_conns;
    bool draining;
    struct log_quiet accept_log, refuse_log, handshake_log, flood_log, header_log;
    int64_t date_second;
    char date[40];
};

struct listen_conn {
    LIST_ENTRY(listen_conn) link;
    struct listen_loop *loop;
    const struct listen_door *door;
    int fd;                      /* while there is no bev */
    struct bufferevent *bev;     /* NULL in PHASE_PROXY */
    struct listen_proxied *head; /* in PHASE_PROXY: the PROXY header as far as it came */
    struct event timer;
    enum listen_phase phase;
    bool tls, keep_alive, http10, head_only, chunked, has_certificate;
    bool ended;    /* nothing follows what is in the input buffer */
    bool forwards; /* a trusted proxy's: each request may name another client */
    bool claimed;  /* counted to peer */
    struct hash certificate;
    unsigned reloads;                /* before certificate was last judged */
    struct listen_peer origin, peer; /* who connected; who asks: the same, but where it forwards */
    size_t scanned, lingered; /* bytes of this head looked at; bytes dropped after a refusal */
    uint64_t body_left;
    int64_t since_us;           /* of a request's first byte, then of its answer's */
    size_t answer_len;          /* head and all */
    struct listen_file sending; /* of an answer, until it is gone */
    struct listen_chunks chunks;
    struct listen_job *job; /* from its head on; a worker has it in PHASE_WORK */
};

/* server.c */
extern const int64_t LISTEN_DEADLINES_MS[DEADLINE_COUNT];
/** listen_open() with other deadlines: for tests. */
MUST_USE enum err listen_open_with(const struct listen_options *options,
                                   const int64_t deadlines_ms[DEADLINE_COUNT],
                                   struct listen_server **out);
/** For good. By the first loop, or once none runs. */
void listen_doors_close(struct listen_server *server);
/** Begin to drain, as SIGTERM does. From any thread. */
void listen_stop(struct listen_server *server);

/* live.c */
MUST_USE enum err listen_live_open(struct listen_server *server);
void listen_live_close(struct listen_server *server);
bool listen_live_trusts(struct listen_server *server, const struct sockaddr *address);
/** What judges a client's certificate from here on. NULL: no memory. */
struct ssl_st *listen_live_ssl(struct listen_conn *c);
/** Is who was let in before a reload let in after it? A revoked certificate's connection may be
 * days old [X23]. */
bool listen_live_admits(struct listen_conn *c);

/* health.c */
void listen_health_routes(struct listen_server *server);

/* loop.c */
MUST_USE enum err listen_loop_open(struct listen_loop *loop, struct listen_server *server);
/** Until drained; all connections are gone after it. */
void listen_loop_run(struct listen_loop *loop);
void listen_loop_close(struct listen_loop *loop);

/** Too many: say so where it costs one send, and close. */
void listen_turn_away(struct listen_loop *loop, const struct listen_door *door, int fd,
                      const struct listen_peer *peer);

/* conn.c */
/** Takes fd and a place that was entered at the door's gate.
 * @param trusted  a proxy's, and not counted to its address */
void listen_conn_open(struct listen_loop *loop, const struct listen_door *door, int fd,
                      const struct listen_peer *peer, bool trusted);
/** Begin TLS or HTTP. May free c. */
void listen_conn_begin(struct listen_conn *c);
/** Be told of what happens on c->bev. */
void listen_conn_watch(struct listen_conn *c);
void listen_conn_free(struct listen_conn *c);
void listen_conn_deadline(struct listen_conn *c, enum listen_deadline deadline);
/** May another request follow the one that is answered? */
bool listen_conn_goes_on(const struct listen_conn *c);
/** After the last byte of an answer. */
void listen_conn_answered(struct listen_conn *c);

/* handshake.c */
/** NULL: no memory, or its peer had too many. */
struct bufferevent *listen_handshake_begin(struct listen_conn *c);
void listen_handshake_done(struct listen_conn *c);
/** A request came: may its connection still speak by what the handshake showed? */
bool listen_handshake_holds(struct listen_conn *c);
/** Note why, and let the peer read our alert before the end. May free c. */
void listen_handshake_failed(struct listen_conn *c);

/* proxied.c */
/** Wait for the PROXY header. May free c. */
void listen_proxied_begin(struct listen_conn *c);
void listen_proxied_free(struct listen_conn *c);
/** A head came: who asks. @param forwarded  see struct listen_head
 * @return 0, or the status that refuses: 400 no address, 503 that client's cap is reached */
int listen_proxied_client(struct listen_conn *c, struct listen_span forwarded);
/** The request is answered. */
void listen_proxied_answered(struct listen_conn *c);

/* read.c */
/** Read as far as the input allows, never past a job. May free c. */
void listen_conn_step(struct listen_conn *c);

/* request.c */
/** The head is whole: answer, refuse, or go on to the body. */
void listen_conn_head(struct listen_conn *c, const char *bytes, size_t len);
/** The body is whole: to a worker. */
void listen_conn_submit(struct listen_conn *c);

/* answer.c */
/** Write an answer, whose file is taken; the phase is SEND after it: call listen_conn_step() then.
 * @param allow  Allow's value, NULL: none */
void listen_conn_answer(struct listen_conn *c, struct listen_answer *answer, const char *allow);
/** An empty answer that closes; frees the job, which no worker may have. */
void listen_conn_refuse(struct listen_conn *c, int status, const char *allow);
/** Count a refusal, and log it once in a while. */
void listen_refusal_note(struct listen_loop *loop, int status, const struct listen_peer *peer);

#endif
