/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file job.h
 * One request on its way from the I/O thread to a worker and back: the only thing that both see,
 * one after the other. Holds its own copy of all text, because a connection may go first. */
#ifndef LISTEN_JOB_H
#define LISTEN_JOB_H

#include "listen/gate.h"
#include "listen/http_head.h"
#include "listen/server.h"

#include <sys/queue.h>

struct listen_conn;
struct listen_done;

struct listen_job {
    TAILQ_ENTRY(listen_job) link;
    bool queued;               /* the pool's, under its mutex */
    struct listen_done *back;  /* where the answer goes */
    struct listen_conn *owner; /* the I/O thread's; NULL: the client is gone, drop the answer */
    const struct listen_route *route;
    struct listen_request request;
    struct listen_answer answer;
    struct buf body;             /* as long as it is small */
    struct listen_file file;     /* all of it, once it is not */
    struct listen_share *memory; /* of all bodies; charged: our part of it */
    size_t charged;
    uint32_t slot; /* of whose share it is */
    char text[];   /* what request points to */
};
TAILQ_HEAD(listen_job_list, listen_job);

/** Answers larger than this are a handler's mistake, unless it says otherwise. */
#define LISTEN_ANSWER_MAX ((size_t)4 << 20)

/** An empty answer: 200, text/xml. */
void listen_answer_init(struct listen_answer *out);
/** @param slot    of the peer that counts, or LISTEN_SLOT_NONE
 * @param memory  in use by all bodies
 * @param spool   for what is too big for memory
 * @return owned, NULL when memory is out */
struct listen_job *listen_job_new(const struct listen_route *route, const struct listen_head *head,
                                  const struct listen_peer *peer, uint32_t slot,
                                  struct listen_share *memory, struct listen_spool *spool);
void listen_job_free(struct listen_job *job);
/** SOAPAction's value without its quotes. */
struct listen_span listen_job_action(const struct listen_head *head);
/** Bytes of the body so far. */
size_t listen_job_len(const struct listen_job *job);
/** The body is whole: show it to the handler. false: there is no room for it. */
bool listen_job_ready(struct listen_job *job);
/** Append to the body. false: the memory or the disk is used up, or the peer's share of it. */
bool listen_job_add(struct listen_job *job, const char *bytes, size_t len, size_t memory_max);

#endif
