/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file pool.h
 * Workers and their bounded queue: jobs in, jobs out through a list and an eventfd that the
 * owning I/O thread watches. Knows no connection. */
#ifndef LISTEN_POOL_H
#define LISTEN_POOL_H

#include "listen/job.h"

#include <pthread.h>

/** Finished jobs of one I/O thread. */
struct listen_done {
    pthread_mutex_t mutex;
    struct listen_job_list jobs;
    int event_fd; /* readable when jobs may be there; also written to wake the thread */
};

MUST_USE enum err listen_done_open(struct listen_done *done);
void listen_done_close(struct listen_done *done);
void listen_done_wake(struct listen_done *done);
/** Move all finished jobs to out, which is set up here, in order. */
void listen_done_take(struct listen_done *done, struct listen_job_list *out);

struct listen_pool;
struct listen_pool_options {
    int workers, queue;
    void *(*worker_open)(void *cls);
    void (*worker_close)(void *worker);
    void *worker_cls;
    /** A worker could not be opened; called on its thread. */
    void (*failed)(void *cls, enum err code);
    void *failed_cls;
};

/** Start the workers, with all signals blocked. */
MUST_USE enum err listen_pool_open(const struct listen_pool_options *options,
                                   struct listen_pool **out);
/** false: the queue is full, the job stays the caller's. */
bool listen_pool_submit(struct listen_pool *pool, struct listen_job *job);
/** Take a job back that no worker has begun; false: one has. */
bool listen_pool_cancel(struct listen_pool *pool, struct listen_job *job);
unsigned listen_pool_waiting(struct listen_pool *pool);
/** Wait for the jobs that are being handled, free those that wait. */
void listen_pool_close(struct listen_pool **pool);

#endif
