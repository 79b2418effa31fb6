/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Behind a proxy: whom the listener takes the client for, and whom it counts. */
#include "listen/fixture.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define ASK(fields) "POST /any HTTP/1.1\r\nHost: h\r\n" fields "Content-Length: 2\r\n\r\nhi"
#define SIGN "\r\n\r\n\0\r\nQUIT\n"
#define SEVEN SIGN "\x21\x11\0\x0C\xC0\0\2\7\x7F\0\0\1\x30\x39\1\xBB"
#define LOCAL SIGN "\x20\0\0\0"
#define CUT SIGN "\x21\x11\0\x08\xC0\0\2\7\x7F\0\0\1"

static struct listen_fixture f;
static struct buf in = BUF_INIT(1 << 16);

static int setup(void **state)
{
    (void)state;
    listen_fixture_init(&f);
    return 0;
}

/* What was counted in is counted out again, whatever way a connection went. */
static int teardown(void **state)
{
    (void)state;
    buf_free(&in);
    while (atomic_load(&f.server->service_gate.open) != 0)
        poll(NULL, 0, 5);
    for (size_t i = 0; i < LISTEN_GATE_SLOTS; i++)
        if (atomic_load(&f.server->service_gate.peers[i]) != 0) return -1;
    return listen_fixture_stop(&f) == ERR_NONE ? 0 : -1;
}

static int connect_to(void)
{
    return listen_client_open(listen_port(f.server));
}

/* Who asked, as the handler sees it: "peer=… " then whether it is local. */
static void assert_peer(int fd, const char *request, const char *want)
{
    assert_int_equal(listen_client_ask(fd, request, &in), 401);
    if (!strstr(buf_str(&in), want)) fail_msg("no \"%s\" in \"%s\"", want, buf_str(&in));
}

static int open_header(const char *header, size_t len)
{
    int fd = connect_to();

    assert_int_equal(send(fd, header, len, MSG_NOSIGNAL), len);
    return fd;
}

static void start_proxy(const char *proxies)
{
    f.options.proxies = proxies;
    f.options.port_proxy = true;
    listen_fixture_start(&f);
}

/* The client that a header names is the peer, and never a local one. */
static void test_header(void **state)
{
    int fd;

    (void)state;
    start_proxy("127.0.0.1");
    fd = open_header(SEVEN, sizeof SEVEN - 1);
    assert_peer(fd, ASK(""), " peer=192.0.2.7 0 ");
    assert_peer(fd, ASK("X-Forwarded-For: 192.0.2.99\r\n"), " peer=192.0.2.7 0 ");
    close(fd);
    fd = open_header(LOCAL, sizeof LOCAL - 1); /* the proxy looks whether we live */
    assert_peer(fd, ASK(""), " peer=127.0.0.1 0 ");
    close(fd);
}

static void test_header_in_pieces(void **state)
{
    static const char header[] = SEVEN;
    int fd;

    (void)state;
    start_proxy("127.0.0.0/8");
    fd = connect_to();
    for (size_t i = 0; i < sizeof header - 1; i++) {
        assert_int_equal(send(fd, header + i, 1, MSG_NOSIGNAL), 1);
        if (i % 8 == 0) poll(NULL, 0, 2);
    }
    assert_peer(fd, ASK(""), " peer=192.0.2.7 0 ");
    close(fd);
}

static void test_no_header(void **state)
{
    (void)state;
    start_proxy("127.0.0.1");
    listen_client_end(open_header(CUT, sizeof CUT - 1));
    listen_client_end(open_header(SIGN "\x21\x11\xFF\xFF", 16));
    listen_client_end(open_header(ASK(""), sizeof ASK("") - 1));
    assert_int_equal(atomic_load(&f.server->service_gate.open), 0);
}

/* Half a header: the end comes by the deadline. */
static void test_header_deadline(void **state)
{
    int fd;

    (void)state;
    f.deadlines_ms[DEADLINE_PROXY] = 100;
    start_proxy("127.0.0.1");
    fd = connect_to();
    assert_int_equal(send(fd, SEVEN, 20, MSG_NOSIGNAL), 20);
    listen_client_end(fd);
}

/* Who is not in the list is a client like any other: what it says of others does not count. */
static void test_not_trusted(void **state)
{
    int fd;

    (void)state;
    start_proxy("192.0.2.0/24, ::1");
    fd = connect_to();
    assert_peer(fd, ASK("X-Forwarded-For: 192.0.2.99\r\n"), " peer=127.0.0.1 1 ");
    close(fd);
    fd = open_header(SEVEN, sizeof SEVEN - 1);
    assert_int_equal(listen_client_read(fd, &in), 400);
    listen_client_end(fd);
}

