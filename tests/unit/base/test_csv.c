/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* What is read of a text, for comparing: fields joined by '|', records by '\n'; a broken record
 * reads as "!" and its line. */
static void read_all(const char *text, size_t len, struct buf *out)
{
    char path[] = "/tmp/payer-csv-XXXXXX";
    int fd = mkstemp(path);
    struct csv c;
    bool more = true;

    assert_true(fd >= 0 && write(fd, text, len) == (ssize_t)len && close(fd) == 0);
    assert_int_equal(csv_open(&c, path), ERR_NONE);
    for (;;) {
        enum err rc = csv_next(&c, &more);

        if (rc == ERR_NONE && !more) break;
        if (rc == ERR_NONE) {
            for (size_t i = 0; i < c.n; i++)
                assert_int_equal(buf_printf(out, "%s%s", i ? "|" : "", c.fields[i]), ERR_NONE);
            assert_int_equal(buf_printf(out, "@%ld\n", c.line), ERR_NONE);
        } else {
            assert_int_equal(rc, ERR_DATA);
            assert_non_null(strstr(err_detail()->field, "line "));
            assert_int_equal(buf_printf(out, "!@%ld\n", c.line), ERR_NONE);
            err_clear();
        }
    }
    csv_close(&c);
    assert_int_equal(unlink(path), 0);
}

static const struct {
    const char *text, *want;
} cases[] = {
    {"", ""},
    {"a,b\r\nc,d\r\n", "a|b@1\nc|d@2\n"},
    {"a,b\nc,d", "a|b@1\nc|d@2\n"},
    {"\xEF\xBB\xBF"
     "a,b\n",
     "a|b@1\n"},
    {"a,,\n", "a||@1\n"},
    {"\n\na\n", "a@3\n"},
    {"\"a,b\",\"say \"\"so\"\"\"\n", "a,b|say \"so\"@1\n"},
    {"\"two\r\nlines\",x\nnext\n", "two\r\nlines|x@1\nnext@3\n"},
    /* broken ones do not hide what follows */
    {"a\"b,c\nd\n", "!@1\nd@2\n"},
    {"\"a\"b,c\nd\n", "!@1\nd@2\n"},
    {"x\n\"never closed,\ny\n", "x@1\n!@2\n"},
    {"a\rb\rc\n\"d\re\"\n", "!@1\nd\re@2\n"},
};

static void test_csv_reads_rfc_4180(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf got = BUF_INIT(65536);

        read_all(cases[i].text, strlen(cases[i].text), &got);
        if (strcmp(buf_str(&got), cases[i].want) != 0)
            fail_msg("case %zu: \"%s\", not \"%s\"", i, buf_str(&got), cases[i].want);
        buf_free(&got);
    }
}

static void test_csv_refuses_what_is_too_big_and_goes_on(void **state)
{
    struct buf text = BUF_INIT(400000), got = BUF_INIT(65536);

    (void)state;
    for (int i = 0; i < CSV_FIELDS_MAX; i++)
        assert_int_equal(buf_text(&text, "x,"), ERR_NONE); /* one field more than there may be */
    assert_int_equal(buf_text(&text, "\"two\nlines\"\n"), ERR_NONE);
    for (int i = 0; i <= CSV_RECORD_MAX; i++)
        assert_int_equal(buf_text(&text, "y"), ERR_NONE);
    assert_int_equal(buf_text(&text, "\nz\n"), ERR_NONE);
    assert_int_equal(buf_add(&text, "nul\0\nlast\n", 10), ERR_NONE);
    read_all(text.bytes, text.len, &got);
    assert_string_equal(buf_str(&got), "!@1\n!@3\nz@4\n!@5\nlast@6\n");
    buf_free(&text);
    buf_free(&got);
}

static void test_csv_field_is_quoted_where_it_must_be(void **state)
{
    struct buf out = BUF_INIT(256);

    (void)state;
    assert_int_equal(csv_field(&out, "plain", false), ERR_NONE);
    assert_int_equal(csv_field(&out, "12,3", false), ERR_NONE);
    assert_int_equal(csv_field(&out, "say \"so\"", true), ERR_NONE);
    assert_string_equal(buf_str(&out), "plain,\"12,3\",\"say \"\"so\"\"\"\r\n");
    buf_free(&out);
}

/* [X70]: a table program runs what begins so. */
static void test_csv_field_is_no_formula(void **state)
{
    static const char *const texts[] = {
        "=cmd|' /C calc'!A0", "+1", "-1.00", "@SUM(1)", "\tx", "＝1", "＋1", "－1", "＠A"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct buf out = BUF_INIT(256);
        char want[64];

        (void)snprintf(want, sizeof want, "'%s\r\n", texts[i]);
        assert_int_equal(csv_field(&out, texts[i], true), ERR_NONE);
        assert_string_equal(buf_str(&out), want);
        buf_free(&out);
    }
    assert_true(csv_formula("\r=1") && csv_formula("\n=1"));
    assert_false(csv_formula("") || csv_formula("a=1") || csv_formula(" =1"));
}

static void test_csv_opens_files_only(void **state)
{
    struct csv c;

    (void)state;
    assert_int_equal(csv_open(&c, "/nonexistent.csv"), ERR_IO_READ);
    csv_close(&c);
    assert_int_equal(csv_open(&c, "/tmp"), ERR_IO_READ);
    csv_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_reads_rfc_4180),
        cmocka_unit_test(test_csv_refuses_what_is_too_big_and_goes_on),
        cmocka_unit_test(test_csv_field_is_quoted_where_it_must_be),
        cmocka_unit_test(test_csv_field_is_no_formula),
        cmocka_unit_test(test_csv_opens_files_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
