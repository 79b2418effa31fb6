/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/worker.h"

#include "base/log.h"

#include <stdlib.h>

void *wire_worker_open(void *cls)
{
    enum err rc;
    struct wire_worker *w = calloc(1, sizeof *w);

    if (!w) return NULL;
    w->cache = cls;
    TRY(db_open(DB_ROLE_SERVE, &w->db));
    TRY(soap_message_open(&w->message));
    return w;
out:
    log_err("serve.worker", rc);
    wire_worker_close(w);
    return NULL;
}

void wire_worker_close(void *worker)
{
    struct wire_worker *w = worker;

    soap_message_close(&w->message);
    db_close(&w->db);
    free(w);
}
