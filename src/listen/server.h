/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file server.h
 * The listener: libevent does the I/O on its own threads, workers handle whole requests. It owns
 * every connection and knows bytes, not operations: routes and handlers are given to it. listen/
 * is the only folder that calls libevent; it must not know XML beyond listen/prefilter.h,
 * SQL, or what a route means. One deadline a phase, never renewed by a byte. */
#ifndef LISTEN_SERVER_H
#define LISTEN_SERVER_H

#include "base/buf.h"
#include "crypto/tls.h"
#include "listen/spool.h"

/** A whole request, as a handler sees it. Everything is borrowed until the handler returns. */
struct listen_request {
    const char *method;        /**< "GET" (of HEAD too) or "POST" */
    const char *path;          /**< without the query */
    const char *query;         /**< after '?', "" when none */
    const char *action;        /**< SOAPAction without its quotes, "" when none */
    const char *authorization; /**< the field's value, "" when none */
    const char *body;          /**< NUL-terminated beyond body_len; of a file where it is big */
    size_t body_len;
    const char *peer;   /**< address text; of a trusted proxy's client: the client's */
    bool peer_loopback; /**< never for what came through a trusted proxy */
    bool tls;
    bool has_certificate;
    struct hash certificate; /**< SHA-256 of the verified client certificate */
    int64_t received_us;     /**< clock_monotonic_us() when it was whole */
};

/** What a handler answers. Starts as 200, text/xml, empty. */
struct listen_answer {
    int status;
    const char *content_type; /**< a literal */
    const char *authenticate; /**< WWW-Authenticate's value, a literal; NULL: none */
    const char *etag;         /**< borrowed for the process's life; NULL: none */
    struct buf body;          /**< its max is the answer's cap in memory */
    struct listen_file file;  /**< what was spilled: sent before body */
};
/** Put what is in body behind what was spilled before, where it costs no memory, and empty it: for
 * answers of any size. @return ERR_NONE | ERR_SPOOL. */
MUST_USE enum err listen_answer_spill(struct listen_answer *answer);
/** Forget all that was written. */
void listen_answer_reset(struct listen_answer *answer);

/** @param worker  what worker_open made for this thread; NULL for routes with inline_get */
typedef void listen_handler(void *worker, const struct listen_request *request,
                            struct listen_answer *answer, void *cls);

struct listen_route {
    const char *path;     /**< exact */
    const char *action;   /**< only with a SOAPAction that names it; NULL: any. The first counts */
    size_t body_max;      /**< for POST */
    size_t memory_max;    /**< a bigger body lies in a file; 0: none does */
    listen_handler *post; /**< on a worker; NULL: 405 */
    listen_handler *get;  /**< HEAD too; on the I/O thread, from memory only; NULL: 405 */
    bool soap;            /**< POST must be text/xml in UTF-8, else 415 */
    void *post_cls, *get_cls; /**< handed to them */
};

struct listen_options {
    const char *address;
    int port, tls_port;              /**< 0: any free one; -1: none */
    bool port_proxy, tls_port_proxy; /**< connections of proxies begin with a PROXY v2 header */
    struct tls_files tls;
    const char *proxies; /**< who is believed about its client: listen/trust.h; NULL: nobody */
    int loops, workers, queue;
    int64_t queue_wait_ms;
    unsigned connections, peer_connections;
    unsigned peer_handshakes;          /**< of TLS, a second; 0: as many as come */
    size_t body_memory;                /**< of all; of one peer half of it, as of spool_max */
    const char *spool_dir;             /**< where big bodies and answers lie; NULL: nowhere */
    size_t spool_max;                  /**< all of them together, in bytes */
    const struct listen_route *routes; /**< borrowed for the server's life */
    size_t n_routes;
    /** Once a worker thread: its database connection and parser. NULL result: the server stops. */
    void *(*worker_open)(void *cls);
    void (*worker_close)(void *worker);
    void *worker_cls;
    const char
        *metrics_address; /**< a second, plain listener that answers GET /metrics, /healthz */
    int metrics_port;     /**< -1: none */
    /** Is this process able to serve? For GET /readyz; called on the I/O thread with worker_cls:
     * no waiting. NULL: yes, until it drains. */
    bool (*ready)(void *cls);
    /** SIGHUP came; called with hangup_cls on the first I/O thread. NULL: it ends the process. */
    void (*hangup)(void *cls);
    void *hangup_cls;
};

struct listen_server;
/** Bind and start threads; ports that were 0 are known after it. @return ERR_NONE | ERR_LISTEN |
 * ERR_TLS_FILE | ERR_CONFIG. Answers GET /healthz and /readyz by itself. */
MUST_USE enum err listen_open(const struct listen_options *options, struct listen_server **out);
/** Take tls, proxies and the caps on connections and handshakes of options: they hold for what
 * comes from now on, those that are open go on as they began.
 * @return ERR_NONE | ERR_TLS_FILE | ERR_CONFIG: then nothing has changed [F63]. */
MUST_USE enum err listen_reload(struct listen_server *server, const struct listen_options *options);
int listen_port(const struct listen_server *server);
int listen_tls_port(const struct listen_server *server);
int listen_metrics_port(const struct listen_server *server);
/** Run until SIGTERM or SIGINT, then drain: unready, close listeners and idle connections, finish
 * the rest with Connection: close, at most 30 s. These signals, and SIGHUP where there is a hangup,
 * may be blocked until here. */
MUST_USE enum err listen_run(struct listen_server *server);
void listen_close(struct listen_server **server);

#endif
