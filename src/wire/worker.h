/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file worker.h
 * What a worker thread of `payer serve` owns: its database connection and its message. wire/ holds
 * one .c per contract that we serve: read, call the use case, answer. It must not know SQL, nor
 * decide anything of the business. */
#ifndef WIRE_WORKER_H
#define WIRE_WORKER_H

#include "base/log.h"
#include "listen/server.h"
#include "net/http.h"
#include "service/env.h"
#include "service/registry_cache.h"
#include "service/station.h"
#include "soap/message.h"

/** What all workers share. */
struct wire_shared {
    struct service_registry *registry;
    struct service_stations *stations;
};

struct wire_worker {
    struct db *db;
    struct soap_message *message;
    struct net_http *http;             /* with its connections to stations */
    struct service_registry *cache;    /* shared by all workers */
    struct service_stations *stations; /* likewise */
    const struct registry *registry;   /* the snapshot of the request in hand */
    struct log_quiet refused_log;      /* of callers that nobody knows */
};

/** Lines a second of callers that nobody knows, of each worker. */
enum { WIRE_REFUSED_LINES = 2 };

/** For listen_options.worker_open: cls is a struct wire_shared. NULL on failure. */
void *wire_worker_open(void *cls);
void wire_worker_close(void *worker);

#endif
