/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listener from outside: bodies and answers that are too big for memory lie in a file without a
 * name, counted, capped and given back. */
#include "listen/client.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BIG = 3 << 20 };
#define POST(action, length)                                                                       \
    "POST /spool HTTP/1.1\r\nHost: h\r\n" action "Content-Length: " length "\r\n\r\n"
#define SPILL "SOAPAction: \"spill\"\r\n"

static char folder[] = "/tmp/payer-spool-XXXXXX";
static char body[BIG + 1];

static int folder_open(void **state)
{
    (void)state;
    for (size_t i = 0; i < BIG; i++)
        body[i] = (char)('a' + i % 23);
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_close(void **state)
{
    (void)state;
    return rmdir(folder); /* fails when something was left in it */
}

static void start(size_t spool_max)
{
    f.options.spool_dir = folder;
    f.options.spool_max = spool_max;
    listen_fixture_start(&f);
}

static void send_body(int fd, size_t len)
{
    for (size_t sent = 0; sent < len;) {
        ssize_t n = send(fd, body + sent, len - sent, MSG_NOSIGNAL);

        assert_true(n > 0);
        sent += (size_t)n;
    }
}

static void assert_given_back(void)
{
    while (atomic_load(&f.server->spool.share.used) > 0 ||
           atomic_load(&f.server->body_memory.used) > 0)
        poll(NULL, 0, 5);
}

static size_t answer_body(const char **out)
{
    *out = strstr(buf_str(&in), "\r\n\r\n") + 4;
    return in.len - (size_t)(*out - in.bytes);
}

/* Of any size, up to the byte at which it leaves memory and beyond. */
static void test_body(void **state)
{
    static const size_t sizes[] = {1, 999, 1000, 1001, 4096, 8191, 8192, 70000, 1 << 20};
    int fd;

    (void)state;
    start(BIG);
    fd = connect_to();
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        char head[100];
        const char *got;

        snprintf(head, sizeof head,
                 "POST /spool HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\n\r\n", sizes[i]);
        listen_client_send(fd, head);
        send_body(fd, sizes[i]);
        assert_int_equal(listen_client_read(fd, &in), 200);
        assert_int_equal(answer_body(&got), sizes[i]);
        assert_memory_equal(got, body, sizes[i]);
    }
    close(fd);
    assert_given_back();
    stop();
}

static void test_chunks(void **state)
{
    const char *got;
    int fd;

    (void)state;
    start(BIG);
    fd = connect_to();
    listen_client_send(fd, "POST /spool HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; i++) {
        listen_client_send(fd, "3e8\r\n");
        send_body(fd, 1000);
        listen_client_send(fd, "\r\n");
    }
    assert_int_equal(listen_client_ask(fd, "0\r\n\r\n", &in), 200);
    assert_int_equal(answer_body(&got), 3000);
    assert_memory_equal(got + 2000, body, 1000);
    close(fd);
    stop();
}

/* Three times three MiB: more than an answer may have in memory. The connection goes on. */
static void test_answer(void **state)
{
    static struct buf answer = BUF_INIT(16 << 20);
    int fd;

    (void)state;
    start(8 * (size_t)BIG);
    fd = connect_to();
    for (int i = 0; i < 2; i++) {
        listen_client_send(fd, POST(SPILL, "3145728"));
        send_body(fd, BIG);
        assert_int_equal(listen_client_read(fd, &answer), 200);
        assert_int_equal(answer.bytes[answer.len - 1], '.');
        for (size_t part = 0; part < 3; part++)
            assert_memory_equal(answer.bytes + answer.len - 1 - (3 - part) * BIG, body, BIG);
        assert_given_back();
    }
    buf_free(&answer);
    close(fd);
    stop();
}

