/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file env.h
 * What a use case works with, built by wire, work and cli for one request or job. service/ holds
 * one .c per use case: the rules of the business. It must not know SQL text, XML or HTTP. */
#ifndef SERVICE_ENV_H
#define SERVICE_ENV_H

#include "base/buf.h"
#include "db/db.h"
#include "domain/registry.h"
#include "domain/scope.h"

#include <stdatomic.h>

struct net_http;
struct psp_answer;
struct node_call;
struct node_answer;
struct service_stations;
struct soap_message;

/** A message that came, or went, and is answered; borrowed. */
struct exchange {
    int64_t line_id;    /* of its line in the journal, made before any transaction [R1] */
    int64_t started_us; /* clock_monotonic_us() */
    const void *request;
    size_t request_len;
};

struct env {
    struct db *db;
    const struct registry *registry;   /* the snapshot of this request */
    struct soap_message *soap;         /* writes the messages that we send */
    struct net_http *http;             /* carries them, where a use case calls */
    struct service_stations *stations; /* of the process; where a use case asks them */
    /* Writes a channel's answer: the bytes are stored with the fact that they tell [I6]. */
    enum err (*psp_write)(void *cls, const struct psp_answer *answer, struct buf *out);
    void *psp_write_cls;
    /* Writes what the node is told. */
    enum err (*node_write)(void *cls, const struct node_call *call,
                           const struct node_answer *answer, struct buf *out);
    void *node_write_cls;
    const atomic_bool *stop; /* set by another thread or a signal: see env_go_on(); NULL: nobody */
};

/** Between two steps of a long job, each of which leaves what the next run goes on from.
 * @return ERR_NONE | ERR_STOPPED: it is time to end [F62] */
MUST_USE static inline enum err env_go_on(const struct env *env)
{
    return env->stop && atomic_load(env->stop) ? err_set(ERR_STOPPED, "") : ERR_NONE;
}

#endif
