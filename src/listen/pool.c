/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/pool.h"

#include "base/log.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct listen_pool {
    struct listen_pool_options options;
    pthread_mutex_t mutex;
    pthread_cond_t work;
    struct listen_job_list jobs;
    unsigned waiting, idle; /* jobs in the list; workers that wait for one */
    bool stop;
    int n_threads;
    pthread_t *threads;
};

enum err listen_done_open(struct listen_done *done)
{
    TAILQ_INIT(&done->jobs);
    pthread_mutex_init(&done->mutex, NULL);
    done->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return done->event_fd >= 0 ? ERR_NONE : err_set(ERR_LISTEN, "eventfd");
}

void listen_done_close(struct listen_done *done)
{
    struct listen_job_list jobs;
    struct listen_job *job;

    if (done->event_fd < 0) return;
    listen_done_take(done, &jobs);
    while ((job = TAILQ_FIRST(&jobs))) {
        TAILQ_REMOVE(&jobs, job, link);
        listen_job_free(job);
    }
    close(done->event_fd);
    done->event_fd = -1;
    pthread_mutex_destroy(&done->mutex);
}

void listen_done_wake(struct listen_done *done)
{
    static const uint64_t one = 1;

    if (write(done->event_fd, &one, sizeof one) < 0) return; /* full: it is awake anyway */
}

void listen_done_take(struct listen_done *done, struct listen_job_list *out)
{
    uint64_t count;

    TAILQ_INIT(out);
    if (read(done->event_fd, &count, sizeof count) < 0)
        count = 0; /* nobody wrote: look all the same */
    pthread_mutex_lock(&done->mutex);
    TAILQ_CONCAT(out, &done->jobs, link);
    pthread_mutex_unlock(&done->mutex);
}

/* The eventfd is written only when the list was empty: else a wake is under way already. */
static void done_put(struct listen_done *done, struct listen_job *job)
{
    bool first;

    pthread_mutex_lock(&done->mutex);
    first = TAILQ_EMPTY(&done->jobs);
    TAILQ_INSERT_TAIL(&done->jobs, job, link);
    pthread_mutex_unlock(&done->mutex);
    if (first) listen_done_wake(done);
}

static void unlink_job(struct listen_pool *pool, struct listen_job *job)
{
    TAILQ_REMOVE(&pool->jobs, job, link);
    job->queued = false;
    pool->waiting--;
}

/* The next job, waited for; NULL: the pool closes. */
static struct listen_job *next_job(struct listen_pool *pool)
{
    struct listen_job *job = NULL;

    pthread_mutex_lock(&pool->mutex);
    pool->idle++;
    while (TAILQ_EMPTY(&pool->jobs) && !pool->stop)
        pthread_cond_wait(&pool->work, &pool->mutex);
    pool->idle--;
    if (!pool->stop) {
        job = TAILQ_FIRST(&pool->jobs);
        unlink_job(pool, job);
    }
    pthread_mutex_unlock(&pool->mutex);
    return job;
}

static void *work(void *cls)
{
    struct listen_pool *pool = cls;
    const struct listen_pool_options *o = &pool->options;
    void *worker = NULL;
    struct listen_job *job;

    if (o->worker_open && !(worker = o->worker_open(o->worker_cls))) {
        enum err code = err_detail()->code;

        if (code == ERR_NONE) code = err_set(ERR_LISTEN, "worker");
        log_err("listen.worker", code);
        o->failed(o->failed_cls, code);
        return NULL;
    }
    while ((job = next_job(pool))) {
        job->route->post(worker, &job->request, &job->answer, job->route->post_cls);
        done_put(job->back, job);
    }
    if (o->worker_close) o->worker_close(worker);
    return NULL;
}

static enum err start_threads(struct listen_pool *pool)
{
    sigset_t all, before;
    int failed = 0;

    pool->threads = calloc((size_t)pool->options.workers, sizeof *pool->threads);
    if (!pool->threads) return err_set(ERR_MEMORY, "workers");
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (pool->n_threads < pool->options.workers && !failed) {
        failed = pthread_create(&pool->threads[pool->n_threads], NULL, work, pool);
        if (!failed) pool->n_threads++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed ? err_setf(ERR_LISTEN, "only %d of %d worker threads start", pool->n_threads,
                             pool->options.workers)
                  : ERR_NONE;
}

enum err listen_pool_open(const struct listen_pool_options *options, struct listen_pool **out)
{
    struct listen_pool *pool = calloc(1, sizeof *pool);
    enum err rc;

    if (!pool) return err_set(ERR_MEMORY, "pool");
    pool->options = *options;
    TAILQ_INIT(&pool->jobs);
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->work, NULL);
    TRY(start_threads(pool));
    *out = pool;
    pool = NULL;
out:
    listen_pool_close(&pool);
    return rc;
}

/* A worker that waits is room beside the queue. */
bool listen_pool_submit(struct listen_pool *pool, struct listen_job *job)
{
    bool room;

    pthread_mutex_lock(&pool->mutex);
    room = pool->waiting < (unsigned)pool->options.queue + pool->idle;
    if (room) {
        TAILQ_INSERT_TAIL(&pool->jobs, job, link);
        job->queued = true;
        pool->waiting++;
    }
    pthread_mutex_unlock(&pool->mutex);
    if (room) pthread_cond_signal(&pool->work);
    return room;
}

bool listen_pool_cancel(struct listen_pool *pool, struct listen_job *job)
{
    bool queued;

    pthread_mutex_lock(&pool->mutex);
    queued = job->queued;
    if (queued) unlink_job(pool, job);
    pthread_mutex_unlock(&pool->mutex);
    return queued;
}

unsigned listen_pool_waiting(struct listen_pool *pool)
{
    unsigned n;

    pthread_mutex_lock(&pool->mutex);
    n = pool->waiting;
    pthread_mutex_unlock(&pool->mutex);
    return n;
}

void listen_pool_close(struct listen_pool **pool)
{
    struct listen_pool *p = *pool;
    struct listen_job *job;

    if (!p) return;
    pthread_mutex_lock(&p->mutex);
    p->stop = true;
    pthread_mutex_unlock(&p->mutex);
    pthread_cond_broadcast(&p->work);
    for (int i = 0; i < p->n_threads; i++)
        pthread_join(p->threads[i], NULL);
    while ((job = TAILQ_FIRST(&p->jobs))) {
        unlink_job(p, job);
        listen_job_free(job);
    }
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->mutex);
    free(p->threads);
    free(p);
    *pool = NULL;
}
