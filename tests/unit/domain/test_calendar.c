/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days and instants: what does not exist is refused [X40], and Rome's time is the zone file's. */
#include "domain/cases.h"

#include "domain/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void test_date_parse(void **state)
{
    static const struct {
        const char *text;
        int32_t day; /* INT32_MIN: refused */
    } cases[] = {
        {"1970-01-01", 0},
        {"1969-12-31", -1},
        {"2000-02-29", 11016},
        {"2026-03-02", 20514},
        {"1900-01-01", -25567},
        {"2999-12-31", 376199},
        {"2026-02-30", INT32_MIN},
        {"2026-02-29", INT32_MIN},
        {"1900-02-29", INT32_MIN},
        {"2026-04-31", INT32_MIN},
        {"2026-13-01", INT32_MIN},
        {"2026-00-01", INT32_MIN},
        {"2026-01-00", INT32_MIN},
        {"0000-01-01", INT32_MIN},
        {"1899-12-31", INT32_MIN},
        {"3000-01-01", INT32_MIN},
        {"292278994-08-17", INT32_MIN},
        {"-2026-01-01", INT32_MIN},
        {"26-01-01", INT32_MIN},
        {"2026-1-1", INT32_MIN},
        {"2026/01/01", INT32_MIN},
        {"2026-01-01 ", INT32_MIN},
        {" 2026-01-01", INT32_MIN},
        {"2026-01-01Z", INT32_MIN},
        {"2026-01", INT32_MIN},
        {"", INT32_MIN},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int32_t got = INT32_MIN;
        enum err rc = calendar_date_parse(cases[i].text, &got);

        if (got != cases[i].day || (rc == ERR_NONE) != (got != INT32_MIN))
            fail_msg("\"%s\": %s, %d", cases[i].text, err_name(rc), got);
    }
}

/* Every day that exists here, there and back; the day after is the next number. */
static void test_every_date_there_and_back(void **state)
{
    char text[CALENDAR_DATE_SIZE], first[CALENDAR_DATE_SIZE];
    int32_t got = 0;

    (void)state;
    for (int32_t day = -25567; day <= 376199; day++) {
        calendar_date_print(day, text);
        if (calendar_date_parse(text, &got) != ERR_NONE || got != day)
            fail_msg("day %d printed as %s", day, text);
    }
    calendar_date_print(-25568, first);
    assert_string_equal(first, "1900-01-01");
    calendar_date_print(INT32_MAX, text);
    assert_string_equal(text, "2999-12-31");
}

