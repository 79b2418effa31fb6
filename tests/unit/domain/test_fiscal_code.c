/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fiscal codes: omocodia is valid, a wrong check character is not, and a firm's check digit is a
 * warning only, as the field's test Enti fail it [X41] [X43]. */
#include "domain/cases.h"

#include "domain/fiscal_code.h"

static const char *const persons[] = {
    "RCCMNL83S18D969H",
    "RCCMNL83S58D969L", /* the same day, a woman */
    "RSSMRA45C12F205C",
    "RSSMRAQRCMNFNLRG", /* RSSMRA45C12F205C with a letter for each digit */
    "AAAAAA00B29A000D", /* 29 February of a leap year */
    /* each letter once in an odd place; check characters from python3-stdnum */
    "ABBCCD83S18A969K",
    "DBECFD83S18B969I",
    "GBHCID83S18C969F",
    "JBKCLD83S18D969I",
    "MBNCOD83S18E969F",
    "PBQCRD83S18F969A",
    "SBTCUD83S18G969A",
    "VBWCXD83S18H969Q",
    "YBZCAD83S18I969I",
};

static const char *const not_persons[] = {
    "",
    "FOXDRA26C24H872A",  /* check character */
    "CNTCHR83T32D969H",  /* 32 December */
    "CSTNGL22I10D086B",  /* no month I */
    "AAAAAA01B29A000E",  /* no 29 February */
    "RCCMNL83S18D969",   /* 15 */
    "RCCMNL83S18D969HH", /* 17 */
    "rccmnl83s18d969h",
    "RCCMNL83S18D969H ",
    "RCCMNL8AS18D969H", /* a letter that stands for no digit */
    "RCCMN183S18D969H",
    "RCCMNL83S00D969O", /* check characters are right in these: no such day */
    "RCCMNL83S31D969Q",
    "RCCMNL83S40D969S",
    "RCCMNL83S72D969Z",
    "ANONIMO",
};

static void test_fiscal_code_check_person(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(persons); i++)
        if (fiscal_code_check_person(persons[i]) != ERR_NONE) fail_msg("%s: refused", persons[i]);
    for (size_t i = 0; i < ARRAY_LEN(not_persons); i++)
        if (fiscal_code_check_person(not_persons[i]) != ERR_FISCAL_CODE_SYNTAX)
            fail_msg("\"%s\": taken", not_persons[i]);
}

static void test_fiscal_code_check_person_catches_a_change_of_one_place(void **state)
{
    (void)state;
    for (size_t at = 0; at < FISCAL_CODE_MAX; at++) {
        char text[] = "RCCMNL83S18D969H";
        char was = text[at];

        for (char c = 'A'; c <= 'Z'; c++) {
            text[at] = c;
            if (c != was) assert_int_equal(fiscal_code_check_person(text), ERR_FISCAL_CODE_SYNTAX);
        }
        for (char c = '0'; c <= '9'; c++) {
            text[at] = c;
            if (c != was) assert_int_equal(fiscal_code_check_person(text), ERR_FISCAL_CODE_SYNTAX);
        }
    }
}

static void test_fiscal_code_firm(void **state)
{
    static const struct {
        const char *text;
        bool taken, has_check;
    } cases[] = {
        {"00743110157", true, true},    {"00743110158", true, false},
        {"77777777777", true, false},   {"11111111117", true, false},
        {"0074311015", false, false},   {"007431101570", false, false},
        {"0074311015a", false, false},  {"", false, false},
        {"00743110157 ", false, false}, {"IT0074311015", false, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum err rc = fiscal_code_check_firm(cases[i].text);

        assert_int_equal(rc, cases[i].taken ? ERR_NONE : ERR_FISCAL_CODE_SYNTAX);
        assert_int_equal(fiscal_code_firm_has_check(cases[i].text), cases[i].has_check);
    }
}

static void test_fiscal_code_check_party(void **state)
{
    static const struct {
        char kind;
        const char *text;
        bool taken;
    } cases[] = {
        {'F', "RCCMNL83S18D969H", true},
        {'F', "RSSMRAQRCMNFNLRG", true},
        {'F', "FOXDRA26C24H872A", false}, /* check character */
        {'F', "00743110157", true},       /* provisional: 11 digits */
        {'F', "ANONIMO", true},
        {'F', "anonimo", false},
        {'F', "X", false},
        {'F', "", false},
        {'F', "RCCMNL83S18D969HX", false},
        {'F', "RCCMNL83S18D969 ", false},
        {'F', "\xC3\xA8\xC3\xA8\xC3\xA8", false},
        {'G', "77777777777", true},
        {'G', "FOXDRA26C24H872A", true}, /* a foreign firm's may look so */
        {'G', "IT-0074311015", false},
        {'X', "00743110157", false},
        {'\0', "00743110157", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum err rc = fiscal_code_check_party(cases[i].kind, cases[i].text);

        if ((rc == ERR_NONE) != cases[i].taken) fail_msg("case %zu: %s", i, err_name(rc));
    }
}

static void person_is_taken(const char *text)
{
    assert_int_equal(fiscal_code_check_person(text), ERR_NONE);
}

static void person_is_refused(const char *text)
{
    assert_int_equal(fiscal_code_check_person(text), ERR_FISCAL_CODE_SYNTAX);
}

static void firm_has_check(const char *text)
{
    assert_true(fiscal_code_firm_has_check(text));
}

static void firm_has_no_check(const char *text)
{
    assert_int_equal(fiscal_code_check_firm(text), ERR_NONE);
    assert_false(fiscal_code_firm_has_check(text));
}

static void test_fiscal_code_reference_vectors(void **state)
{
    (void)state;
    vectors_each("cf_ok", person_is_taken);
    vectors_each("cf_ko", person_is_refused);
    vectors_each("piva_ok", firm_has_check);
    vectors_each("piva_ko", firm_has_no_check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fiscal_code_check_person),
        cmocka_unit_test(test_fiscal_code_check_person_catches_a_change_of_one_place),
        cmocka_unit_test(test_fiscal_code_firm),
        cmocka_unit_test(test_fiscal_code_check_party),
        cmocka_unit_test(test_fiscal_code_reference_vectors),
    };

    return cmocka_run_group_tests_name("domain/fiscal_code", tests, NULL, NULL);
}
