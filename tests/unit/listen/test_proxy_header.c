/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PROXY protocol v2 headers as bytes, right and wrong. */
#include "listen/proxy_header.h"

#include "base/err.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIGN "\r\n\r\n\0\r\nQUIT\n"
#define BYTES(text) text, sizeof(text) - 1
#define V4 "\xC0\x00\x02\x07\x7F\x00\x00\x01\x30\x39\x01\xBB" /* 192.0.2.7:12345, to us */
#define V6_ONE "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x01"

static const struct {
    const char *bytes;
    size_t len;
    const char *want; /* NULL: refused; "": the proxy itself */
} cases[] = {
    {BYTES(SIGN "\x21\x11\x00\x0C" V4), "192.0.2.7"},
    {BYTES(SIGN "\x21\x11\x00\x11" V4 "\x04\x00\x02"
                "ab"),
     "192.0.2.7"},
    {BYTES(SIGN "\x21\x21\x00\x24" V6_ONE V6_ONE "\x30\x39\x01\xBB"), "2001:db8::1"},
    {BYTES(SIGN "\x20\x00\x00\x00"), ""},
    {BYTES(SIGN "\x20\x11\x00\x02zz"), ""}, /* LOCAL: what follows is passed over */
    {BYTES(SIGN "\x21\x00\x00\x03zzz"), ""},
    {BYTES(SIGN "\x11\x11\x00\x0C" V4), NULL}, /* version 1 in version 2's form */
    {BYTES(SIGN "\x31\x11\x00\x0C" V4), NULL},
    {BYTES(SIGN "\x22\x11\x00\x0C" V4), NULL}, /* unknown command */
    {BYTES(SIGN "\x21\x12\x00\x0C" V4), NULL}, /* UDP */
    {BYTES(SIGN "\x21\x31\x00\x0C" V4), NULL}, /* a unix socket */
    {BYTES(SIGN "\x21\x11\x00\x0B\xC0\0\2\7\x7F\0\0\1\x30\x39\1"), NULL},
    {BYTES(SIGN "\x21\x21\x00\x0C" V4), NULL},
    {BYTES(SIGN "\x21\x11\x00\x0E" V4 "\x04\x00"), NULL},          /* half an addition */
    {BYTES(SIGN "\x21\x11\x00\x10" V4 "\x04\x00\x02z"), NULL},     /* longer than the header */
    {BYTES("PROXY TCP4 192.0.2.7 127.0.0.1 12345 443\r\n"), NULL}, /* version 1 */
    {BYTES("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), NULL},
    {BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03zzzzzzzzz"), NULL}, /* TLS */
    {BYTES("\r\n\r\n\0\r\nQUIT\r\x21\x11\x00\x0C" V4), NULL},
};

/* As a reader would: byte by byte, and never one too many. @return "", an address, or NULL */
static const char *read_all(const char *bytes, size_t len)
{
    static char text[INET6_ADDRSTRLEN];
    unsigned char *copy = malloc(len); /* without slack, for a sanitizer */
    struct sockaddr_storage address;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    const char *got = NULL;
    size_t n = 0, want;

    assert_non_null(copy);
    while ((want = listen_proxy_length(copy, n)) > n) {
        if (want > len) fail_msg("wants %zu of %zu bytes", want, len);
        copy[n] = (unsigned char)bytes[n];
        n++;
    }
    if (want > 0) {
        assert_int_equal(n, len);
        if (listen_proxy_read(copy, n, &address)) got = "";
    }
    memcpy(&in, &address, sizeof in);
    memcpy(&in6, &address, sizeof in6);
    if (got && address.ss_family == AF_INET)
        got = inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    else if (got && address.ss_family == AF_INET6)
        got = inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
    free(copy);
    return got;
}

static void test_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = read_all(cases[i].bytes, cases[i].len);

        if (!got != !cases[i].want || (got && strcmp(got, cases[i].want) != 0))
            fail_msg("case %zu: %s", i, got ? got : "refused");
    }
}

static void test_too_long(void **state)
{
    unsigned char head[] = SIGN "\x21\x11\x03\xF0";

    (void)state;
    assert_int_equal(listen_proxy_length(head, LISTEN_PROXY_FIXED), LISTEN_PROXY_MAX);
    head[15]++;
    assert_int_equal(listen_proxy_length(head, LISTEN_PROXY_FIXED), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
