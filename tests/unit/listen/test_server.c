/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listener from outside: bytes in, bytes out, on real sockets. */
#include "listen/fixture.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define ECHO(body, length) LISTEN_POST_XML("/echo", body, length)

static struct listen_fixture f;
static struct buf in = BUF_INIT(8 << 20);

static int setup(void **state)
{
    (void)state;
    listen_fixture_init(&f);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_free(&in);
    return 0;
}

static int connect_to(void)
{
    return listen_client_open(listen_port(f.server));
}

static void assert_says(const char *text)
{
    if (!strstr(buf_str(&in), text)) fail_msg("no \"%s\" in \"%s\"", text, buf_str(&in));
}

static void assert_body(const char *want)
{
    const char *end = strstr(buf_str(&in), "\r\n\r\n");

    assert_non_null(end);
    assert_string_equal(end + 4, want);
}

/* An honest request on a new connection is answered. */
static void assert_serves(void)
{
    int fd = connect_to();

    assert_int_equal(listen_client_ask(fd, ECHO("<a/>", "4"), &in), 200);
    assert_body("<a/>");
    close(fd);
}

static void stop(void)
{
    assert_int_equal(listen_fixture_stop(&f), ERR_NONE);
}

/* Until the server has seen that clients went. */
static void wait_for_connections(unsigned n)
{
    while (atomic_load(&f.server->service_gate.open) != n)
        poll(NULL, 0, 5);
}

static void test_keep_alive(void **state)
{
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(listen_client_ask(fd, ECHO("<a/>", "4"), &in), 200);
        assert_body("<a/>");
        assert_says("Content-Type: text/xml; charset=utf-8\r\n");
        assert_says(" GMT\r\n");
        assert_null(strstr(buf_str(&in), "Server:")); /* [X71] */
        assert_null(strstr(buf_str(&in), "Connection:"));
    }
    close(fd);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd,
                                       "POST /echo HTTP/1.0\r\nConnection: keep-alive\r\n"
                                       "Content-Type: text/xml\r\nContent-Length: 1\r\n\r\na",
                                       &in),
                     200);
    assert_says("Connection: keep-alive\r\n");
    assert_int_equal(listen_client_ask(fd, "GET /page HTTP/1.0\r\n\r\n", &in), 200);
    assert_says("Connection: close\r\n");
    listen_client_end(fd);
    stop();
}

static void test_handler_sees(void **state)
{
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    assert_int_equal(
        listen_client_ask(fd,
                          "POST /any?a=b HTTP/1.1\r\nHost: h\r\nSOAPAction: \"act\"\r\n"
                          "Authorization: Basic eDp5\r\nContent-Length: 2\r\n\r\nhi",
                          &in),
        401);
    assert_body("POST /any?a=b action=act auth=Basic eDp5 peer=127.0.0.1 1 tls=0 cert=0 body=hi");
    assert_says("WWW-Authenticate: Basic realm=\"test\"\r\n");
    assert_int_equal(
        listen_client_ask(fd, "POST /any HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", &in),
        401);
    assert_body("POST /any? action= auth= peer=127.0.0.1 1 tls=0 cert=0 body=");
    close(fd);
    stop();
}

static void test_pipelining(void **state)
{
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    listen_client_send(fd, ECHO("<a/>", "4") GET("/page") GET("/page") ECHO("<bb/>", "5")
                               GET("/nowhere"));
    assert_int_equal(listen_client_read(fd, &in), 200);
    assert_body("<a/>");
    assert_int_equal(listen_client_read(fd, &in), 200);
    assert_int_equal(listen_client_read(fd, &in), 200);
    assert_body("page");
    assert_int_equal(listen_client_read(fd, &in), 200);
    assert_body("<bb/>");
    assert_int_equal(listen_client_read(fd, &in), 404);
    listen_client_end(fd);
    stop();
}

static void test_byte_by_byte(void **state)
{
    static const char text[] =
        "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3\r\n<a>\r\n4\r\n</a>\r\n0\r\n\r\n" ECHO("<a/>", "4");
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    for (const char *p = text; *p; p++)
        assert_int_equal(send(fd, p, 1, MSG_NOSIGNAL), 1);
    assert_int_equal(listen_client_read(fd, &in), 200);
    assert_body("<a></a>");
    assert_int_equal(listen_client_read(fd, &in), 200);
    assert_body("<a/>");
    close(fd);
    stop();
}

