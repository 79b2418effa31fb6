/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests out, to a peer that answers well and in every wrong way [F60]; loopback is allowed here.
 * What is refused without that is in test_http_refused.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/http.h"
#include "net/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char dir[] = "/tmp/http-XXXXXX";
static char trusted[64], untrusted[64];
static struct server *plain, *tls, *stranger, *misnamed;
static struct net_http *http;
static struct buf answer = BUF_INIT(65536);

static void allow_inside(bool allow)
{
    char ca[80];
    const char *const sets[] = {allow ? "work.peer_loopback=yes" : "work.peer_loopback=no", ca};

    (void)snprintf(ca, sizeof ca, "work.peer_ca=%s", trusted);
    server_configure(sets, ARRAY_LEN(sets));
}

static int open_all(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL) return -1;
    (void)snprintf(trusted, sizeof trusted, "%s/trusted.pem", dir);
    (void)snprintf(untrusted, sizeof untrusted, "%s/untrusted.pem", dir);
    net_init();
    plain = server_open(NULL, NULL);
    tls = server_open("127.0.0.1", trusted);
    misnamed = server_open("192.0.2.1", trusted);
    stranger = server_open("127.0.0.1", untrusted);
    allow_inside(true);
    return net_http_open(&http) == ERR_NONE ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    net_http_close(&http);
    net_http_close(&http); /* of nothing: nothing */
    server_close(&plain);
    server_close(&tls);
    server_close(&stranger);
    server_close(&misnamed);
    buf_free(&answer);
    return unlink(trusted) == 0 && unlink(untrusted) == 0 && rmdir(dir) == 0 ? 0 : -1;
}

static int clear(void **state)
{
    (void)state;
    err_clear();
    buf_reset(&answer);
    return 0;
}

static struct net_http_request request_to(const char *url)
{
    return (struct net_http_request){.url = url,
                                     .content_type = "text/xml; charset=utf-8",
                                     .body = "<q/>",
                                     .body_len = 4,
                                     .timeout_ms = 5000,
                                     .answer_max = 1000};
}

static enum err post(const char *url, int *out_status)
{
    struct net_http_request request = request_to(url);

    *out_status = -1;
    return net_http_post(http, &request, &answer, out_status);
}

static void test_an_answer_is_read_whatever_its_status(void **state)
{
    static const struct {
        const char *path;
        int status;
        const char *body;
    } cases[] = {
        {"/ok", 200, "<ok/>"},
        {"/500", 500, "<fault/>"},
        {"/redirect", 302, "gone"}, /* not followed */
    };
    int status;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_reset(&answer);
        assert_int_equal(post(server_url(plain, cases[i].path), &status), ERR_NONE);
        assert_int_equal(status, cases[i].status);
        assert_string_equal(buf_str(&answer), cases[i].body);
    }
}

static void assert_sent(const char *text, bool sent)
{
    if ((strstr(server_request(plain), text) != NULL) != sent)
        fail_msg("%s in:\n%s", text, server_request(plain));
}

static void test_what_is_sent(void **state)
{
    struct net_http_request request = request_to(server_url(plain, "/ok"));
    int status;

    (void)state;
    request.soap_action = "paSendRT";
    request.dedup_id = "17";
    request.user = "ente";
    request.password = "a:b";
    assert_int_equal(net_http_post(http, &request, &answer, &status), ERR_NONE);
    assert_sent("POST /ok HTTP/1.1\r\n", true);
    assert_sent("\r\nContent-Type: text/xml; charset=utf-8\r\n", true);
    assert_sent("\r\nSOAPAction: \"paSendRT\"\r\n", true);
    assert_sent("\r\nIdempotency-Key: 17\r\n", true);
    assert_sent("\r\nAuthorization: Basic ZW50ZTphOmI=\r\n", true);
    assert_sent("\r\nContent-Length: 4\r\n", true);
    assert_sent("\r\n\r\n<q/>", true);
    assert_sent("Expect", false);
    assert_sent("Accept-Encoding", false);

    buf_reset(&answer);
    assert_int_equal(post(server_url(plain, "/ok"), &status), ERR_NONE);
    assert_sent("SOAPAction", false);
    assert_sent("Idempotency-Key", false);
    assert_sent("Authorization", false); /* the last request's password is forgotten */
}

static void test_a_large_body_is_sent_without_asking(void **state)
{
    static char body[20000];
    struct net_http_request request = request_to(server_url(plain, "/ok"));
    int status;

    (void)state;
    memset(body, 'x', sizeof body);
    request.body = body;
    request.body_len = sizeof body;
    assert_int_equal(net_http_post(http, &request, &answer, &status), ERR_NONE);
    assert_int_equal(status, 200);
    assert_sent("\r\nContent-Length: 20000\r\n", true);
    request.body = NULL;
    request.body_len = 0;
    assert_int_equal(net_http_post(http, &request, &answer, &status), ERR_NONE);
    assert_sent("\r\nContent-Length: 0\r\n", true);
}

static void test_a_connection_is_kept(void **state)
{
    int status, before;

    (void)state;
    assert_int_equal(post(server_url(plain, "/ok"), &status), ERR_NONE);
    before = server_connections(plain);
    for (int i = 0; i < 5; i++)
        assert_int_equal(post(server_url(plain, "/ok"), &status), ERR_NONE);
    assert_int_equal(server_connections(plain), before);
    assert_string_equal(buf_str(&answer), "<ok/><ok/><ok/><ok/><ok/><ok/>"); /* appended */
}

