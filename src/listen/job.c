/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/job.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

void listen_answer_init(struct listen_answer *out)
{
    *out = (struct listen_answer){.status = 200,
                                  .content_type = "text/xml; charset=utf-8",
                                  .body = BUF_INIT(LISTEN_ANSWER_MAX)};
}

static struct listen_span unquote(struct listen_span s)
{
    if (s.len >= 2 && s.text[0] == '"' && s.text[s.len - 1] == '"')
        return (struct listen_span){s.text + 1, s.len - 2};
    return s;
}

/* Copy span to *at with a terminator, and move *at past it. */
static const char *keep(char **at, struct listen_span span)
{
    char *text = *at;

    if (span.len > 0) memcpy(text, span.text, span.len);
    text[span.len] = '\0';
    *at += span.len + 1;
    return text;
}

struct listen_job *listen_job_new(const struct listen_route *route, const struct listen_head *head,
                                  const struct listen_peer *peer, _Atomic size_t *budget)
{
    struct listen_span peer_text = {peer->text, strlen(peer->text)};
    struct listen_span action = unquote(head->action);
    size_t text_len = head->query.len + action.len + head->authorization.len + peer_text.len + 4;
    struct listen_job *job = calloc(1, sizeof *job + text_len);
    char *at;

    if (!job) return NULL;
    at = job->text;
    job->route = route;
    job->budget = budget;
    job->body = (struct buf)BUF_INIT(route->body_max);
    job->request.method = head->method == LISTEN_POST ? "POST" : "GET";
    job->request.path = route->path;
    job->request.query = keep(&at, head->query);
    job->request.action = keep(&at, action);
    job->request.authorization = keep(&at, head->authorization);
    job->request.peer = keep(&at, peer_text);
    job->request.peer_loopback = peer->loopback;
    listen_answer_init(&job->answer);
    return job;
}

void listen_job_free(struct listen_job *job)
{
    if (!job) return;
    atomic_fetch_sub_explicit(job->budget, job->charged, memory_order_relaxed);
    buf_free(&job->body);
    buf_free(&job->answer.body);
    free(job);
}

bool listen_job_add(struct listen_job *job, const char *bytes, size_t len, size_t budget_max)
{
    size_t grown;

    if (buf_add(&job->body, bytes, len) != ERR_NONE) {
        err_clear(); /* answered by a status; the detail would stand for a later error */
        return false;
    }
    grown = job->body.cap - job->charged;
    job->charged = job->body.cap;
    return grown == 0 ||
           atomic_fetch_add_explicit(job->budget, grown, memory_order_relaxed) + grown <=
               budget_max;
}
