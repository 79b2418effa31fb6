/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text is kept byte-exact or refused, and narrowed only for credit transfers [X44]. */
#include "domain/cases.h"

#include "domain/text.h"

#include <string.h>

static void test_text_check_keeps_what_people_write(void **state)
{
    static const char *const kept[] = {
        "O'Brien",
        "<script>alert(1)</script>",
        "]]>",
        "%s%n",
        "${jndi:ldap://x}",
        "=cmd|'/c calc'!A0",
        "Nicol\xC3\xB2",             /* composed */
        "Nicolo\xCC\x80",            /* decomposed */
        "\xE2\x80\x8Fright to left", /* U+200F */
        "\xF0\x9F\x98\x80",          /* emoji */
        "\xEF\xBF\xBD",              /* U+FFFD */
        "\xF4\x8F\xBF\xBF",          /* U+10FFFF */
        "\xC2\xA0",                  /* U+00A0, the first after the controls */
        " blanks stay ",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (text_check(kept[i], 1, 40) != ERR_NONE) fail_msg("case %zu refused", i);
}

static void test_text_check_refuses_what_is_no_text(void **state)
{
    static const char *const refused[] = {
        "a\tb",
        "a\nb",
        "a\rb",
        "\x01",
        "\x1F",
        "\x7F",
        "\xC2\x80", /* C1 */
        "\xC2\x9F",
        "\xC3", /* cut */
        "\xE2\x82",
        "\xF0\x9F\x98",
        "\x80", /* no lead byte */
        "a\xBFz",
        "\xC0\xAF", /* overlong '/' */
        "\xE0\x80\xAF",
        "\xF0\x80\x80\xAF",
        "\xC1\xBF",
        "\xED\xA0\x80", /* surrogate */
        "\xED\xBF\xBF",
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF8\x88\x80\x80\x80",
        "\xFE",
        "\xEF\xBF\xBE", /* U+FFFE */
        "\xEF\xBF\xBF", /* U+FFFF */
        "Nicol\xF2",    /* Latin-1 */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refused); i++)
        if (text_check(refused[i], 1, 40) != ERR_TEXT_SYNTAX) fail_msg("case %zu taken", i);
}

static void test_text_check_counts_characters(void **state)
{
    char text[2 * 141 + 1];

    (void)state;
    for (size_t i = 0; i < 141; i++)
        memcpy(text + 2 * i, "\xC3\xA8", 3);
    assert_int_equal(text_check(text, 1, 141), ERR_NONE);
    assert_int_equal(text_check(text, 1, 140), ERR_TEXT_SYNTAX);
    assert_int_equal(text_check(text, 142, 200), ERR_TEXT_SYNTAX);
    assert_int_equal(text_check("", 1, 10), ERR_TEXT_SYNTAX);
    assert_int_equal(text_check("", 0, 10), ERR_NONE);
    assert_int_equal(text_check("", 0, 0), ERR_NONE);
}

static void test_text_is_cut_between_characters(void **state)
{
    char text[] = "\xC3\xA8\xE2\x82\xAC\xF0\x9F\x98\x80z"; /* 2, 3, 4 and 1 bytes */
    char out[8];

    (void)state;
    for (size_t cap = 1; cap <= sizeof out; cap++) {
        text_copy(text, out, cap);
        assert_int_equal(strlen(out), cap <= 2 ? 0 : cap <= 5 ? 2 : 5);
        assert_memory_equal(out, text, strlen(out));
        assert_int_equal(text_check(out, 0, 9), ERR_NONE);
    }
    text_copy("abc", out, sizeof out);
    assert_string_equal(out, "abc");
}

static void test_text_mend_makes_text_of_anything(void **state)
{
    static const char bytes[] = "a\xC3\xA8\xE2\x82 \n\xFF\xF0\x9F\x98\x80\xC3"; /* cut at its end */
    char out[32];

    (void)state;
    text_mend(bytes, out, sizeof out);
    assert_string_equal(out, "a\xC3\xA8?? ??\xF0\x9F\x98\x80?");
    for (size_t cap = 1; cap <= sizeof out; cap++) {
        text_mend(bytes, out, cap);
        assert_true(strlen(out) < cap);
        assert_int_equal(text_check(out, 0, cap), ERR_NONE);
    }
}

static void test_text_check_email(void **state)
{
    static const char *const right[] = {"a@b", "A.b_c+d-1@comune.prova.example", ".@-"};
    static const char *const wrong[] = {"",       "a",     "@b",    "a@",    "a@b.",      "a@.b",
                                        "a@b..c", "a@b@c", "a b@c", "a@b c", "\xC3\xA8@b"};
    char text[260];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(right); i++)
        assert_int_equal(text_check_email(right[i]), ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        if (text_check_email(wrong[i]) != ERR_TEXT_SYNTAX) fail_msg("\"%s\": taken", wrong[i]);
    memset(text, 'a', sizeof text);
    text[1] = '@';
    text[256] = '\0';
    assert_int_equal(text_check_email(text), ERR_NONE);
    text[256] = 'a';
    text[257] = '\0';
    assert_int_equal(text_check_email(text), ERR_TEXT_SYNTAX);
}