static void test_expect_continue(void **state)
{
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    assert_int_equal(
        listen_client_ask(fd,
                          "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\n"
                          "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
                          &in),
        100);
    assert_int_equal(listen_client_ask(fd, "4\r\n<a/>\r\n0\r\n\r\n", &in), 200);
    assert_body("<a/>");
    /* What will be refused is refused instead of asked for. */
    assert_int_equal(listen_client_ask(fd,
                                       "POST /any HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                                       "Content-Length: 101\r\n\r\n",
                                       &in),
                     413);
    listen_client_end(fd);
    stop();
}

#define SOAP_HEAD "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\n"

static const struct {
    const char *text;
    int want;
    const char *says;
} refusals[] = {
    {GET("/nowhere"), 404, "Content-Length: 0\r\n"},
    {GET("/echo/"), 404, ""},
    {GET("/metrics"), 404, ""}, /* at its own door only */
    {"PUT /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", 404, ""},
    {GET("/echo"), 405, "Allow: POST\r\n"}, /* [X8] */
    {"HEAD /page HTTP/1.1\r\nHost: h\r\n\r\n", 405, "Allow: GET\r\n"},
    {"PUT /big HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 405, "Allow: GET, POST\r\n"},
    {"POST /page HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 405, "Allow: GET\r\n"},
    {"GET /page HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na", 400, ""},
    {SOAP_HEAD "Content-Length: 5\r\nContent-Length: 5\r\n\r\n<aa/>", 400, ""}, /* [X1] */
    {SOAP_HEAD "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n<a/>" GET("/page"), 400,
     ""}, /* [X2] */
    {SOAP_HEAD "Transfer-Encoding: gzip\r\n\r\n", 501, ""},
    {SOAP_HEAD "Content-Length: 0\r\n\r\n", 400, ""},
    {SOAP_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, ""},
    {SOAP_HEAD "\r\n", 411, ""},                                                /* [X4] */
    {SOAP_HEAD "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413, ""},      /* [X5] */
    {SOAP_HEAD "Transfer-Encoding: chunked\r\n\r\n4;a=b\r\n<a/>\r\n", 400, ""}, /* [X5] */
    {SOAP_HEAD "Content-Length: 65537\r\n\r\n", 413, ""},
    {SOAP_HEAD "Content-Length: 4\r\nContent-Encoding: gzip\r\n\r\n<a/>", 415, ""}, /* [X10] */
    {SOAP_HEAD "Content-Length: 4\r\nExpect: more\r\n\r\n<a/>", 417, ""},
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\n<a/>",
     415, ""}, /* [X7] */
    {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n<a/>", 415, ""},
    {"GET /page HTTP/1.1\n", 400, ""}, /* [X9] */
    {"\x16\x03\x01", 400, ""},
    {"GET /page HTTP/1.1\r\n\r\n", 400, ""},
    {"GET /page HTTP/3.0\r\nHost: h\r\n\r\n", 505, ""},
};

/* Each is refused and closed, and the next honest request works. */
static void test_refusals(void **state)
{
    (void)state;
    listen_fixture_start(&f);
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        int fd = connect_to(), got = listen_client_ask(fd, refusals[i].text, &in);

        if (got != refusals[i].want) fail_msg("\"%s\": %d", refusals[i].text, got);
        assert_says(refusals[i].says);
        assert_says("Connection: close\r\n");
        listen_client_end(fd);
        assert_serves();
    }
    stop();
}

/* [X6] */
static void test_long_heads(void **state)
{
    static const struct {
        const char *start;
        int want;
    } cases[] = {{"GET /page HTTP/1.1\r\nHost: h\r\nA: ", 431}, {"GET /", 431}};

    (void)state;
    listen_fixture_start(&f);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char fill[LISTEN_HEAD_MAX + 1];
        int fd = connect_to();

        memset(fill, 'a', sizeof fill);
        fill[sizeof fill - 1] = '\0';
        listen_client_send(fd, cases[i].start);
        assert_int_equal(listen_client_ask(fd, fill, &in), cases[i].want);
        listen_client_end(fd);
    }
    stop();
}

/* The answer arrives although the client is still sending what nobody reads. */
static void test_refusal_outlives_input(void **state)
{
    static char body[200000];
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    memset(body, 'a', sizeof body - 1);
    listen_client_send(fd, SOAP_HEAD "Content-Length: 199999\r\n\r\n");
    listen_client_send(fd, body);
    assert_int_equal(listen_client_read(fd, &in), 413);
    listen_client_end(fd);
    stop();
}

/* [X11] [X12] [X13] */
static void test_deadlines(void **state)
{
    int fd;

    (void)state;
    f.deadlines_ms[DEADLINE_FIRST] = 50;
    f.deadlines_ms[DEADLINE_REQUEST] = 51;
    f.deadlines_ms[DEADLINE_IDLE] = 52;
    listen_fixture_start(&f);
    listen_client_end(connect_to()); /* says nothing */
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, "GET /page HT", &in), 408);
    listen_client_end(fd);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, ECHO("<a", "4"), &in), 408);
    assert_says("Connection: close\r\n");
    listen_client_end(fd);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, GET("/page"), &in), 200);
    listen_client_end(fd); /* idle */
    stop();
}

