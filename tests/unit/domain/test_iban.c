/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Account numbers: one spelling, check digits and, of Italian ones, the CIN too [X42]. */
#include "domain/cases.h"

#include "domain/iban.h"

#include <stdio.h>
#include <string.h>

static const char *const right[] = {
    "IT60X0542811101000000123456",     "IT96R0123454321000000012345",
    "SM86U0322509800000000270100",     "DE89370400440532013000",
    "GB82WEST12345698765432",          "NO9386011117947", /* the shortest */
    "MT84MALT011000012345MTLCAST001S",
};

static const char *const wrong[] = {
    "",
    "IT",
    "IT60",
    "IT60X0542811101000000123457", /* modulo 97 */
    "it60x0542811101000000123456", /* lower case */
    "IT60 X054 2811 1010 0000 0123 456",
    "IT60X0542811101000000123456 ",
    "IT60X054281110100000012345",
    "IT60X05428111010000001234567",
    "IT60X0542811101OOO000123456",
    "IT60\xD0\xA5"
    "0542811101000000123456", /* a Cyrillic letter that looks like X */
    "DE8937040044053201300",
    "60ITX0542811101000000123456",
    "I160X0542811101000000123456",
    "ITA0X0542811101000000123456",
    "GB82WEST12345698765432GB82WEST12345698765432",
};

static void test_iban_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(right); i++)
        if (iban_check(right[i]) != ERR_NONE) fail_msg("%s: refused", right[i]);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (iban_check(wrong[i]) != ERR_IBAN_SYNTAX) fail_msg("\"%s\": taken", wrong[i]);
}

/* With how many of the 100 check digits is an account taken? */
static int times_taken(const char *country, const char *account)
{
    int taken = 0;

    for (int check = 0; check < 100; check++) {
        char text[64];

        (void)snprintf(text, sizeof text, "%s%02d%s", country, check, account);
        taken += iban_check(text) == ERR_NONE;
    }
    return taken;
}

/* An account of Italy has 23 characters and a CIN that modulo 97 knows nothing of. */
static void test_iban_check_of_italy_demands_length_and_cin(void **state)
{
    (void)state;
    assert_int_equal(times_taken("IT", "X0542811101000000123456"), 1);
    assert_int_equal(times_taken("SM", "X0542811101000000123456"), 1);
    assert_int_equal(times_taken("IT", "Y0542811101000000123456"), 0);
    assert_int_equal(times_taken("SM", "Y0542811101000000123456"), 0);
    assert_int_equal(times_taken("IT", "X05428111010000001234561"), 0);
    assert_int_equal(times_taken("IT", "X054281110100000012345"), 0);
    assert_int_equal(times_taken("FR", "Y0542811101000000123456"), 1); /* others: not looked into */
}

/* 98 = 1 modulo 97: check digits 01 and 98, or 02 and 99, would be two spellings of one account. */
static void test_iban_check_digits_have_one_spelling(void **state)
{
    (void)state;
    for (int account = 0; account < 400; account++) {
        char text[32];

        (void)snprintf(text, sizeof text, "37040044053201%04d", account);
        assert_int_equal(times_taken("DE", text), 1);
    }
}

static void test_iban_parts(void **state)
{
    char part[IBAN_PART_SIZE];

    (void)state;
    assert_true(iban_abi("IT60X0542811101000000123456", part));
    assert_string_equal(part, "05428");
    assert_true(iban_abi("SM86U0322509800000000270100", part));
    assert_string_equal(part, "03225");
    assert_false(iban_abi("DE89370400440532013000", part));
    assert_false(iban_abi("IT60", part));
    assert_true(iban_is_postal("IT44M0760103200000099900101"));
    assert_false(iban_is_postal("IT60X0542811101000000123456"));
    assert_false(iban_is_postal("DE89370400440532013000"));
}

static void is_taken(const char *text)
{
    assert_int_equal(iban_check(text), ERR_NONE);
}

static void test_iban_of_a_postal_account(void **state)
{
    (void)state;
    assert_true(iban_is_postal("IT60X0760111101000000123456"));
    assert_false(iban_is_postal("IT60X0542811101000000123456"));
    assert_false(iban_is_postal("DE89370400440532013000"));
    assert_false(iban_is_postal(""));
}

static void test_iban_reference_vectors(void **state)
{
    (void)state;
    vectors_each("iban_it_with_cin", is_taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_iban_check),
        cmocka_unit_test(test_iban_of_a_postal_account),
        cmocka_unit_test(test_iban_check_of_italy_demands_length_and_cin),
        cmocka_unit_test(test_iban_check_digits_have_one_spelling),
        cmocka_unit_test(test_iban_parts),
        cmocka_unit_test(test_iban_reference_vectors),
    };

    return cmocka_run_group_tests_name("domain/iban", tests, NULL, NULL);
}