static void test_text_sepa(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},
        {"abc XYZ 019 /-?:().,'+", "abc XYZ 019 /-?:().,'+"},
        {" kept ", " kept "},
        {"Citt\xC3\xA0 di Forl\xC3\xAC", "Citta di Forli"},
        {"Nicolo\xCC\x80", "Nicolo"}, /* decomposed reads as composed */
        {"L\xE2\x80\x99"
         "Aquila \xE2\x80\x93 n\xC2\xB0 3",
         "L'Aquila - no 3"},
        {"Stra\xC3\x9F"
         "e \xC3\x86sir \xC5\x93uvre",
         "Strasse AEsir oeuvre"},
        {"\xC5\xA0i\xC5\xA1ka \xC4\x8Curlica \xC5\xBD", "Siska Curlica Z"},
        {"A&B_C;D[E]{F}|G~H`I\\J", "A+B-C,D(E)(F)/G-H'I/J"},
        {"\"#$%*<=>@!^", "..........."},
        {"10 \xE2\x82\xAC", "10 E"},
        {"\xC3\x97\xC3\xB7", ".."}, /* times, divided by */
        {"\xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80", ".. ."},
        {"a\xC2\xA0z", "a z"},
        {"\xC4\xB2\xC5\x89\xC5\xBF", "IJns"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char got[64];

        text_sepa(cases[i].text, got, sizeof got);
        assert_string_equal(got, cases[i].want);
    }
}

/* Whatever comes in, only the set comes out, and never more than there is place for. */
static void test_text_sepa_stays_in_the_set(void **state)
{
    static const char set[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ";

    (void)state;
    for (unsigned c = 1; c < 0x800; c++) {
        char text[3] = {(char)c}, got[8];

        if (c >= 0x80) {
            text[0] = (char)(0xC0 | c >> 6);
            text[1] = (char)(0x80 | (c & 0x3F));
        }
        text_sepa(text, got, sizeof got);
        assert_int_equal(strspn(got, set), strlen(got));
    }
    for (size_t cap = 1; cap < 6; cap++) {
        char got[8];

        memset(got, '#', sizeof got);
        text_sepa("\xC3\x86\xC3\x86\xC3\x86", got, cap);
        assert_int_equal(strlen(got), cap - 1);
        assert_int_equal(got[cap], '#');
    }
}

static void test_text_base36(void **state)
{
    static const struct {
        int64_t number;
        const char *want;
    } cases[] = {{0, "0"},   {9, "9"},       {10, "A"},       {35, "Z"},
                 {36, "10"}, {46655, "ZZZ"}, {46656, "1000"}, {INT64_MAX, "1Y2P0IJ32E8E7"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char got[14];

        text_base36(cases[i].number, got);
        assert_string_equal(got, cases[i].want);
    }
}

static void test_a_card_in_a_text_is_seen(void **state)
{
    static const char *const cards[] = {"5555555555554444",
                                        "paid with 4111 1111 1111 1111.",
                                        "4111-1111-1111-1111",
                                        "378282246310005",
                                        "30569309025904",
                                        "6304000000000000000",
                                        "4111 1111 1111 1111 12/28",
                                        "2 4111111111111111"};
    static const char *const others[] = {"",
                                         "301000000000000123",
                                         "4111 1111 1111 1112",
                                         "01000000000000123",
                                         "411111111111111111111",
                                         "10.00 on 2026-11-26",
                                         "9911111111111111",
                                         "512345678901232"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cards); i++)
        if (!text_has_card(cards[i])) fail_msg("%s was not seen", cards[i]); /* [X66] */
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (text_has_card(others[i])) fail_msg("%s is no card", others[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_check_keeps_what_people_write),
        cmocka_unit_test(test_text_check_refuses_what_is_no_text),
        cmocka_unit_test(test_text_check_counts_characters),
        cmocka_unit_test(test_text_is_cut_between_characters),
        cmocka_unit_test(test_text_mend_makes_text_of_anything),
        cmocka_unit_test(test_text_check_email),
        cmocka_unit_test(test_text_sepa),
        cmocka_unit_test(test_text_sepa_stays_in_the_set),
        cmocka_unit_test(test_text_base36),
        cmocka_unit_test(test_a_card_in_a_text_is_seen),
    };

    return cmocka_run_group_tests_name("domain/text", tests, NULL, NULL);
}
