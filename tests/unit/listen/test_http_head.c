/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads as bytes, and what the strict reader makes of them. */
#include "listen/http_head.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) text, sizeof(text) - 1
#define HEAD(fields) BYTES("POST /a HTTP/1.1\r\nHost: h\r\n" fields "\r\n")

/* A copy without slack: a sanitizer sees a byte read too far. */
static char *exact_copy(const char *bytes, size_t len)
{
    char *copy = malloc(len ? len : 1);

    assert_non_null(copy);
    if (len > 0) memcpy(copy, bytes, len);
    return copy;
}

static int parse(const char *bytes, size_t len, struct listen_head *out)
{
    char *copy = exact_copy(bytes, len);
    int status = listen_head_parse(copy, len, out);

    free(copy);
    return status;
}

static const struct {
    const char *bytes;
    size_t len;
    int want;
} cases[] = {
    {BYTES("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), 0},
    {BYTES("GET / HTTP/1.0\r\n\r\n"), 0},
    {BYTES("PROPFIND /a HTTP/1.1\r\nHost: h\r\n\r\n"), 0},
    /* request line */
    {BYTES("GET  / HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
    {BYTES("GET / HTTP/1.1 \r\nHost: h\r\n\r\n"), 400},
    {BYTES("GET /\r\nHost: h\r\n\r\n"), 400},
    {BYTES("GET / HTTP/11\r\nHost: h\r\n\r\n"), 400},
    {BYTES("GET / http/1.1\r\nHost: h\r\n\r\n"), 400},
    {BYTES("GET / HTTP/1.2\r\nHost: h\r\n\r\n"), 505},
    {BYTES("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505},
    {BYTES("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
    {BYTES("GET * HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
    {BYTES("GET /#a HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
    {BYTES("GET /\xC3\xA8 HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
    {BYTES("GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"), 400}, /* [X9] */
    {BYTES("GET /\x1B HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
    {BYTES("G{T / HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
    {BYTES("ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
    {BYTES("\r\n\r\n"), 400},
    {BYTES("\r\n"), 400},
    /* Host */
    {BYTES("GET / HTTP/1.1\r\n\r\n"), 400},
    {BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400},
    {HEAD("Host: h\r\n"), 400},
    {BYTES("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400},
    {BYTES("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"), 400},
    {BYTES("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), 0},
    /* form of fields [X9] */
    {HEAD("A : b\r\n"), 400},
    {HEAD("A\r\n"), 400},
    {HEAD(": b\r\n"), 400},
    {HEAD("A: b\r\n c\r\n"), 400},
    {HEAD("A: b\nB: c\r\n"), 400},
    {HEAD("A: b\rB: c\r\n"), 400},
    {HEAD("A: b\0c\r\n"), 400},
    {HEAD("SOAPAction: \x1B[2J\r\n"), 400},
    {HEAD("A: \xC3\xA8\r\n"), 400},
    {HEAD("A:\tb \t\r\n"), 0},
    {HEAD("A:\r\n"), 0},
    /* framing */
    {HEAD("Content-Length: 5\r\n"), 0},
    {HEAD("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},             /* [X1] */
    {HEAD("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},    /* [X2] */
    {HEAD("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},    /* [X2] */
    {HEAD("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n"), 400}, /* [X2] */
    {HEAD("Transfer-Encoding: chunked\0\r\n"), 400},                       /* [X2] */
    {HEAD("Transfer-Encoding: xchunked\r\n"), 501},                        /* [X2] */
    {HEAD("Transfer-Encoding: gzip, chunked\r\n"), 501},                   /* [X2] */
    {HEAD("Transfer-Encoding:\r\n"), 501},
    {HEAD("Transfer-Encoding: Chunked\r\n"), 0},
    {BYTES("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
    {HEAD("Content-Length: -1\r\n"), 400},                   /* [X3] */
    {HEAD("Content-Length: 99999999999999999999\r\n"), 400}, /* [X3] */
    {HEAD("Content-Length: +5\r\n"), 400},
    {HEAD("Content-Length: 5, 5\r\n"), 400},
    {HEAD("Content-Length: 0x5\r\n"), 400},
    {HEAD("Content-Length:\r\n"), 400},
    {HEAD("Content-Length: 999999999999\r\n"), 0},
    {HEAD("Content-Encoding: gzip\r\n"), 415}, /* [X10] */
    {HEAD("Content-Encoding: identity\r\n"), 0},
    {HEAD("Expect: 100-continue\r\n"), 0},
    {HEAD("Expect: 200-ok\r\n"), 417},
    {HEAD("SOAPAction: a\r\nSoapAction: b\r\n"), 400},
    {HEAD("Authorization: Basic eA==\r\nAuthorization: Basic eQ==\r\n"), 400},
};

static void test_status(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct listen_head head;
        int got = parse(cases[i].bytes, cases[i].len, &head);

        if (got != cases[i].want)
            fail_msg("\"%s\": %d, not %d", cases[i].bytes, got, cases[i].want);
    }
}

static void assert_span(struct listen_span span, const char *want)
{
    assert_int_equal(span.len, strlen(want));
    assert_memory_equal(span.text, want, span.len);
}

static void test_fields(void **state)
{
    static const char text[] = "POST /node/v1?wsdl=1?2 HTTP/1.1\r\nhost: h\r\n"
                               "CONTENT-TYPE:  text/xml \r\nSOAPAction: \"verify\"\r\n"
                               "Authorization: Basic dTpw\r\nIf-None-Match: \"1\"\r\n"
                               "content-length: 0012\r\nExpect: 100-Continue\r\n\r\n";
    struct listen_head head;

    (void)state;
    assert_int_equal(listen_head_parse(text, sizeof text - 1, &head), 0);
    assert_int_equal(head.method, LISTEN_POST);
    assert_span(head.path, "/node/v1");
    assert_span(head.query, "wsdl=1?2");
    assert_span(head.content_type, "text/xml");
    assert_span(head.action, "\"verify\"");
    assert_span(head.authorization, "Basic dTpw");
    assert_span(head.if_none_match, "\"1\"");
    assert_true(head.has_length && head.length == 12);
    assert_true(head.keep_alive && head.expect_continue && !head.chunked && !head.http10);
}

/* RFC 9110 §13.1.2. Letters have their case: a tag is what its server made. */
static void test_tags(void **state)
{
    static const struct {
        const char *list;
        bool has;
    } lists[] = {
        {"\"v1\"", true},
        {"*", true},
        {"W/\"v1\"", true},
        {"\"v0\", \"v1\"", true},
        {"\"v0\",W/\"x,y\" ,\t\"v1\"", true},
        {"\"v1\", junk", true},
        {"", false},
        {"\"V1\"", false},
        {"w/\"v1\"", false},
        {"v1", false},
        {"\"v1", false},
        {"\"v0\"\"v1\"", false},
        {"\"v0\" \"v1\"", false},
        {"\"v0, \"v1\"", false},
        {"\"a,\", \"v11\", \"v\"", false},
        {"junk, \"v1\"", false},
        {"*, \"v1\"", false},
        {"\"v0\",", false},
        {"W/", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        const struct listen_span list = {lists[i].list, strlen(lists[i].list)};

        if (listen_head_has_tag(list, "\"v1\"") != lists[i].has) fail_msg("%s", lists[i].list);
    }
    assert_false(listen_head_has_tag((struct listen_span){NULL, 0}, "\"v1\""));
}

/* The last address of the last field: what stands before it anybody may have written. */
static void test_forwarded(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *want;
    } fields[] = {
        {HEAD("X-Forwarded-For: 192.0.2.1\r\n"), "192.0.2.1"},
        {HEAD("x-forwarded-for: 192.0.2.1 ,\t::1\r\n"), "::1"},
        {HEAD("X-Forwarded-For: a\r\nA: b\r\nX-Forwarded-For: c, d\r\n"), "d"},
        {HEAD("X-Forwarded-For: 192.0.2.1,\r\n"), ""},
        {HEAD("X-Forwarded-For:\r\n"), ""},
    };
    struct listen_head head;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        assert_int_equal(listen_head_parse(fields[i].bytes, fields[i].len, &head), 0);
        assert_non_null(head.forwarded.text);
        assert_span(head.forwarded, fields[i].want);
    }
    assert_int_equal(listen_head_parse(HEAD(""), &head), 0);
    assert_null(head.forwarded.text);
}

static const struct {
    const char *bytes;
    size_t len;
    bool keep_alive;
} connections[] = {
    {HEAD(""), true},
    {HEAD("Connection: close\r\n"), false},
    {HEAD("Connection: a,b ,\tClose\r\n"), false},
    {HEAD("Connection: x\r\nConnection: close\r\n"), false},
    {HEAD("Connection: keep-alive, close\r\n"), false},
    {HEAD("Connection: closed\r\n"), true},
    {BYTES("GET / HTTP/1.0\r\n\r\n"), false},
    {BYTES("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), true},
    {BYTES("GET / HTTP/1.0\r\nConnection: Keep-Alive, close\r\n\r\n"), false},
};

static void test_keep_alive(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(connections); i++) {
        struct listen_head head;

        assert_int_equal(parse(connections[i].bytes, connections[i].len, &head), 0);
        if (head.keep_alive != connections[i].keep_alive)
            fail_msg("\"%s\": keep_alive %d", connections[i].bytes, head.keep_alive);
    }
}

/* [X6] */
static void test_caps(void **state)
{
    static const struct {
        unsigned fields, target;
        int want;
    } caps[] = {{LISTEN_FIELDS_MAX, 1, 0},
                {LISTEN_FIELDS_MAX + 1, 1, 431},
                {1, LISTEN_TARGET_MAX, 0},
                {1, LISTEN_TARGET_MAX + 1, 414}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(caps); i++) {
        char text[LISTEN_HEAD_MAX] = "GET /";
        struct listen_head head;

        for (unsigned n = 1; n < caps[i].target; n++)
            strcat(text, "a");
        strcat(text, " HTTP/1.1\r\nHost: h\r\n");
        for (unsigned n = 1; n < caps[i].fields; n++)
            strcat(text, "A: b\r\n");
        strcat(text, "\r\n");
        assert_int_equal(parse(text, strlen(text), &head), caps[i].want);
    }
}

/* The head's end is the same wherever the bytes are cut. */
static void test_find(void **state)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET";
    const int end = (int)sizeof text - 4;

    (void)state;
    assert_int_equal(listen_head_find(text, sizeof text - 1, 0), end);
    for (size_t seen = 1; seen < (size_t)end; seen++) {
        assert_int_equal(listen_head_find(text, seen, seen - 1), 0);
        assert_int_equal(listen_head_find(text, sizeof text - 1, seen), end);
    }
}

static void test_find_refuses_early(void **state)
{
    static char endless[LISTEN_HEAD_MAX + 4];

    (void)state;
    assert_int_equal(listen_head_find(BYTES(""), 0), 0);
    assert_int_equal(listen_head_find(BYTES("\r\n"), 0), -400);
    assert_int_equal(listen_head_find(BYTES("\x16\x03\x01"), 0), -400); /* TLS on the plain port */
    assert_int_equal(listen_head_find(BYTES("G\nH"), 0), -400);
    assert_int_equal(listen_head_find(BYTES("GET / HTTP/1.1\r\nA: b\n"), 17), -400);
    memset(endless, 'a', sizeof endless);
    assert_int_equal(listen_head_find(endless, LISTEN_HEAD_MAX - 1, 0), 0);
    assert_int_equal(listen_head_find(endless, LISTEN_HEAD_MAX, 0), -431); /* [X6] */
    memcpy(endless + LISTEN_HEAD_MAX - 4, "\r\n\r\n", 4);
    assert_int_equal(listen_head_find(endless, LISTEN_HEAD_MAX, 0), LISTEN_HEAD_MAX);
    memcpy(endless + LISTEN_HEAD_MAX - 4, "aaa\r\n\r\n", 7);
    assert_int_equal(listen_head_find(endless, LISTEN_HEAD_MAX + 3, 0), -431);
}

static const struct {
    const char *type;
    bool want;
} types[] = {
    {"text/xml", true},
    {"Text/XML; charset=utf-8", true},
    {"text/xml;charset=\"UTF-8\"", true},
    {"text/xml ; action=\"x\"; charset=utf-8", true},
    {"text/xml;", true},
    {"text/xml; charset=iso-8859-1", false},
    {"text/xml; charset=utf-8x", false},
    {"text/xml; charset=utf-8; charset=utf-8", false},
    {"text/xml; charset=", false},
    {"text/xml; charset=\"utf-8", false},
    {"text/xml; charset", false},
    {"text/xml charset=utf-8", false},
    {"text/xmlx", false},
    {"text/xml+soap", false},
    {"", false},
    {"text/plain", false}, /* [X7] */
    {"application/json", false},
    {"application/soap+xml", false},
    {"multipart/related; type=\"text/xml\"", false},
    {"application/dime", false},
};

static void test_content_type(void **state)
{
    (void)state;
    assert_false(listen_head_is_xml((struct listen_span){NULL, 0}));
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        size_t len = strlen(types[i].type);
        char *copy = exact_copy(types[i].type, len);

        if (listen_head_is_xml((struct listen_span){copy, len}) != types[i].want)
            fail_msg("\"%s\"", types[i].type);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_forwarded),
        cmocka_unit_test(test_forwarded),
        cmocka_unit_test(test_keep_alive),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_find_refuses_early),
        cmocka_unit_test(test_content_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
