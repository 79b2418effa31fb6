/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listener from outside: what it gives. Answers, pages and clients that leave too early. */
#include "listen/client.h"

#include <sys/socket.h>

#define IF_NONE(tags) "GET /page HTTP/1.1\r\nHost: h\r\nIf-None-Match: " tags "\r\n\r\n"

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

/* It sent all its requests at once before, and is owed each answer. [X17] */
static void test_half_close_after_several(void **state)
{
    int several, other;

    (void)state;
    listen_fixture_start(&f);
    several = connect_to();
    listen_client_send(several, LISTEN_POST_XML("/block", "x", "1") GET("/page") ECHO("<a/>", "4"));
    assert_int_equal(shutdown(several, SHUT_WR), 0);
    assert_int_equal(sem_wait(&f.entered), 0);
    other = connect_to(); /* what comes after the end is read after it */
    assert_int_equal(listen_client_ask(other, GET("/page"), &in), 200);
    close(other);
    sem_post(&f.leave);
    assert_int_equal(listen_client_read(several, &in), 200);
    assert_body("x");
    assert_int_equal(listen_client_read(several, &in), 200);
    assert_body("page");
    assert_int_equal(listen_client_read(several, &in), 200);
    assert_body("<a/>");
    assert_says("Connection: close\r\n");
    listen_client_end(several);
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

/* The client is gone while its request is handled: the work is done, the answer is dropped. [X17]
 */
static void test_gone_client(void **state)
{
    int busy, other;

    (void)state;
    listen_fixture_start(&f);
    block(&busy);
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

/* A client that does not read is cut off; what it missed is seen by the length. [X16] */
static void test_send_deadline(void **state)
{
    enum { ASKED = 30 };
    int fd, answers = 0;
    char first;

    (void)state;
    f.deadlines_ms[DEADLINE_SEND] = 50;
    listen_fixture_start(&f);
    fd = connect_to();
    for (int i = 0; i < ASKED; i++)
        listen_client_send(fd, GET("/big"));
    assert_int_equal(recv(fd, &first, 1, MSG_PEEK), 1); /* it is at it */
    wait_for_connections(0);
    while (listen_client_read(fd, &in) == 200)
        answers++;
    assert_true(answers < ASKED);
    close(fd);
    stop();
}

static void test_not_modified(void **state)
{
    static const char *const known[] = {IF_NONE("\"v1\""), IF_NONE("\"v0\", W/\"v1\""),
                                        IF_NONE("*")};
    int fd;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, GET("/page"), &in), 200);
    assert_says("ETag: \"v1\"\r\n");
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        assert_int_equal(listen_client_ask(fd, known[i], &in), 304);
        assert_body("");
    }
    assert_int_equal(listen_client_ask(fd, IF_NONE("\"v0\", \"v2\""), &in), 200);
    assert_body("page");
    close(fd);
    stop();
}

/* What GET would be told, but for the body: the next answer follows at once. */
static void test_head(void **state)
{
    int fd;
    char bytes[4096];
    ssize_t n;

    (void)state;
    listen_fixture_start(&f);
    fd = connect_to();
    listen_client_send(fd, "HEAD /page HTTP/1.1\r\nHost: h\r\n\r\n"
                           "GET /page HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0)
        assert_int_equal(buf_add(&in, bytes, (size_t)n), ERR_NONE);
    assert_memory_equal(in.bytes, "HTTP/1.1 200 OK\r\n", 17);
    assert_says("Content-Length: 4\r\nETag: \"v1\"\r\n\r\nHTTP/1.1 200 OK\r\n");
    assert_memory_equal(in.bytes + in.len - 8, "\r\n\r\npage", 8);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_big_answer),   TEST(test_half_close),  TEST(test_half_close_after_several),
        TEST(test_resets),       TEST(test_gone_client), TEST(test_send_deadline),
        TEST(test_not_modified), TEST(test_health),      TEST(test_head),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
