/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/worker.h"

#include "base/log.h"

#include <stdlib.h>

void *wire_worker_open(void *cls)
{
    enum err rc;
    const struct wire_shared *shared = cls;
    struct wire_worker *w = calloc(1, sizeof *w);

    if (!w) return NULL;
    w->cache = shared->registry;
    w->stations = shared->stations;
    TRY(db_open(DB_ROLE_SERVE, &w->db));
    TRY(soap_message_open(&w->message));
    TRY(net_http_open(&w->http));
    return w;
out:
    log_err("serve.worker", rc);
    wire_worker_close(w);
    return NULL;
}

void wire_worker_close(void *worker)
{
    struct wire_worker *w = worker;

    net_http_close(&w->http);
    soap_message_close(&w->message);
    db_close(&w->db);
    free(w);
}
