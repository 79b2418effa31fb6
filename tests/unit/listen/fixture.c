/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

enum { BIG = 3 << 20 };

static void say(struct listen_answer *answer, const void *bytes, size_t len)
{
    if (buf_add(&answer->body, bytes, len) != ERR_NONE) answer->status = 500;
}

static void post_echo(void *worker, const struct listen_request *request,
                      struct listen_answer *answer, void *cls)
{
    (void)worker;
    (void)cls;
    say(answer, request->body, request->body_len);
}

static void post_any(void *worker, const struct listen_request *r, struct listen_answer *answer,
                     void *cls)
{
    (void)worker;
    (void)cls;
    answer->status = 401;
    answer->authenticate = "Basic realm=\"test\"";
    if (buf_printf(&answer->body, "%s %s?%s action=%s auth=%s peer=%s %d tls=%d cert=%d body=%s",
                   r->method, r->path, r->query, r->action, r->authorization, r->peer,
                   r->peer_loopback, r->tls, r->has_certificate, r->body) != ERR_NONE)
        answer->status = 500;
    if (r->has_certificate)
        for (size_t i = 0; i < sizeof r->certificate.bytes; i++)
            if (buf_printf(&answer->body, "%s%02x", i ? "" : "\n", r->certificate.bytes[i]))
                answer->status = 500;
}

/* The body three times over, from where it costs no memory, and a point. */
static void post_spill(void *worker, const struct listen_request *request,
                       struct listen_answer *answer, void *cls)
{
    (void)worker;
    (void)cls;
    for (int i = 0; i < 3; i++) {
        say(answer, request->body, request->body_len);
        if (listen_answer_spill(answer) != ERR_NONE) {
            listen_answer_reset(answer);
            answer->status = 503;
            return;
        }
    }
    say(answer, ".", 1);
}

static void post_block(void *worker, const struct listen_request *request,
                       struct listen_answer *answer, void *cls)
{
    struct listen_fixture *f = cls;
    int failed;

    sem_post(&f->entered);
    do
        failed = sem_wait(&f->leave);
    while (failed);
    post_echo(worker, request, answer, cls);
}

static void answer_big(void *worker, const struct listen_request *request,
                       struct listen_answer *answer, void *cls)
{
    char *bytes = calloc(1, BIG);

    (void)worker;
    (void)request;
    (void)cls;
    if (bytes) say(answer, bytes, BIG);
    free(bytes);
}

static void get_page(void *worker, const struct listen_request *request,
                     struct listen_answer *answer, void *cls)
{
    (void)worker;
    (void)request;
    (void)cls;
    answer->etag = "\"v1\"";
    answer->content_type = "text/plain";
    say(answer, "page", 4);
}

/* Handlers of GET run on the I/O thread: this one does what a reset would. */
static void get_drop(void *worker, const struct listen_request *request,
                     struct listen_answer *answer, void *cls)
{
    struct listen_fixture *f = cls;
    struct listen_conn *c = LIST_FIRST(&f->server->loops[0].conns);

    (void)worker;
    (void)request;
    while (c && c->phase != PHASE_WORK)
        c = LIST_NEXT(c, link);
    if (c)
        listen_conn_free(c);
    else
        answer->status = 500;
}

static bool is_ready(void *cls)
{
    return ((struct listen_fixture *)cls)->ready;
}

static void *open_worker(void *cls)
{
    return cls;
}

