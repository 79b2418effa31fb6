/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/job.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL_MAX = 64 * 1024 };

void listen_answer_init(struct listen_answer *out)
{
    *out = (struct listen_answer){.status = 200,
                                  .content_type = "text/xml; charset=utf-8",
                                  .body = BUF_INIT(LISTEN_ANSWER_MAX),
                                  .file = LISTEN_FILE_NONE};
}

enum err listen_answer_spill(struct listen_answer *answer)
{
    if (!listen_file_add(&answer->file, answer->body.bytes, answer->body.len))
        return err_set(ERR_SPOOL, "answer");
    buf_reset(&answer->body);
    return ERR_NONE;
}

void listen_answer_reset(struct listen_answer *answer)
{
    buf_reset(&answer->body);
    listen_file_close(&answer->file);
}

static struct listen_span unquote(struct listen_span s)
{
    if (s.len >= 2 && s.text[0] == '"' && s.text[s.len - 1] == '"')
        return (struct listen_span){s.text + 1, s.len - 2};
    return s;
}

struct listen_span listen_job_action(const struct listen_head *head)
{
    return unquote(head->action);
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
                                  const struct listen_peer *peer, uint32_t slot,
                                  struct listen_share *memory, struct listen_spool *spool)
{
    struct listen_span peer_text = {peer->text, strlen(peer->text)};
    struct listen_span action = listen_job_action(head);
    size_t text_len = head->query.len + action.len + head->authorization.len + peer_text.len + 4;
    struct listen_job *job = calloc(1, sizeof *job + text_len);
    char *at;

    if (!job) return NULL;
    at = job->text;
    job->route = route;
    job->memory = memory;
    job->slot = slot;
    job->body = (struct buf)BUF_INIT(route->memory_max ? route->memory_max : route->body_max);
    job->file = (struct listen_file)LISTEN_FILE_INIT(spool, slot);
    job->request.method = head->method == LISTEN_POST ? "POST" : "GET";
    job->request.path = route->path;
    job->request.query = keep(&at, head->query);
    job->request.action = keep(&at, action);
    job->request.authorization = keep(&at, head->authorization);
    job->request.peer = keep(&at, peer_text);
    job->request.peer_loopback = peer->loopback;
    listen_answer_init(&job->answer);
    job->answer.file = (struct listen_file)LISTEN_FILE_INIT(spool, slot);
    return job;
}

static void body_forget(struct listen_job *job)
{
    listen_share_give(job->memory, job->slot, job->charged);
    job->charged = 0;
    buf_free(&job->body);
}

void listen_job_free(struct listen_job *job)
{
    if (!job) return;
    body_forget(job);
    listen_file_close(&job->file);
    buf_free(&job->answer.body);
    listen_file_close(&job->answer.file);
    free(job);
}

size_t listen_job_len(const struct listen_job *job)
{
    return job->file.len + job->body.len;
}

bool listen_job_ready(struct listen_job *job)
{
    job->request.body_len = listen_job_len(job);
    job->request.body = job->file.len ? listen_file_map(&job->file) : buf_str(&job->body);
    return job->request.body != NULL;
}

/* What was read so far moves to the file with the byte that is one too many for memory. */
static bool spool_add(struct listen_job *job, const char *bytes, size_t len)
{
    if (job->body.len > 0 && !listen_file_add(&job->file, job->body.bytes, job->body.len))
        return false;
    body_forget(job);
    return listen_file_add(&job->file, bytes, len);
}

/* Big bodies leave a quarter to small ones, of everybody's and of a peer's: whoever holds them
 * back, unfinished, keeps no payment out [I12]. */
static size_t memory_for(const struct listen_job *job, size_t memory_max)
{
    return job->body.len > SMALL_MAX ? memory_max - memory_max / 4 : memory_max;
}

bool listen_job_add(struct listen_job *job, const char *bytes, size_t len, size_t memory_max)
{
    size_t grown, spool_from = job->route->memory_max;

    if (spool_from && listen_job_len(job) + len > spool_from) return spool_add(job, bytes, len);
    if (buf_add(&job->body, bytes, len) != ERR_NONE) {
        err_clear(); /* answered by a status; the detail would stand for a later error */
        return false;
    }
    grown = job->body.cap - job->charged;
    job->charged = job->body.cap;
    return grown == 0 ||
           listen_share_take(job->memory, job->slot, grown, memory_for(job, memory_max));
}