/* A client that does not read is cut off; what it missed is seen by the length. [X16] */
static void test_send_deadline(void **state)
{
    enum { ASKED = 30 };
    int fd, answers = 0;

    (void)state;
    f.deadlines_ms[DEADLINE_SEND] = 50;
    listen_fixture_start(&f);
    fd = connect_to();
    for (int i = 0; i < ASKED; i++)
        listen_client_send(fd, GET("/big"));
    assert_int_equal(listen_client_read(fd, &in), 200);
    wait_for_connections(0);
    while (listen_client_read(fd, &in) == 200)
        answers++;
    assert_true(answers < ASKED - 1);
    close(fd);
    stop();
}

static void test_big_answer(void **state)
{
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, GET("/big") GET("/page"), &in), 200);
    assert_true(in.len > (3 << 20));
    assert_int_equal(listen_client_read(fd, &in), 200);
    assert_body("page");
    close(fd);
    stop();
}

/* The client is done sending, not reading. [X17] */
static void test_half_close(void **state)
{
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    listen_client_send(fd, ECHO("<a/>", "4"));
    assert_int_equal(shutdown(fd, SHUT_WR), 0);
    assert_int_equal(listen_client_read(fd, &in), 200);
    listen_client_end(fd);
    stop();
}

/* Clients that reset in each phase leave nothing behind. [X17] */
static void test_resets(void **state)
{
    static const char *const texts[] = {"", "GET", ECHO("<a", "4"), ECHO("<a/>", "4"), GET("/big")};
    struct linger reset = {1, 0};

    (void)state;
    listen_fixture_start(&f);
    for (size_t i = 0; i < 10 * ARRAY_LEN(texts); i++) {
        int fd = connect_to();

        listen_client_send(fd, texts[i % ARRAY_LEN(texts)]);
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
        close(fd);
    }
    assert_serves();
    stop();
}

static int block(int *out_fd)
{
    *out_fd = connect_to();
    listen_client_send(*out_fd, LISTEN_POST_XML("/block", "x", "1"));
    return sem_wait(&f.entered);
}

/* One request is handled, one waits, the third is refused at once. */
static void test_queue_full(void **state)
{
    struct pollfd waiting[2] = {{.events = POLLIN}, {.events = POLLIN}};
    int busy, refused;

    (void)state;
    f.options.queue = 1;
    listen_fixture_start(&f);
    assert_int_equal(block(&busy), 0);
    for (int i = 0; i < 2; i++) {
        waiting[i].fd = connect_to();
        listen_client_send(waiting[i].fd, ECHO("<a/>", "4"));
    }
    assert_int_equal(poll(waiting, 2, 10000), 1);
    refused = waiting[0].revents ? 0 : 1;
    assert_int_equal(listen_client_read(waiting[refused].fd, &in), 503);
    assert_says("Retry-After: 1\r\n");
    listen_client_end(waiting[refused].fd);
    sem_post(&f.leave);
    assert_int_equal(listen_client_read(waiting[1 - refused].fd, &in), 200);
    assert_int_equal(listen_client_read(busy, &in), 200);
    close(waiting[1 - refused].fd);
    close(busy);
    stop();
}

/* The client is gone while its request is handled: the work is done, the answer is dropped. [X17]
 */
