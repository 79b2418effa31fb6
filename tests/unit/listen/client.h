/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file client.h
 * What the tests of the listener from outside share, each program for itself: one server for each
 * test, the answer that was read last, and what is asserted of both. */
#ifndef UNIT_LISTEN_CLIENT_H
#define UNIT_LISTEN_CLIENT_H

#include "listen/fixture.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"
#define ECHO(body, length) LISTEN_POST_XML("/echo", body, length)
#define SOAP_HEAD "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\n"
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static struct listen_fixture f; /* a test may change its options before it starts it */
static struct buf in = BUF_INIT(8 << 20);

static inline int setup(void **state)
{
    (void)state;
    listen_fixture_init(&f);
    return 0;
}

static inline int teardown(void **state)
{
    (void)state;
    buf_free(&in);
    return 0;
}

static inline int connect_to(void)
{
    return listen_client_open(listen_port(f.server));
}

/* End the server; fails when it did not run to its end. */
static inline void stop(void)
{
    assert_int_equal(listen_fixture_stop(&f), ERR_NONE);
}

static inline void assert_says(const char *text)
{
    if (!strstr(buf_str(&in), text)) fail_msg("no \"%s\" in \"%s\"", text, buf_str(&in));
}

static inline void assert_body(const char *want)
{
    const char *end = strstr(buf_str(&in), "\r\n\r\n");

    assert_non_null(end);
    assert_string_equal(end + 4, want);
}

/* An honest request on a new connection is answered. */
static inline void assert_serves(void)
{
    int fd = connect_to();

    assert_int_equal(listen_client_ask(fd, ECHO("<a/>", "4"), &in), 200);
    assert_body("<a/>");
    close(fd);
}

/* Until the server has seen that clients went: n are left. */
static inline void wait_for_connections(unsigned n)
{
    while (atomic_load(&f.server->service_gate.open) != n)
        poll(NULL, 0, 5);
}

/* Keep a worker busy with a request, until f.leave is posted. */
static inline void block(int *out_fd)
{
    int failed;

    *out_fd = connect_to();
    listen_client_send(*out_fd, LISTEN_POST_XML("/block", "x", "1"));
    do
        failed = sem_wait(&f.entered);
    while (failed && errno == EINTR);
    assert_int_equal(failed, 0);
}

#endif
