/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunked bodies: what comes out is the same whole and byte by byte. */
#include "listen/http_chunks.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 16 };
#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *bytes;
    size_t len;
    int want;         /* 0: wants more */
    const char *data; /* what came out until then */
} cases[] = {
    {BYTES("0\r\n\r\n"), 1, ""},
    {BYTES("5\r\nhello\r\n0\r\n\r\n"), 1, "hello"},
    {BYTES("00000005\r\nhello\r\n1\r\n!\r\n000\r\n\r\n"), 1, "hello!"},
    {BYTES("A\r\n0123456789\r\na\r\nabcdef\r\n0"), 413, "0123456789"},
    {BYTES("10\r\n0123456789abcdef\r\n0\r\n\r\n"), 1, "0123456789abcdef"},
    {BYTES("11\r\n"), 413, ""},
    {BYTES("ffffffff\r\n"), 413, ""},         /* [X5] */
    {BYTES("7fffffffffffffff\r\n"), 400, ""}, /* [X5] */
    {BYTES("0x10\r\n"), 400, ""},             /* [X5] */
    {BYTES("5;ext=1\r\n"), 400, ""},          /* [X5] */
    {BYTES("5\r\nhello0\r\n"), 400, "hello"}, /* [X5] */
    {BYTES("5\nhello\n0\n\n"), 400, ""},
    {BYTES("5\r\nhello\n"), 400, "hello"},
    {BYTES("\r\n"), 400, ""},
    {BYTES(" 5\r\n"), 400, ""},
    {BYTES("-5\r\n"), 400, ""},
    {BYTES("5 \r\n"), 400, ""},
    {BYTES("5\r\r"), 400, ""},
    {BYTES("0\r\nTrailer: a\r\n\r\n"), 400, ""},
    {BYTES("0\r\n\n"), 400, ""},
    {BYTES("0\r\n\r\r"), 400, ""},
    {BYTES("5\r\nhel"), 0, "hel"},
    {BYTES("5\r\nhello"), 0, "hello"},
    {BYTES(""), 0, ""},
};

/* Feed step bytes at a time; data comes out NUL-terminated. */
static int feed(const char *bytes, size_t len, size_t step, char data[ROOM + 1], size_t *out_used)
{
    struct listen_chunks c = {0};
    size_t at = 0, made = 0;
    int status = LISTEN_CHUNKS_MORE;

    while (at < len && status == LISTEN_CHUNKS_MORE) {
        size_t n = len - at < step ? len - at : step, used;
        struct listen_span piece;

        status = listen_chunks_feed(&c, bytes + at, n, ROOM - made, &used, &piece);
        assert_true(used > 0 && used <= n && piece.len <= used && piece.len <= ROOM - made);
        if (piece.len > 0) memcpy(data + made, piece.text, piece.len);
        made += piece.len;
        at += used;
    }
    data[made] = '\0';
    *out_used = at;
    return status;
}

static void test_chunks(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t step = 1; step <= cases[i].len || step == 1; step++) {
            char data[ROOM + 1];
            size_t used;
            int got = feed(cases[i].bytes, cases[i].len, step, data, &used);

            if (got != cases[i].want || strcmp(data, cases[i].data) != 0)
                fail_msg("\"%s\" by %zu: %d, \"%s\"", cases[i].bytes, step, got, data);
        }
}

/* What follows the last chunk is the next request's. */
static void test_end_is_exact(void **state)
{
    static const char text[] = "1\r\na\r\n0\r\n\r\nGET";
    char data[ROOM + 1];
    size_t used;

    (void)state;
    assert_int_equal(feed(text, sizeof text - 1, sizeof text, data, &used), LISTEN_CHUNKS_DONE);
    assert_int_equal(used, sizeof text - 1 - 3);
}

static void test_nothing_after_the_end(void **state)
{
    struct listen_chunks c = {0};
    struct listen_span piece;
    size_t used;

    (void)state;
    assert_int_equal(listen_chunks_feed(&c, "0\r\n\r\n", 5, ROOM, &used, &piece),
                     LISTEN_CHUNKS_DONE);
    assert_int_equal(listen_chunks_feed(&c, "0", 1, ROOM, &used, &piece), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_end_is_exact),
        cmocka_unit_test(test_nothing_after_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
