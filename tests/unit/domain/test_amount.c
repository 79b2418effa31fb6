/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Amounts of the wire: what is not exactly euros and two decimals is refused [X39]. */
#include "domain/cases.h"

#include "domain/amount.h"

#include <inttypes.h>

static const struct {
    const char *text;
    int64_t want; /* -1: refused */
} cases[] = {
    {"0.01", 1},
    {"1.00", 100},
    {"007.00", 700},
    {"12.34", 1234},
    {"999999999.99", 99999999999},
    {"0000000000000000000000000001.10", 110},
    {"0.00", -1},
    {"1000000000.00", -1},
    {"99999999999999999999.00", -1},
    {"18446744073709551617.00", -1}, /* 2^64 + 1 */
    {"", -1},
    {".", -1},
    {".50", -1},
    {"5", -1},
    {"5.", -1},
    {"5.0", -1},
    {"5.000", -1},
    {"1,00", -1},
    {"1.0a", -1},
    {"+5.00", -1},
    {"-1.00", -1},
    {" 5.00", -1},
    {"5.00 ", -1},
    {"5.00\n", -1},
    {"1e3", -1},
    {"1.e3", -1},
    {"0x10", -1},
    {"NaN", -1},
    {"1.234.00", -1},
    {"\xD9\xA1.\xD9\xA1\xD9\xA1", -1}, /* Arabic digits */
};

static void test_amount_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t got = -1;
        enum err rc = amount_parse(cases[i].text, &got);

        if (got != cases[i].want || (rc == ERR_NONE) != (got >= 0))
            fail_msg("\"%s\": %s, %" PRId64, cases[i].text, err_name(rc), got);
    }
}

static void test_amount_parse_signed_takes_one_minus(void **state)
{
    static const struct {
        const char *text;
        int64_t want; /* 0: refused */
    } signs[] = {{"12.34", 1234}, {"-12.34", -1234}, {"-0.01", -1}, {"-0.00", 0},
                 {"--0.01", 0},   {"+0.01", 0},      {"-", 0},      {"0.01-", 0}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        int64_t got = 0;
        enum err rc = amount_parse_signed(signs[i].text, &got);

        if (got != signs[i].want || (rc == ERR_NONE) != (got != 0))
            fail_msg("\"%s\": %s, %" PRId64, signs[i].text, err_name(rc), got);
    }
}

static void test_amount_parse_or_zero_takes_a_fee_of_nothing(void **state)
{
    int64_t got = -1;

    (void)state;
    assert_int_equal(amount_parse_or_zero("0.00", &got), ERR_NONE);
    assert_int_equal(got, 0);
    assert_int_equal(amount_parse_or_zero("-0.00", &got), ERR_AMOUNT_SYNTAX);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        got = -1;
        if (cases[i].want > 0) {
            assert_int_equal(amount_parse_or_zero(cases[i].text, &got), ERR_NONE);
            assert_int_equal(got, cases[i].want);
        }
    }
}

static void test_amount_print(void **state)
{
    static const struct {
        int64_t cents;
        const char *want;
    } prints[] = {
        {0, "0.00"},
        {1, "0.01"},
        {10, "0.10"},
        {1234, "12.34"},
        {100000, "1000.00"},
        {-5, "-0.05"},
        {-1234, "-12.34"},
        {99999999999, "999999999.99"},
        {99999999999999, "999999999999.99"},
        {-9999999999999, "-99999999999.99"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(prints); i++) {
        char got[AMOUNT_SIZE];

        amount_print(prints[i].cents, got);
        assert_string_equal(got, prints[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_amount_parse),
        cmocka_unit_test(test_amount_parse_signed_takes_one_minus),
        cmocka_unit_test(test_amount_parse_or_zero_takes_a_fee_of_nothing),
        cmocka_unit_test(test_amount_print),
    };

    return cmocka_run_group_tests_name("domain/amount", tests, NULL, NULL);
}