static void test_gone_client(void **state)
{
    int busy, other;

    (void)state;
    listen_fixture_start(&f);
    assert_int_equal(block(&busy), 0);
    other = connect_to();
    assert_int_equal(listen_client_ask(other, GET("/drop"), &in), 200);
    listen_client_end(busy);
    sem_post(&f.leave);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(listen_client_ask(other, ECHO("<a/>", "4"), &in), 200);
        assert_body("<a/>");
    }
    close(other);
    wait_for_connections(0);
    stop();
}

static void test_queue_deadline(void **state)
{
    int busy, late;

    (void)state;
    f.options.queue_wait_ms = 50;
    listen_fixture_start(&f);
    assert_int_equal(block(&busy), 0);
    late = connect_to();
    assert_int_equal(listen_client_ask(late, ECHO("<a/>", "4"), &in), 503);
    listen_client_end(late);
    sem_post(&f.leave); /* what a worker has begun has no such deadline */
    assert_int_equal(listen_client_read(busy, &in), 200);
    assert_body("x");
    close(busy);
    stop();
}

static void test_body_memory(void **state)
{
    static char body[40001];
    int fd;

    (void)state;
    f.options.body_memory = 8000;
    listen_fixture_start(&f);
    memset(body, 'a', sizeof body - 1);
    for (int i = 0; i < 2; i++) {
        fd = connect_to();
        listen_client_send(fd, SOAP_HEAD "Content-Length: 40000\r\n\r\n");
        assert_int_equal(listen_client_ask(fd, body, &in), 503);
        listen_client_end(fd);
        assert_serves(); /* what was refused is given back */
    }
    while (atomic_load(&f.server->body_memory) > 0)
        poll(NULL, 0, 5);
    stop();
}

/* [X15] */
static void test_connection_caps(void **state)
{
    int fds[3];

    (void)state;
    f.options.peer_connections = 2;
    listen_fixture_start(&f);
    for (int i = 0; i < 2; i++) {
        fds[i] = connect_to();
        assert_int_equal(listen_client_ask(fds[i], GET("/page"), &in), 200);
    }
    fds[2] = connect_to();
    assert_int_equal(listen_client_read(fds[2], &in), 503);
    listen_client_end(fds[2]);
    close(fds[0]);
    wait_for_connections(1);
    assert_serves();
    close(fds[1]);
    stop();
}

/* No descriptor left: the connection waits in the kernel until there is one. [F66] */
static void test_no_descriptors(void **state)
{
    struct rlimit before, none;
    int fd, highest;

    (void)state;
    listen_fixture_start(&f);
    assert_serves();
    wait_for_connections(0);
    highest = dup(0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)highest + 1;
    close(highest);
    fd = socket(AF_INET, SOCK_STREAM, 0); /* takes the last one below the limit */
    assert_int_equal(fd, highest);
    close(fd);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    fd = connect_to();
    listen_client_send(fd, GET("/page"));
    poll(NULL, 0, 150); /* time to fail and to rest; nothing is asserted of it */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(listen_client_read(fd, &in), 200);
    close(fd);
    stop();
}

static void test_not_modified(void **state)
{
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, GET("/page"), &in), 200);
    assert_says("ETag: \"v1\"\r\n");
    assert_int_equal(listen_client_ask(
                         fd, "GET /page HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"v1\"\r\n\r\n", &in),
                     304);
    assert_body("");
    assert_int_equal(listen_client_ask(
                         fd, "GET /page HTTP/1.1\r\nHost: h\r\nIf-None-Match: \"v0\"\r\n\r\n", &in),
                     200);
    assert_body("page");
    close(fd);
    stop();
}

static void test_health(void **state)
{
    int fd, metrics;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, GET("/healthz"), &in), 200);
    assert_body("ok\n");
    assert_int_equal(listen_client_ask(fd, GET("/readyz"), &in), 200);
    f.ready = false;
    assert_int_equal(listen_client_ask(fd, GET("/readyz"), &in), 503);
    close(fd);
    metrics = listen_client_open(listen_metrics_port(f.server));
    assert_int_equal(listen_client_ask(metrics, GET("/metrics"), &in), 200);
    assert_says("payer_http_refused_total");
    assert_says("Content-Type: text/plain; version=0.0.4");
    assert_int_equal(listen_client_ask(metrics, GET("/healthz"), &in), 200);
    assert_int_equal(listen_client_ask(metrics, GET("/page"), &in), 404);
    listen_client_end(metrics);
    stop();
}