/* A path's own operation may take more than its others do. */
static void test_action(void **state)
{
    int fd;

    (void)state;
    start(4 * (size_t)BIG);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, POST("", "3145728"), &in), 413);
    listen_client_end(fd);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, POST("SOAPAction: spill2\r\n", "3145728"), &in), 413);
    listen_client_end(fd);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, POST(SPILL, "3145729"), &in), 413);
    listen_client_end(fd);
    stop();
}

/* Part of a body of 95,000 bytes, which stays unfinished. */
static int hold(int last, size_t len)
{
    size_t before = atomic_load(&f.server->spool.share.used);
    int fd = listen_client_open_from(last, listen_port(f.server));

    listen_client_send(fd, POST("", "95000"));
    send_body(fd, len);
    while (atomic_load(&f.server->spool.share.used) < before + len)
        poll(NULL, 0, 5);
    return fd;
}

static void assert_full(int last, size_t len)
{
    int fd = listen_client_open_from(last, listen_port(f.server));

    listen_client_send(fd, POST("", "95000"));
    send_body(fd, len);
    assert_int_equal(listen_client_read(fd, &in), 503);
    assert_says("Retry-After: 1\r\n");
    listen_client_end(fd);
}

/* All of them together, and those of one peer: what does not fit is refused, and what it had is
 * given back. [I12] */
static void test_cap(void **state)
{
    int busy, other;

    (void)state;
    start(200000);
    busy = hold(1, 60000);
    assert_full(1, 50000); /* half of it is another's */
    other = hold(2, 90000);
    assert_full(3, 60000);
    send_body(other, 5000);
    assert_int_equal(listen_client_read(other, &in), 200);
    close(other);
    send_body(busy, 35000);
    assert_int_equal(listen_client_read(busy, &in), 200);
    assert_given_back();
    listen_client_send(busy, POST(SPILL, "40000")); /* no room for its answer */
    send_body(busy, 40000);
    assert_int_equal(listen_client_read(busy, &in), 503);
    assert_given_back();
    close(busy);
    stop();
}

/* A client that goes leaves nothing. */
static void test_left(void **state)
{
    int fd;

    (void)state;
    start(BIG);
    fd = connect_to();
    listen_client_send(fd, POST("", "80000"));
    send_body(fd, 60000);
    while (atomic_load(&f.server->spool.share.used) < 60000)
        poll(NULL, 0, 5);
    close(fd);
    assert_given_back();
    assert_serves();
    stop();
}

static void test_no_folder(void **state)
{
    int fd;

    (void)state;
    f.options.spool_dir = "/dev/null"; /* nobody makes a folder of it */
    f.options.spool_max = BIG;
    listen_fixture_start(&f);
    fd = connect_to();
    listen_client_send(fd, POST("", "5000"));
    send_body(fd, 5000);
    assert_int_equal(listen_client_read(fd, &in), 503);
    listen_client_end(fd);
    assert_serves();
    stop();
}

/* What comes fast enough may take longer than the deadline; what trickles ends with it. [X12] */
static void test_rate(void **state)
{
    int fd;

    (void)state;
    f.deadlines_ms[DEADLINE_REQUEST] = 1000; /* the first half is there by then */
    start(BIG);
    fd = connect_to();
    listen_client_send(fd, POST("", "1048576"));
    send_body(fd, 1 << 19); /* has earned eight seconds */
    poll(NULL, 0, 1200);
    send_body(fd, 1 << 19);
    assert_int_equal(listen_client_read(fd, &in), 200);
    close(fd);
    fd = connect_to();
    listen_client_send(fd, POST("", "1048576"));
    send_body(fd, 6000);
    assert_int_equal(listen_client_read(fd, &in), 408);
    listen_client_end(fd);
    assert_given_back();
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_body), TEST(test_chunks), TEST(test_answer),    TEST(test_action),
        TEST(test_cap),  TEST(test_left),   TEST(test_no_folder), TEST(test_rate),
    };

    return cmocka_run_group_tests(tests, folder_open, folder_close);
}
