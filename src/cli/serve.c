/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"
#include "cli/reload.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/notify.h"
#include "crypto/secret.h"
#include "listen/server.h"
#include "service/journal.h"
#include "service/registry_cache.h"
#include "wire/contract.h"
#include "wire/port.h"
#include "wire/route.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/* Everything that a running serve owns besides the listener. */
struct serving {
    struct db *db; /* start-up checks, then the thread of what is done beside requests */
    struct wire_shared shared;
    struct wire_contracts *contracts;
    pthread_t journal;
    bool journal_runs;
    atomic_bool stop;
};

/* The registry is followed also while nobody asks anything. */
static void registry_follow(struct serving *s)
{
    const struct registry *registry = service_registry_current(s->shared.registry, s->db);

    service_stations_follow(s->shared.stations, registry);
    service_registry_release(s->shared.registry, registry);
}

/* Lines of operations that changed nothing reach the database within a second. */
static void *journal_main(void *cls)
{
    struct serving *s = cls;
    const struct timespec pause = {0, 200000000};

    while (!atomic_load(&s->stop)) {
        enum err rc = service_journal_flush(s->db);

        if (rc != ERR_NONE) log_err("journal.flush", rc);
        err_clear();
        registry_follow(s);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static enum err journal_start(struct serving *s)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    failed = pthread_create(&s->journal, NULL, journal_main, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) return err_set(ERR_MEMORY, "journal thread");
    s->journal_runs = true;
    return ERR_NONE;
}

static enum err serving_open(struct serving *s)
{
    enum err rc;

    TRY(crypto_secret_init(config_text(CONFIG_HUB_KEY_FILE)));
    TRY(service_message_init());
    TRY(folder_make(config_text(CONFIG_SERVE_SPOOL_DIR), 0700));
    TRY(db_open(DB_ROLE_SERVE, &s->db));
    TRY(db_check(s->db));
    TRY(service_registry_open(s->db, &s->shared.registry));
    TRY(service_stations_open(config_text(CONFIG_HUB_SHARE), (int)config_int(CONFIG_SERVE_WORKERS),
                              &s->shared.stations));
    for (size_t i = 0; i < WIRE_ROUTE_COUNT; i++)
        if (wire_routes[i].port)
            TRY(wire_port_open(wire_routes[i].port, config_text(CONFIG_HUB_SHARE)));
out:
    return rc;
}

/* After the port is known: what the contracts call themselves. */
static enum err contracts_open(struct serving *s, const struct listen_server *server,
                               struct listen_route *routes, size_t n)
{
    enum err rc;
    char url[200];
    const char *public = config_text(CONFIG_SERVE_PUBLIC_URL);
    bool plain = listen_port(server) >= 0;

    snprintf(url, sizeof url, "%s://%.150s:%d", plain ? "http" : "https",
             config_text(CONFIG_SERVE_ADDRESS),
             plain ? listen_port(server) : listen_tls_port(server));
    TRY(wire_contract_open(config_text(CONFIG_HUB_SHARE), *public ? public : url, &s->contracts));
    for (size_t i = 0; i < n; i++)
        routes[i].get_cls = s->contracts;
out:
    return rc;
}

static void serving_close(struct serving *s)
{
    atomic_store(&s->stop, true);
    if (s->journal_runs) {
        pthread_join(s->journal, NULL);
        if (service_journal_flush(s->db) != ERR_NONE) log_err("journal.flush", err_detail()->code);
    }
    wire_contract_close(&s->contracts);
    for (size_t i = 0; i < WIRE_ROUTE_COUNT; i++)
        if (wire_routes[i].port) wire_port_close(wire_routes[i].port);
    service_stations_close(&s->shared.stations);
    service_registry_close(&s->shared.registry);
    db_close(&s->db);
    service_message_forget();
    crypto_secret_forget();
}

/* What is bigger than an upload lies in a file. */
static size_t memory_max(size_t body_max)
{
    return body_max > WIRE_UPLOAD_MAX ? WIRE_UPLOAD_MAX : 0;
}

/* Those of one operation first: the first that fits counts. */
static void routes_fill(struct listen_route routes[WIRE_BIG_COUNT + WIRE_ROUTE_COUNT])
{
    for (size_t i = 0; i < WIRE_BIG_COUNT; i++)
        *routes++ = (struct listen_route){.path = wire_bigs[i].path,
                                          .action = wire_bigs[i].action,
                                          .body_max = wire_bigs[i].body_max,
                                          .memory_max = memory_max(wire_bigs[i].body_max),
                                          .post = wire_port_post,
                                          .get = wire_contract_get,
                                          .soap = true,
                                          .post_cls = wire_bigs[i].port};
    for (size_t i = 0; i < WIRE_ROUTE_COUNT; i++) {
        const struct wire_route *from = &wire_routes[i];

        routes[i] = (struct listen_route){.path = from->path,
                                          .body_max = from->body_max,
                                          .memory_max = memory_max(from->body_max),
                                          .post = from->port ? wire_port_post : NULL,
                                          .get = wire_contract_get,
                                          .soap = true,
                                          .post_cls = from->port};
    }
}

/* From the settings as they are now: at start, and on each SIGHUP. */
static void options_fill(struct listen_options *o)
{
    o->address = config_text(CONFIG_SERVE_ADDRESS);
    o->port = (int)config_int(CONFIG_SERVE_PORT);
    o->tls_port = (int)config_int(CONFIG_SERVE_TLS_PORT);
    o->port_proxy = config_int(CONFIG_SERVE_PORT_PROXY);
    o->tls_port_proxy = config_int(CONFIG_SERVE_TLS_PORT_PROXY);
    o->tls.certificate = config_text(CONFIG_SERVE_TLS_CERTIFICATE);
    o->tls.client_ca = config_text(CONFIG_SERVE_TLS_CLIENT_CA);
    o->tls.client_crl = config_text(CONFIG_SERVE_TLS_CLIENT_CRL);
    o->proxies = config_text(CONFIG_SERVE_PROXIES);
    o->loops = (int)config_int(CONFIG_SERVE_LOOPS);
    o->workers = (int)config_int(CONFIG_SERVE_WORKERS);
    o->queue = (int)config_int(CONFIG_SERVE_QUEUE);
    o->queue_wait_ms = config_int(CONFIG_SERVE_QUEUE_WAIT);
    o->connections = (unsigned)config_int(CONFIG_SERVE_CONNECTIONS);
    o->peer_connections = (unsigned)config_int(CONFIG_SERVE_PEER_CONNECTIONS);
    o->peer_handshakes = (unsigned)config_int(CONFIG_SERVE_PEER_HANDSHAKES);
    o->body_memory = (size_t)config_int(CONFIG_SERVE_BODY_MEMORY);
    o->spool_dir = config_text(CONFIG_SERVE_SPOOL_DIR);
    o->spool_max = (size_t)config_int(CONFIG_SERVE_SPOOL_SIZE);
    o->metrics_address = config_text(CONFIG_METRICS_ADDRESS);
    o->metrics_port = (int)config_int(CONFIG_METRICS_PORT);
}

static enum err serve_apply(void *cls)
{
    struct listen_options options = {.port = -1};

    options_fill(&options);
    return listen_reload(cls, &options);
}

/* @param cls  the address of serve's listener */
static void serve_hangup(void *cls)
{
    cli_reload(serve_apply, *(struct listen_server **)cls);
}

enum err cli_serve(struct cli *cli)
{
    enum err rc;
    struct serving s = {.db = NULL};
    struct listen_server *server = NULL;
    struct listen_options options = {.worker_open = wire_worker_open,
                                     .worker_close = wire_worker_close,
                                     .hangup = serve_hangup,
                                     .hangup_cls = &server};
    struct listen_route routes[WIRE_BIG_COUNT + WIRE_ROUTE_COUNT];

    TRY(serving_open(&s));
    routes_fill(routes);
    options_fill(&options);
    options.routes = routes;
    options.n_routes = ARRAY_LEN(routes);
    options.worker_cls = &s.shared;
    TRY(listen_open(&options, &server));
    TRY(contracts_open(&s, server, routes, ARRAY_LEN(routes)));
    TRY(journal_start(&s));
    cli_print(cli, "listening http=%d tls=%d metrics=%d\n", listen_port(server),
              listen_tls_port(server), listen_metrics_port(server));
    fflush(cli->out);
    log_event(LOG_INFO, "serve.start", LOG_INT("http", listen_port(server)),
              LOG_INT("tls", listen_tls_port(server)));
    notify_send("READY=1");
    TRY(listen_run(server));
    log_event(LOG_INFO, "serve.stop", LOG_TEXT("how", "drained"));
out:
    listen_close(&server);
    serving_close(&s);
    return rc;
}
