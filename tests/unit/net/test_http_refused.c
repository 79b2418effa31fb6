/* SPDX-License-Identifier: GPL-3.0-or-later */
/* With the default configuration nothing inside is called and nothing plain, whatever a name
 * resolves to [F61]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/http.h"
#include "net/server.h"

#include <stdio.h>

static void test_nothing_inside_is_called(void **state)
{
    static const char *const hosts[] = {
        "127.0.0.1",  "localhost",          "[::1]",     "10.1.2.3",  "192.168.1.1",
        "172.16.0.1", "169.254.169.254",    "0.0.0.0",   "0",         "2130706433", /* 127.0.0.1 */
        "0x7f000001", "[::ffff:127.0.0.1]", "[fe80::1]", "[fc00::1]", "224.0.0.1",
    };
    struct server *server = server_open(NULL, NULL);
    struct net_http *http = NULL;
    struct buf answer = BUF_INIT(1000);

    (void)state;
    assert_int_equal(net_http_open(&http), ERR_NONE);
    for (size_t i = 0; i < 2 * ARRAY_LEN(hosts); i++) {
        const char *scheme = i % 2 == 0 ? "https" : "http";
        char url[64];
        struct net_http_request request = {
            .url = url, .content_type = "text/xml", .timeout_ms = 5000, .answer_max = 1000};
        int status = -1;
        enum err rc;

        (void)snprintf(url, sizeof url, "%s://%s:%d/ok", scheme, hosts[i / 2], server_port(server));
        rc = net_http_post(http, &request, &answer, &status);
        if (rc != ERR_PEER_ADDRESS) fail_msg("%s: %s", url, err_name(rc));
        assert_int_equal(status, -1);
    }
    assert_int_equal(server_connections(server), 0);
    net_http_close(&http);
    server_close(&server);
    buf_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_inside_is_called)};

    net_init();
    server_configure(NULL, 0);
    return cmocka_run_group_tests_name("net/http refused", tests, NULL, NULL);
}