/* SIGTERM: idle ones are closed, those under way are answered, then it ends. [F62] */
static void test_drain(void **state)
{
    int idle, busy, half;

    (void)state;
    listen_fixture_start(&f);
    idle = connect_to();
    half = connect_to();
    assert_int_equal(listen_client_ask(idle, GET("/page"), &in), 200);
    assert_int_equal(listen_client_ask(half, GET("/page") "GET /readyz", &in), 200);
    assert_int_equal(block(&busy), 0);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    listen_client_end(idle);
    assert_int_equal(listen_client_ask(half, " HTTP/1.1\r\nHost: h\r\n\r\n", &in), 503);
    assert_says("Connection: close\r\n");
    listen_client_end(half);
    sem_post(&f.leave);
    assert_int_equal(listen_client_read(busy, &in), 200);
    assert_says("Connection: close\r\n");
    listen_client_end(busy);
    stop();
}

/* A handler that outlasts the drain: its client is left, its answer finds nobody. [X17] */
static void test_drain_limit(void **state)
{
    int busy, queued;

    (void)state;
    f.deadlines_ms[DEADLINE_DRAIN] = 50;
    listen_fixture_start(&f);
    assert_int_equal(block(&busy), 0);
    queued = connect_to();
    listen_client_send(queued, ECHO("<a/>", "4"));
    while (listen_pool_waiting(f.server->pool) == 0)
        poll(NULL, 0, 5);
    listen_stop(f.server);
    listen_client_end(busy);
    listen_client_end(queued);
    sem_post(&f.leave);
    stop();
}

static void test_loops(void **state)
{
    (void)state;
    f.options.loops = 3;
    f.options.workers = 3;
    listen_fixture_start(&f);
    for (int i = 0; i < 30; i++)
        assert_serves();
    stop();
}

static void *no_worker(void *cls)
{
    (void)cls;
    return err_set(ERR_DB_OPEN, "test") == ERR_NONE ? cls : NULL;
}

static void test_worker_does_not_open(void **state)
{
    (void)state;
    f.options.worker_open = no_worker;
    listen_fixture_start(&f);
    assert_int_equal(listen_fixture_join(&f), ERR_DB_OPEN); /* nobody told it to stop */
    err_clear();
}

static void test_cannot_listen(void **state)
{
    struct listen_server *second = NULL;
    struct listen_options o;

    (void)state;
    listen_fixture_start(&f);
    o = f.options;
    o.port = listen_port(f.server);
    assert_int_equal(listen_open(&o, &second), ERR_LISTEN);
    assert_non_null(strstr(err_detail()->field, "127.0.0.1 port "));
    err_clear();
    o.port = 0;
    o.address = "192.0.2.256";
    assert_int_equal(listen_open(&o, &second), ERR_LISTEN);
    err_clear();
    o.address = "127.0.0.1";
    o.tls_port = 0;
    o.tls_certificate = "/nowhere.pem";
    assert_int_equal(listen_open(&o, &second), ERR_TLS_FILE);
    assert_non_null(strstr(err_detail()->field, "/nowhere.pem"));
    err_clear();
    assert_null(second);
    assert_int_equal(listen_tls_port(f.server), -1);
    assert_serves();
    stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keep_alive),
        TEST(test_handler_sees),
        TEST(test_pipelining),
        TEST(test_byte_by_byte),
        TEST(test_expect_continue),
        TEST(test_refusals),
        TEST(test_long_heads),
        TEST(test_refusal_outlives_input),
        TEST(test_deadlines),
        TEST(test_send_deadline),
        TEST(test_big_answer),
        TEST(test_half_close),
        TEST(test_resets),
        TEST(test_queue_full),
        TEST(test_gone_client),
        TEST(test_queue_deadline),
        TEST(test_body_memory),
        TEST(test_connection_caps),
        TEST(test_no_descriptors),
        TEST(test_not_modified),
        TEST(test_health),
        TEST(test_drain),
        TEST(test_drain_limit),
        TEST(test_loops),
        TEST(test_worker_does_not_open),
        TEST(test_cannot_listen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
