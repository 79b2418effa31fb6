/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listener from outside: what it bounds. Waits, queue, memory, connections, descriptors. */
#include "listen/client.h"

#include <sys/resource.h>
#include <sys/socket.h>

/* Each alone: beside another short one it would be for the machine to say which is first. [X11] */
static void test_first_deadline(void **state)
{
    (void)state;
    f.deadlines_ms[DEADLINE_FIRST] = 50;
    listen_fixture_start(&f);
    listen_client_end(connect_to()); /* says nothing */
    stop();
}

/* [X12] */
static void test_request_deadline(void **state)
{
    int fd;

    (void)state;
    f.deadlines_ms[DEADLINE_REQUEST] = 50;
    listen_fixture_start(&f);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, "GET /page HT", &in), 408);
    listen_client_end(fd);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, ECHO("<a", "4"), &in), 408);
    assert_says("Connection: close\r\n");
    listen_client_end(fd);
    stop();
}

/* [X13] */
static void test_idle_deadline(void **state)
{
    int fd;

    (void)state;
    f.deadlines_ms[DEADLINE_IDLE] = 50;
    listen_fixture_start(&f);
    fd = connect_to();
    assert_int_equal(listen_client_ask(fd, GET("/page"), &in), 200);
    listen_client_end(fd);
    stop();
}

/* One request is handled, one waits, the third is refused at once. */
static void test_queue_full(void **state)
{
    struct pollfd waiting[2] = {{.events = POLLIN}, {.events = POLLIN}};
    int busy, refused;

    (void)state;
    f.options.queue = 1;
    listen_fixture_start(&f);
    block(&busy);
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

static void test_queue_deadline(void **state)
{
    int busy, late;

    (void)state;
    f.options.queue_wait_ms = 1000; /* the first is begun by then */
    listen_fixture_start(&f);
    block(&busy);
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
    while (atomic_load(&f.server->body_memory.used) > 0)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_first_deadline),  TEST(test_request_deadline), TEST(test_idle_deadline),
        TEST(test_queue_full),      TEST(test_queue_deadline),   TEST(test_body_memory),
        TEST(test_connection_caps), TEST(test_no_descriptors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
