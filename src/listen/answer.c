/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file answer.c
 * Status line, fields and body out: at once by sendmsg where the socket takes them, else by
 * libevent's output buffer. No Server field: nobody needs to know what we are [X71]. */
#include "listen/internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { REFUSAL_LINES = 10 };

static const struct status {
    int code;
    const char *label, *reason;
} statuses[] = {
    {500, "500", "Internal Server Error"}, /* first: what is not in the table */
    {200, "200", "OK"},
    {202, "202", "Accepted"},
    {303, "303", "See Other"},
    {304, "304", "Not Modified"},
    {400, "400", "Bad Request"},
    {401, "401", "Unauthorized"},
    {403, "403", "Forbidden"},
    {404, "404", "Not Found"},
    {405, "405", "Method Not Allowed"},
    {408, "408", "Request Timeout"},
    {409, "409", "Conflict"},
    {411, "411", "Length Required"},
    {413, "413", "Content Too Large"},
    {414, "414", "URI Too Long"},
    {415, "415", "Unsupported Media Type"},
    {417, "417", "Expectation Failed"},
    {429, "429", "Too Many Requests"},
    {431, "431", "Request Header Fields Too Large"},
    {501, "501", "Not Implemented"},
    {503, "503", "Service Unavailable"},
    {505, "505", "HTTP Version Not Supported"},
};

/* The head of an answer while it is put together. */
struct head {
    size_t len;
    char text[1024];
};

static const struct status *status_get(int code)
{
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
        if (statuses[i].code == code) return &statuses[i];
    return &statuses[0];
}

static void put(struct head *h, const char *text)
{
    size_t n = strlen(text);

    ALWAYS(n <= sizeof h->text - h->len); /* all of it is literals of ours */
    memcpy(h->text + h->len, text, n);
    h->len += n;
}

static void put_field(struct head *h, const char *name, const char *value)
{
    if (!value) return;
    put(h, name);
    put(h, value);
    put(h, "\r\n");
}

/* Names of our own: strftime's follow the locale. Made once a second. */
static const char *http_date(struct listen_loop *loop)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int64_t now = clock_wall_us() / 1000000;
    time_t second = (time_t)now;
    struct tm tm;

    if (now != loop->date_second && gmtime_r(&second, &tm)) {
        loop->date_second = now;
        (void)snprintf(loop->date, sizeof loop->date, "%s, %02d %s %d %02d:%02d:%02d GMT",
                       days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
                       tm.tm_hour, tm.tm_min, tm.tm_sec);
    }
    return loop->date;
}

static void put_head(struct head *h, const struct listen_conn *c, const struct status *status,
                     const struct listen_answer *answer, const char *allow)
{
    char length[24];

    put(h, "HTTP/1.1 ");
    put(h, status->label);
    put(h, " ");
    put_field(h, status->reason, "");
    put_field(h, "Date: ", http_date(c->loop));
    if (status->code != 304) {
        size_t len = answer->file.len + answer->body.len;

        (void)snprintf(length, sizeof length, "%zu", len);
        if (len > 0) put_field(h, "Content-Type: ", answer->content_type);
        put_field(h, "Content-Length: ", length);
    }
    put_field(h, "ETag: ", answer->etag);
    put_field(h, "WWW-Authenticate: ", answer->authenticate);
    put_field(h, "Allow: ", allow);
    if (status->code == 503) put_field(h, "Retry-After: ", "1");
    if (!c->keep_alive)
        put_field(h, "Connection: ", "close");
    else if (c->http10)
        put_field(h, "Connection: ", "keep-alive");
    put(h, "\r\n");
}

/* Plain connections with nothing before us in the buffer: libevent would only write after the
 * next turn of its loop. An error shows again when the buffer is written. */
static size_t send_now(const struct listen_conn *c, struct iovec parts[2])
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t n;

    if (c->door->tls || c->sending.len > 0 ||
        evbuffer_get_length(bufferevent_get_output(c->bev)) > 0)
        return 0;
    n = sendmsg(bufferevent_getfd(c->bev), &message, MSG_NOSIGNAL);
    return n > 0 ? (size_t)n : 0;
}

/* A part of an answer that lies in a file: the kernel sends it from there, or TLS reads it by and
 * by; it is nobody's heap. */
static bool file_later(struct evbuffer *out, const struct listen_file *file)
{
    struct evbuffer_file_segment *part;
    bool added;

    if (file->len == 0) return true;
    part = evbuffer_file_segment_new(file->fd, 0, (ev_off_t)file->len, 0);
    if (!part) return false;
    added = evbuffer_add_file_segment(out, part, 0, (ev_off_t)file->len) == 0;
    evbuffer_file_segment_free(part);
    return added;
}

/* What was not sent: in one piece, so that it is one TLS record where it fits. */
static bool send_later(struct listen_conn *c, const struct iovec parts[2], size_t sent)
{
    struct evbuffer *out = bufferevent_get_output(c->bev);
    size_t total = parts[0].iov_len + parts[1].iov_len;

    if (evbuffer_expand(out, total - sent) != 0) return false;
    for (int i = 0; i < 2; i++) {
        size_t skip = sent < parts[i].iov_len ? sent : parts[i].iov_len;

        sent -= skip;
        if (evbuffer_add(out, (char *)parts[i].iov_base + skip, parts[i].iov_len - skip) != 0)
            return false;
        if (i == 0 && !file_later(out, &c->sending)) return false;
    }
    return true;
}

void listen_conn_answer(struct listen_conn *c, struct listen_answer *answer, const char *allow)
{
    const struct status *status = status_get(answer->status);
    struct head head;
    struct iovec parts[2];
    size_t sent;

    c->keep_alive = listen_conn_goes_on(c);
    head.len = 0;
    put_head(&head, c, status, answer, allow);
    parts[0] = (struct iovec){head.text, head.len};
    parts[1] = (struct iovec){answer->body.bytes,
                              status->code == 304 || c->head_only ? 0 : answer->body.len};

    c->phase = PHASE_SEND;
    c->since_us = clock_monotonic_us();
    c->sending = answer->file; /* from here on ours: a job ends before its answer is sent */
    answer->file = (struct listen_file)LISTEN_FILE_NONE;
    c->answer_len = parts[0].iov_len + c->sending.len + parts[1].iov_len;
    sent = send_now(c, parts);
    if (sent == c->answer_len) return;
    /* No memory: the client sees an answer shorter than its length, then the end. */
    if (!send_later(c, parts, sent)) c->keep_alive = false;
    listen_conn_deadline(c, DEADLINE_SEND);
}

void listen_refusal_note(struct listen_loop *loop, int status, const struct listen_peer *peer)
{
    metric_add(METRIC_REFUSED, status_get(status)->label, 1);
    if (log_quiet_pass(&loop->refuse_log, REFUSAL_LINES))
        log_event(LOG_INFO, "http.refused", LOG_INT("status", status),
                  LOG_TEXT("peer", peer->text));
}

void listen_conn_refuse(struct listen_conn *c, int status, const char *allow)
{
    struct listen_answer answer;

    listen_job_free(c->job);
    c->job = NULL;
    listen_refusal_note(c->loop, status, &c->peer);
    listen_answer_init(&answer);
    answer.status = status;
    c->keep_alive = false;
    listen_conn_answer(c, &answer, allow);
}