static void test_forwarded(void **state)
{
    int fd;

    (void)state;
    f.options.proxies = "127.0.0.1";
    listen_fixture_start(&f);
    fd = connect_to();
    assert_peer(fd, ASK("X-Forwarded-For: 192.0.2.7\r\n"), " peer=192.0.2.7 0 ");
    assert_peer(fd, ASK("X-Forwarded-For: 127.0.0.1, 2001:db8::5\r\n"), " peer=2001:db8::5 0 ");
    assert_peer(fd, ASK("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.8\r\n"),
                " peer=192.0.2.8 0 ");
    assert_peer(fd, ASK("X-Forwarded-For: 127.0.0.1\r\n"), " peer=127.0.0.1 0 ");
    assert_peer(fd, ASK(""), " peer=127.0.0.1 0 ");
    assert_int_equal(listen_client_ask(fd, ASK("X-Forwarded-For: unknown\r\n"), &in), 400);
    listen_client_end(fd);
}

/* The cap of connections is the client's, not the proxy's. [I12] */
static void test_caps_by_header(void **state)
{
    int fds[3], fd;

    (void)state;
    f.options.peer_connections = 2;
    start_proxy("127.0.0.1");
    for (int i = 0; i < 2; i++) {
        fds[i] = open_header(SEVEN, sizeof SEVEN - 1);
        assert_peer(fds[i], ASK(""), " peer=192.0.2.7 ");
    }
    fd = open_header(SEVEN, sizeof SEVEN - 1);
    assert_int_equal(listen_client_read(fd, &in), 503);
    listen_client_end(fd);
    fds[2] = open_header(SIGN "\x21\x11\0\x0C\xC0\0\2\x08\x7F\0\0\1\x30\x39\1\xBB", 28);
    assert_peer(fds[2], ASK(""), " peer=192.0.2.8 ");
    for (int i = 0; i < 3; i++)
        close(fds[i]);
}

/* A client that has its cap of requests under way is refused, another is not. [I12] */
static void test_caps_by_forwarded(void **state)
{
    static const char block[] = "POST /block HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.7\r\n"
                                "Content-Length: 1\r\n\r\na";
    int one, two;

    (void)state;
    f.options.peer_connections = 1;
    f.options.proxies = "127.0.0.1";
    f.options.workers = 2;
    listen_fixture_start(&f);
    one = connect_to();
    two = connect_to(); /* the proxy itself has no cap of its own */
    listen_client_send(one, block);
    while (sem_wait(&f.entered) != 0)
        ;
    assert_peer(two, ASK("X-Forwarded-For: 192.0.2.8\r\n"), " peer=192.0.2.8 ");
    assert_int_equal(listen_client_ask(two, ASK("X-Forwarded-For: 192.0.2.7\r\n"), &in), 503);
    listen_client_end(two);
    sem_post(&f.leave);
    assert_int_equal(listen_client_read(one, &in), 200);
    two = connect_to(); /* the first is answered: its place is free, though its connection lives */
    assert_peer(two, ASK("X-Forwarded-For: 192.0.2.7\r\n"), " peer=192.0.2.7 ");
    close(one);
    close(two);
}

/* Of the memory for bodies half is one client's; a proxy that names nobody is many. [I12] */
static void test_share_by_forwarded(void **state)
{
    static const char post[] = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\n%s"
                               "Content-Length: 1900\r\n\r\n%s";
    static char body[1901], ask[2300];
    int fd;

    (void)state;
    f.options.body_memory = 3000;
    f.options.proxies = "127.0.0.1";
    listen_fixture_start(&f);
    memset(body, 'a', sizeof body - 1);
    snprintf(ask, sizeof ask, post, "X-Forwarded-For: 192.0.2.7\r\n", body);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, ask, &in), 503);
    listen_client_end(fd);
    snprintf(ask, sizeof ask, post, "", body);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, ask, &in), 200);
    close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_header),          TEST(test_header_in_pieces),  TEST(test_no_header),
        TEST(test_header_deadline), TEST(test_not_trusted),       TEST(test_forwarded),
        TEST(test_caps_by_header),  TEST(test_caps_by_forwarded), TEST(test_share_by_forwarded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