void listen_fixture_init(struct listen_fixture *f)
{
    static struct listen_route routes[] = {
        {.path = "/echo", .body_max = 65536, .post = post_echo, .soap = true},
        {.path = "/any", .body_max = 100, .post = post_any},
        {.path = "/spool",
         .action = "spill",
         .body_max = 3 << 20,
         .memory_max = 1000,
         .post = post_spill},
        {.path = "/spool", .body_max = 1 << 20, .memory_max = 1000, .post = post_echo},
        {.path = "/block", .body_max = 100, .post = post_block},
        {.path = "/big", .body_max = 100, .post = answer_big, .get = answer_big},
        {.path = "/page", .get = get_page},
        {.path = "/drop", .get = get_drop},
    };

    memset(f, 0, sizeof *f);
    for (size_t i = 0; i < ARRAY_LEN(routes); i++)
        routes[i].post_cls = routes[i].get_cls = f;
    f->ready = true;
    sem_init(&f->entered, 0, 0);
    sem_init(&f->leave, 0, 0);
    for (int i = 0; i < DEADLINE_COUNT; i++)
        f->deadlines_ms[i] = 60000;
    f->deadlines_ms[DEADLINE_LINGER] = 1000;
    f->options = (struct listen_options){
        .address = "127.0.0.1",
        .tls_port = -1,
        .loops = 1,
        .workers = 1,
        .queue = 16,
        .queue_wait_ms = 60000,
        .connections = 100,
        .peer_connections = 100,
        .body_memory = 1 << 20,
        .routes = routes,
        .n_routes = ARRAY_LEN(routes),
        .worker_open = open_worker,
        .worker_cls = f,
        .metrics_address = "127.0.0.1",
        .metrics_port = 0,
        .ready = is_ready,
    };
}

static void *run(void *cls)
{
    struct listen_fixture *f = cls;

    f->result = listen_run(f->server);
    return NULL;
}

void listen_fixture_start(struct listen_fixture *f)
{
    assert_int_equal(listen_open_with(&f->options, f->deadlines_ms, &f->server), ERR_NONE);
    assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
}

enum err listen_fixture_join(struct listen_fixture *f)
{
    assert_int_equal(pthread_join(f->thread, NULL), 0);
    listen_close(&f->server);
    assert_null(f->server);
    sem_destroy(&f->entered);
    sem_destroy(&f->leave);
    return f->result;
}

enum err listen_fixture_stop(struct listen_fixture *f)
{
    listen_stop(f->server);
    return listen_fixture_join(f);
}

int listen_client_open(int port)
{
    return listen_client_open_from(1, port);
}

int listen_client_open_from(int last, int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in own = {.sin_family = AF_INET,
                              .sin_addr = {htonl(INADDR_LOOPBACK - 1 + (uint32_t)last)}};
    struct timeval limit = {10, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof own), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

void listen_client_send(int fd, const char *text)
{
    size_t len = strlen(text);

    assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

/* The length that the head names; -1 while the head is not whole. */
static long body_length(const struct buf *in, size_t *out_head)
{
    const char *end = strstr(buf_str(in), "\r\n\r\n");
    const char *field = strstr(buf_str(in), "\r\nContent-Length: ");

    if (!end) return -1;
    *out_head = (size_t)(end - buf_str(in)) + 4;
    return field && field < end ? strtol(field + 18, NULL, 10) : 0;
}

/* Never a byte past the answer: what follows is the next one's. */
int listen_client_read(int fd, struct buf *out)
{
    size_t head = 0, want = 1;
    char bytes[65536];

    buf_reset(out);
    while (out->len < want) {
        ssize_t n =
            recv(fd, bytes, want - out->len < sizeof bytes ? want - out->len : sizeof bytes, 0);
        long length;

        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) fail_msg("no answer in 10 s");
        if (n <= 0) return 0;
        assert_int_equal(buf_add(out, bytes, (size_t)n), ERR_NONE);
        length = body_length(out, &head);
        want = length < 0 ? out->len + 1 : head + (size_t)length;
    }
    assert_memory_equal(out->bytes, "HTTP/1.1 ", 9);
    return (int)strtol(out->bytes + 9, NULL, 10);
}

int listen_client_ask(int fd, const char *text, struct buf *out)
{
    listen_client_send(fd, text);
    return listen_client_read(fd, out);
}

void listen_client_end(int fd)
{
    char byte;
    ssize_t n = recv(fd, &byte, 1, 0);

    if (n > 0 || (n < 0 && errno != ECONNRESET)) fail_msg("the connection is still open");
    close(fd);
}