static void test_wrong_answers(void **state)
{
    static const struct {
        const char *path;
        enum err want;
    } cases[] = {
        {"/huge", ERR_PEER_ANSWER}, {"/long", ERR_PEER_ANSWER},  {"/head", ERR_PEER_ANSWER},
        {"/cut", ERR_PEER_ANSWER},  {"/nothing", ERR_PEER_LOST}, {"/no-http", ERR_PEER_ANSWER},
    };
    int status;

    (void)state;
    assert_int_equal(buf_text(&answer, "before"), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum err rc = post(server_url(plain, cases[i].path), &status);

        if (rc != cases[i].want) fail_msg("%s: %s", cases[i].path, err_name(rc));
        assert_int_equal(status, -1);
        assert_string_equal(buf_str(&answer), "before"); /* no half answers */
    }
    assert_int_equal(post(server_url(plain, "/ok"), &status), ERR_NONE); /* the handle lives on */
    assert_string_equal(buf_str(&answer), "before<ok/>");
}

static void test_an_answer_may_be_as_long_as_it_says(void **state)
{
    struct net_http_request request = request_to(server_url(plain, "/ok"));
    int status;

    (void)state;
    request.answer_max = 5;
    assert_int_equal(net_http_post(http, &request, &answer, &status), ERR_NONE);
    request.answer_max = 4;
    assert_int_equal(net_http_post(http, &request, &answer, &status), ERR_PEER_ANSWER);
}

/* One deadline for all of it, that no byte renews. */
static void test_a_slow_peer_is_given_up(void **state)
{
    static const char *const paths[] = {"/never", "/drip"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct net_http_request request = request_to(server_url(plain, paths[i]));
        int status;

        request.timeout_ms = 200;
        assert_int_equal(net_http_post(http, &request, &answer, &status), ERR_PEER_TIMEOUT);
        assert_non_null(strstr(err_detail()->field, "timed out")); /* not: too slow */
        err_clear();
        assert_int_equal(answer.len, 0);
    }
}

static void test_nobody_there(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0), status;
    char url[64];
    struct net_http_request request;

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0); /* and no listen() */
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(at.sin_port));
    assert_int_equal(post(url, &status), ERR_PEER_CONNECT);

    assert_int_equal(listen(fd, 4), 0); /* taken by the kernel, but no handshake comes */
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/", ntohs(at.sin_port));
    request = request_to(url);
    request.timeout_ms = 200;
    assert_int_equal(net_http_post(http, &request, &answer, &status), ERR_PEER_CONNECT);
    (void)close(fd);
}

static void test_tls_peers_are_verified(void **state)
{
    int status;

    (void)state;
    assert_int_equal(post(server_url(tls, "/ok"), &status), ERR_NONE);
    assert_string_equal(buf_str(&answer), "<ok/>");
    assert_int_equal(post(server_url(stranger, "/ok"), &status), ERR_PEER_TLS);
    assert_non_null(strstr(err_detail()->field, "self-signed certificate"));
    err_clear();
    assert_int_equal(post(server_url(misnamed, "/ok"), &status), ERR_PEER_TLS);
    assert_non_null(strstr(err_detail()->field, "127.0.0.1"));
}

static void test_addresses_that_are_never_called(void **state)
{
    static const char *const urls[] = {
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]/",
        "http://224.0.0.1/",
        "http://192.0.2.1/", /* plain goes to inside addresses only */
        "192.0.2.1/",
        "http://user:secret@127.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/hostname",
        "gopher://127.0.0.1/",
        "",
        "http://",
    };
    int status;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        enum err rc = post(urls[i], &status);

        if (rc != ERR_PEER_ADDRESS) fail_msg("%s: %s", urls[i], err_name(rc));
    }
}

static void test_the_environments_proxy_is_not_used(void **state)
{
    int status;

    (void)state;
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("all_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(post(server_url(plain, "/ok"), &status), ERR_NONE);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(unsetenv("all_proxy"), 0);
}

/* What was allowed when a connection was opened counts no longer. [F61] */
static void test_a_kept_connection_is_judged_again(void **state)
{
    int status, before;

    (void)state;
    assert_int_equal(post(server_url(tls, "/ok"), &status), ERR_NONE);
    before = server_connections(tls);
    allow_inside(false);
    assert_int_equal(post(server_url(tls, "/ok"), &status), ERR_PEER_ADDRESS);
    allow_inside(true);
    assert_int_equal(post(server_url(tls, "/ok"), &status), ERR_NONE);
    assert_int_equal(server_connections(tls), before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_an_answer_is_read_whatever_its_status, clear),
        cmocka_unit_test_setup(test_what_is_sent, clear),
        cmocka_unit_test_setup(test_a_large_body_is_sent_without_asking, clear),
        cmocka_unit_test_setup(test_a_connection_is_kept, clear),
        cmocka_unit_test_setup(test_wrong_answers, clear),
        cmocka_unit_test_setup(test_an_answer_may_be_as_long_as_it_says, clear),
        cmocka_unit_test_setup(test_a_slow_peer_is_given_up, clear),
        cmocka_unit_test_setup(test_nobody_there, clear),
        cmocka_unit_test_setup(test_tls_peers_are_verified, clear),
        cmocka_unit_test_setup(test_addresses_that_are_never_called, clear),
        cmocka_unit_test_setup(test_a_kept_connection_is_judged_again, clear),
        cmocka_unit_test_setup(test_the_environments_proxy_is_not_used, clear),
    };

    return cmocka_run_group_tests_name("net/http", tests, open_all, close_all);
}