static void test_xml_date_drops_a_zone(void **state)
{
    static const struct {
        const char *text;
        bool taken;
    } cases[] = {
        {"2026-03-02", true},           {"2026-03-02Z", true},        {"2026-03-02+01:00", true},
        {"2026-03-02-14:00", true},     {"2026-03-02+14:01", false},  {"2026-03-02+15:00", false},
        {"2026-03-02+1:00", false},     {"2026-03-02+01:60", false},  {"2026-03-02z", false},
        {"2026-03-02Z ", false},        {"2026-03-02+01:00Z", false}, {"2026-02-30Z", false},
        {"2026-03-02T00:00:00", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int32_t day = 0;
        enum err rc = calendar_xml_date_parse(cases[i].text, &day);

        if ((rc == ERR_NONE) != cases[i].taken || day != (cases[i].taken ? 20514 : 0))
            fail_msg("\"%s\": %s, %d", cases[i].text, err_name(rc), day);
    }
}

#define AT(seconds, us) (INT64_C(seconds) * CALENDAR_SECOND_US + (us))
#define REFUSED INT64_MIN

static void test_xml_time_parse(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {
        {"2026-03-02T09:14:07Z", AT(1772442847, 0)},
        {"2026-03-02T09:14:07.231Z", AT(1772442847, 231000)},
        {"2026-03-02T09:14:07.2310009999Z", AT(1772442847, 231000)},
        {"2026-03-02T10:14:07+01:00", AT(1772442847, 0)},
        {"2026-03-01T19:14:07-14:00", AT(1772442847, 0)},
        {"2026-03-02T10:14:07", AT(1772442847, 0)}, /* Rome, winter */
        {"2026-07-02T11:14:07", AT(1782983647, 0)}, /* Rome, summer: 09:14:07 UTC */
        {"2026-03-29T02:30:00", AT(1774747800, 0)}, /* left out: read as 03:30 */
        {"2026-10-25T02:30:00", AT(1792888200, 0)}, /* twice: the first */
        {"2026-03-02T09:14:07+14:01", REFUSED},
        {"2026-03-02T09:14:07-99:00", REFUSED},
        {"2026-03-02T24:00:00Z", REFUSED},
        {"2026-12-31T23:59:60Z", REFUSED},
        {"292278994-08-17T07:12:55Z", REFUSED},
        {"0000-01-01T00:00:00Z", REFUSED},
        {"2026-03-02 09:14:07Z", REFUSED},
        {"2026-03-02T09:14:07.Z", REFUSED},
        {"2026-03-02T09:14:07 ", REFUSED},
        {"2026-03-02T09:14Z", REFUSED},
        {"2026-03-02", REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t got = REFUSED;
        enum err rc = calendar_xml_time_parse(cases[i].text, &got);

        if (got != cases[i].us || (rc == ERR_NONE) != (got != REFUSED))
            fail_msg("\"%s\": %s, %lld", cases[i].text, err_name(rc), (long long)got);
    }
}

static void test_utc_print(void **state)
{
    static const struct {
        int64_t us;
        const char *want;
    } cases[] = {
        {AT(1772442847, 5), "2026-03-02T09:14:07.000005Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {INT64_MAX, "2999-12-31T23:59:59.999999Z"},
        {INT64_MIN, "1900-01-01T00:00:00.000000Z"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[CALENDAR_UTC_SIZE];

        calendar_utc_print(cases[i].us, text);
        assert_string_equal(text, cases[i].want);
    }
}

static void same_as_libc(int64_t us)
{
    const time_t second = (time_t)(us / CALENDAR_SECOND_US);
    char want[32], got[CALENDAR_TIME_SIZE], day[CALENDAR_DATE_SIZE];
    struct tm tm;

    assert_non_null(localtime_r(&second, &tm));
    assert_int_not_equal(strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S", &tm), 0);
    calendar_rome_time(us, got);
    if (strcmp(got, want) != 0) fail_msg("%lld: %s, want %s", (long long)second, got, want);
    assert_int_equal(calendar_rome_hour(us), tm.tm_hour);
    calendar_rome_day(us, day);
    assert_memory_equal(day, want, 10);
}

/* libc knows the zone from its file; ours from the rule. From 1996 to 2037 they must agree.
 * [F47] */
static void test_rome_is_what_libc_says(void **state)
{
    const int64_t begin = AT(820454400, 0), end = AT(2145916800, 0); /* 1996-01-01, 2038-01-01 */
    time_t probe = 1782983647;                                       /* 2026-07-02 09:14:07 UTC */
    struct tm tm;

    (void)state;
    assert_int_equal(setenv("TZ", "Europe/Rome", 1), 0);
    tzset();
    if (localtime_r(&probe, &tm) == NULL || tm.tm_hour != 11) {
        print_message("libc has no Europe/Rome here: tzdata is not installed\n");
        skip();
    }
    for (int64_t us = begin; us < end; us += 3541 * CALENDAR_SECOND_US)
        same_as_libc(us);
    for (int64_t us = begin; us < end; us += 3600 * CALENDAR_SECOND_US) { /* edges of the hours */
        same_as_libc(us);
        same_as_libc(us - CALENDAR_SECOND_US);
    }
}

static void test_rome_keeps_fractions_out(void **state)
{
    char text[CALENDAR_TIME_SIZE];

    (void)state;
    calendar_rome_time(AT(1774745999, 999999), text); /* a microsecond before summer */
    assert_string_equal(text, "2026-03-29T01:59:59");
    calendar_rome_time(AT(1774746000, 0), text);
    assert_string_equal(text, "2026-03-29T03:00:00");
}

/* A day's start is the first instant of that day, for every day there is. */
static void test_rome_day_start(void **state)
{
    (void)state;
    for (int32_t day = -25566; day <= 376199; day++) {
        int64_t start = calendar_rome_day_start(day);

        assert_int_equal(calendar_rome_day_number(start), day);
        assert_int_equal(calendar_rome_day_number(start - 1), day - 1);
        assert_int_equal(calendar_rome_hour(start), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_date_parse),
        cmocka_unit_test(test_every_date_there_and_back),
        cmocka_unit_test(test_xml_date_drops_a_zone),
        cmocka_unit_test(test_xml_time_parse),
        cmocka_unit_test(test_utc_print),
        cmocka_unit_test(test_rome_is_what_libc_says),
        cmocka_unit_test(test_rome_keeps_fractions_out),
        cmocka_unit_test(test_rome_day_start),
    };

    return cmocka_run_group_tests_name("domain/calendar", tests, NULL, NULL);
}
