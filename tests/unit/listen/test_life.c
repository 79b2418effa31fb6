/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listener from outside: how it starts and how it ends. */
#include "listen/client.h"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

/* Nobody takes connections there. */
static void assert_closed(int port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), -1);
    assert_int_equal(errno, ECONNREFUSED);
    close(fd);
}

/* SIGTERM: idle ones are closed, those under way are answered, new ones find no door, then it
 * ends. [F62] */
static void test_drain(void **state)
{
    int idle, busy, half;

    (void)state;
    listen_fixture_start(&f);
    idle = connect_to();
    half = connect_to();
    assert_int_equal(listen_client_ask(idle, GET("/page"), &in), 200);
    assert_int_equal(listen_client_ask(half, GET("/page") "GET /readyz", &in), 200);
    block(&busy);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    listen_client_end(idle);
    assert_closed(listen_port(f.server));
    assert_closed(listen_metrics_port(f.server));
    assert_int_equal(listen_client_ask(half, " HTTP/1.1\r\nHost: h\r\n\r\n", &in), 503);
    assert_says("Connection: close\r\n");
    listen_client_end(half);
    sem_post(&f.leave);
    assert_int_equal(listen_client_read(busy, &in), 200);
    assert_says("Connection: close\r\n");
    listen_client_end(busy);
    stop();
}

/* An answer that was on its way before: its connection does not begin to idle after it. [F62] */
static void test_drain_while_an_answer_is_read(void **state)
{
    int idle, reader, little = 65536;
    char first;

    (void)state;
    listen_fixture_start(&f);
    assert_int_equal(
        setsockopt(f.server->doors[DOOR_PLAIN].fd, SOL_SOCKET, SO_SNDBUF, &little, sizeof little),
        0);
    idle = connect_to();
    reader = connect_to();
    assert_int_equal(listen_client_ask(idle, GET("/page"), &in), 200);
    listen_client_send(reader, GET("/big"));
    assert_int_equal(recv(reader, &first, 1, MSG_PEEK), 1);
    listen_stop(f.server);
    listen_client_end(idle);
    assert_int_equal(listen_client_read(reader, &in), 200);
    listen_client_end(reader);
    assert_int_equal(listen_fixture_join(&f), ERR_NONE);
}

/* A handler that outlasts the drain: its client is left, its answer finds nobody. [X17] */
static void test_drain_limit(void **state)
{
    int busy, queued;

    (void)state;
    f.deadlines_ms[DEADLINE_DRAIN] = 50;
    listen_fixture_start(&f);
    block(&busy);
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
    o.tls.certificate = "/nowhere.pem";
    assert_int_equal(listen_open(&o, &second), ERR_TLS_FILE);
    assert_non_null(strstr(err_detail()->field, "/nowhere.pem"));
    err_clear();
    assert_null(second);
    assert_int_equal(listen_tls_port(f.server), -1);
    assert_serves();
    stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_drain), TEST(test_drain_while_an_answer_is_read), TEST(test_drain_limit),
        TEST(test_loops), TEST(test_worker_does_not_open),          TEST(test_cannot_listen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
