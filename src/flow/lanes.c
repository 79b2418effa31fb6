/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring of batches: filled by the caller, rendered by threads, taken by the caller in order. */
#include "flow/render.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 16, LANES_MAX = 2 * THREADS_MAX };

struct lane {
    struct flow_batch batch;
    enum { EMPTY, FULL, BUSY, DONE } state;
};

struct flow_lanes {
    const struct flow_render *render;
    size_t room; /* records of a batch */
    struct lane lanes[LANES_MAX];
    size_t n, filled, begun, taken; /* counted from the start: lane i is i % n */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stop;
    pthread_t threads[THREADS_MAX];
    int n_threads; /* 0: the caller renders */
};

static void lane_render(const struct flow_lanes *l, struct lane *lane)
{
    struct flow_batch *b = &lane->batch;

    b->rc = flow_render_batch(l->render, b);
    if (b->rc != ERR_NONE) (void)snprintf(b->problem, sizeof b->problem, "%s", err_detail()->field);
}

static void *renderer(void *cls)
{
    struct flow_lanes *l = cls;

    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        struct lane *lane = &l->lanes[l->begun % l->n];

        if (l->begun == l->filled) {
            pthread_cond_wait(&l->changed, &l->lock);
            continue;
        }
        l->begun++;
        lane->state = BUSY;
        pthread_mutex_unlock(&l->lock);
        err_clear();
        lane_render(l, lane);
        pthread_mutex_lock(&l->lock);
        lane->state = DONE;
        pthread_cond_broadcast(&l->changed);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

enum err flow_lanes_open(const struct flow_render *r, size_t batch, int threads,
                         struct flow_lanes **out)
{
    enum err rc = ERR_NONE;
    struct flow_lanes *l = calloc(1, sizeof *l);

    *out = l;
    if (l == NULL) return err_set(ERR_MEMORY, "flow");
    if (threads > THREADS_MAX) threads = THREADS_MAX;
    l->render = r;
    l->room = batch;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    for (l->n = 0; l->n < (threads > 1 ? 2 * (size_t)threads : 1); l->n++)
        TRY(flow_batch_init(&l->lanes[l->n].batch, r, batch));
    for (; threads > 1 && l->n_threads < threads; l->n_threads++)
        if (pthread_create(&l->threads[l->n_threads], NULL, renderer, l) != 0) break;
out:
    if (rc != ERR_NONE) flow_lanes_close(out);
    return rc;
}

struct flow_batch *flow_lanes_free(struct flow_lanes *l)
{
    struct flow_batch *b = &l->lanes[l->filled % l->n].batch;

    if (l->filled - l->taken == l->n) return NULL;
    memset(b->records, 0, l->room * sizeof *b->records);
    return b;
}

void flow_lanes_submit(struct flow_lanes *l)
{
    struct lane *lane = &l->lanes[l->filled % l->n];

    if (l->n_threads == 0) {
        lane_render(l, lane);
        lane->state = DONE;
        l->filled++;
        return;
    }
    pthread_mutex_lock(&l->lock);
    lane->state = FULL;
    l->filled++;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

enum err flow_lanes_take(struct flow_lanes *l, struct flow_batch **out)
{
    struct lane *lane = &l->lanes[l->taken % l->n];

    *out = NULL;
    if (l->taken == l->filled) return ERR_NONE;
    pthread_mutex_lock(&l->lock);
    while (lane->state != DONE)
        pthread_cond_wait(&l->changed, &l->lock);
    lane->state = EMPTY;
    pthread_mutex_unlock(&l->lock);
    l->taken++;
    *out = &lane->batch;
    return lane->batch.rc == ERR_NONE ? ERR_NONE : err_set(lane->batch.rc, lane->batch.problem);
}

void flow_lanes_close(struct flow_lanes **lanes)
{
    struct flow_lanes *l = *lanes;

    if (l == NULL) return;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    while (l->n_threads > 0)
        pthread_join(l->threads[--l->n_threads], NULL);
    for (size_t i = 0; i < LANES_MAX; i++)
        flow_batch_fini(&l->lanes[i].batch);
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    free(l);
    *lanes = NULL;
}
