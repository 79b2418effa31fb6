/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notice numbers: one spelling each, right check digits made and never demanded [X41]. */
#include "domain/cases.h"

#include "domain/notice.h"

#include <string.h>

static void test_notice_check_takes_18_digits_only(void **state)
{
    static const char *const wrong[] = {
        "",
        "30200010044000942",   /* 17 */
        "3020001004400094240", /* 19 */
        "30200010044000942a",
        "302000100440009424 ",
        " 302000100440009424",
        "3020001004400 9424",
        "-02000100440009424",
        "30200010044000942\xD9\xA1",
        "302000100440009424\n",
    };

    (void)state;
    assert_int_equal(notice_check("302000100440009424"), ERR_NONE); /* check digits: 84 */
    assert_int_equal(notice_check("000000000000000000"), ERR_NONE);
    assert_int_equal(notice_check("999999999999999999"), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (notice_check(wrong[i]) != ERR_NOTICE_SYNTAX) fail_msg("\"%s\" was taken", wrong[i]);
}

static void test_notice_parse_takes_apart_by_aux_digit(void **state)
{
    static const struct {
        const char *text;
        int aux_digit, code;
        const char *iuv;
    } cases[] = {
        {"001123456789012345", 0, 1, "123456789012345"},
        {"112345678901234567", 1, -1, "12345678901234567"},
        {"212345678901234567", 2, -1, "12345678901234567"},
        {"302000100440009424", 3, 2, "02000100440009424"},
        {"399000100440009424", 3, 99, "99000100440009424"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct notice got;

        assert_int_equal(notice_parse(cases[i].text, &got), ERR_NONE);
        assert_int_equal(got.aux_digit, cases[i].aux_digit);
        assert_int_equal(got.code, cases[i].code);
        assert_string_equal(got.iuv, cases[i].iuv);
    }
}

static void test_notice_parse_refuses_what_is_none(void **state)
{
    struct notice got = {.aux_digit = -7};

    (void)state;
    assert_int_equal(notice_parse("402000100440009424", &got), ERR_NOTICE_SYNTAX);
    assert_int_equal(notice_parse("30200010044000942", &got), ERR_NOTICE_SYNTAX);
    assert_int_equal(got.aux_digit, -7); /* untouched */

    err_clear();
    assert_false(notice_split("402000100440009424", &got));
    assert_int_equal(err_detail()->code, ERR_NONE); /* a look-up leaves no detail behind */
}

/* [X41] */
static void test_notice_of_iuv_is_each_that_has_it(void **state)
{
    static const struct {
        const char *iuv;
        int n;
        const char *first, *last;
    } cases[] = {
        {"123456789012345", 100, "000123456789012345", "099123456789012345"},
        {"02000100440009484", 3, "102000100440009484", "302000100440009484"},
        {"302000100440009484", 0, "", ""},
        {"0200010044000948", 0, "", ""},
        {"0200010044000948x", 0, "", ""},
        {"12345678901234 ", 0, "", ""},
        {"RF18539007547034", 0, "", ""},
        {"", 0, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char notice[NOTICE_LEN + 1], last[NOTICE_LEN + 1] = "";
        struct notice parsed;
        int n;

        for (n = 0; notice_of_iuv(cases[i].iuv, n, notice); n++) {
            assert_int_equal(notice_parse(notice, &parsed), ERR_NONE);
            assert_string_equal(parsed.iuv, cases[i].iuv);
            if (n == 0) assert_string_equal(notice, cases[i].first);
            memcpy(last, notice, sizeof last);
        }
        assert_int_equal(n, cases[i].n);
        assert_string_equal(last, cases[i].last);
    }
}

static void test_notice_make_lays_out_and_checks(void **state)
{
    static const struct {
        int aux_digit, code;
        int64_t base_number;
        const char *notice, *iuv;
    } cases[] = {
        {3, 2, 1004400094, "302000100440009484", "02000100440009484"},
        {0, 1, 1234567890123, "001123456789012313", "123456789012313"},
        {2, -1, 100, "200000000000010009", "00000000000010009"},
        {1, -1, 12345678901234567, "112345678901234567", "12345678901234567"},
        {3, 0, 9999999999999, NULL, NULL},
        {3, 99, 0, NULL, NULL},
        {0, 99, 9999999999999, NULL, NULL},
        {2, -1, 999999999999999, NULL, NULL},
        {1, -1, 99999999999999999, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char notice[NOTICE_LEN + 1] = "", iuv[IUV_MAX + 1] = "";
        struct notice parsed;

        assert_int_equal(
            notice_make(cases[i].aux_digit, cases[i].code, cases[i].base_number, notice, iuv),
            ERR_NONE);
        if (cases[i].notice != NULL) {
            assert_string_equal(notice, cases[i].notice);
            assert_string_equal(iuv, cases[i].iuv);
        }
        assert_int_equal(notice_parse(notice, &parsed), ERR_NONE);
        assert_int_equal(parsed.aux_digit, cases[i].aux_digit);
        assert_int_equal(parsed.code, cases[i].code);
        assert_string_equal(parsed.iuv, iuv);
    }
}

static void test_notice_make_refuses_what_does_not_fit(void **state)
{
    static const struct {
        int aux_digit, code;
        int64_t base_number;
        enum err want;
    } cases[] = {
        {3, 2, 10000000000000, ERR_LIMIT},
        {0, 2, 10000000000000, ERR_LIMIT},
        {2, -1, 1000000000000000, ERR_LIMIT},
        {1, -1, 100000000000000000, ERR_LIMIT},
        {3, 2, -1, ERR_LIMIT},
        {3, 2, INT64_MIN, ERR_LIMIT},
        {3, -1, 1, ERR_NOTICE_SYNTAX},
        {3, 100, 1, ERR_NOTICE_SYNTAX},
        {0, -1, 1, ERR_NOTICE_SYNTAX},
        {1, 0, 1, ERR_NOTICE_SYNTAX},
        {2, 5, 1, ERR_NOTICE_SYNTAX},
        {4, -1, 1, ERR_NOTICE_SYNTAX},
        {-1, -1, 1, ERR_NOTICE_SYNTAX},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char notice[NOTICE_LEN + 1] = "untouched", iuv[IUV_MAX + 1] = "untouched";

        assert_int_equal(
            notice_make(cases[i].aux_digit, cases[i].code, cases[i].base_number, notice, iuv),
            cases[i].want);
        assert_string_equal(notice, "untouched");
        assert_string_equal(iuv, "untouched");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notice_check_takes_18_digits_only),
        cmocka_unit_test(test_notice_parse_takes_apart_by_aux_digit),
        cmocka_unit_test(test_notice_parse_refuses_what_is_none),
        cmocka_unit_test(test_notice_of_iuv_is_each_that_has_it),
        cmocka_unit_test(test_notice_make_lays_out_and_checks),
        cmocka_unit_test(test_notice_make_refuses_what_does_not_fit),
    };

    return cmocka_run_group_tests_name("domain/notice", tests, NULL, NULL);
}
