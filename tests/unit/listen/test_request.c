/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The listener from outside: what it takes. Heads and bodies in, on real sockets. */
#include "listen/client.h"

#include <sys/socket.h>

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
    {"HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n", 405, "Allow: POST\r\n"},
    {"PUT /big HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 405,
     "Allow: GET, HEAD, POST\r\n"},
    {"POST /page HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 405, "Allow: GET, HEAD\r\n"},
    {"HEAD /page HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\na", 400, ""},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_keep_alive),   TEST(test_handler_sees),           TEST(test_pipelining),
        TEST(test_byte_by_byte), TEST(test_expect_continue),        TEST(test_refusals),
        TEST(test_long_heads),   TEST(test_refusal_outlives_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
