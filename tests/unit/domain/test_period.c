/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When periods end: every form, both changes of the clock, closed days of banks. [F47] */
#include "domain/cases.h"

#include "domain/calendar.h"
#include "domain/period.h"

#include <stdio.h>
#include <string.h>

static void test_forms(void **state)
{
    static const struct {
        const char *text, *says; /* says NULL: taken */
    } cases[] = {
        {"manual", NULL},
        {"follow", NULL},
        {"every 4h", NULL},
        {"every 24h", NULL},
        {"every 15m", NULL},
        {"every 60m", NULL},
        {"daily 06:00", NULL},
        {"weekly sun 23:59", NULL},
        {"monthly 28 00:00", NULL},
        {"monthly last 08:00", NULL},
        {"monthly workday 15 08:00", NULL},
        {"monthly workday last 08:00", NULL},
        {"cron 30 6 * * 1-5", NULL},
        {"cron */15 8-18/2,20 1,15 1-12 0,7", NULL},
        {"", "manual, follow, every"},
        {"hourly", "manual, follow, every"},
        {"manual ", "manual"},
        {"daily  06:00", "manual"},
        {"daily", "daily 06:00"},
        {"daily 6:00", "daily 06:00"},
        {"daily 24:00", "daily 06:00"},
        {"daily 06:60", "daily 06:00"},
        {"daily 06:00 07:00", "daily 06:00"},
        {"every 5h", "divide"},
        {"every 7m", "divide"},
        {"every 0h", "divide"},
        {"every 25h", "divide"},
        {"every 4", "divide"},
        {"every h", "divide"},
        {"every 18446744073709551620h", "divide"},
        {"weekly lun 07:00", "weekly mon"},
        {"weekly mon", "weekly mon"},
        {"monthly 29 08:00", "1 to 28"},
        {"monthly 0 08:00", "1 to 28"},
        {"monthly workday 16 08:00", "1 to 15"},
        {"monthly holiday 1 08:00", "workday"},
        {"cron 60 * * * *", "cron"},
        {"cron * * * *", "cron"},
        {"cron * * 0 * *", "cron"},
        {"cron 5-1 * * * *", "cron"},
        {"cron 5/2 * * * *", "cron"},
        {"cron */0 * * * *", "cron"},
        {"cron 1,,2 * * * *", "cron"},
        {"cron 1, * * * *", "cron"},
        {"cron mon * * * *", "cron"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct period p;
        enum err rc;

        err_clear();
        rc = period_parse(cases[i].text, &p);
        if (cases[i].says == NULL
                ? rc != ERR_NONE
                : rc != ERR_DATA || strstr(err_detail()->field, cases[i].says) == NULL)
            fail_msg("\"%s\": %s %s", cases[i].text, err_name(rc), err_detail()->field);
    }
}

static const struct {
    const char *text;
    bool target;
    const char *after, *want[4]; /* UTC; NULL: the end of the case, "": never */
} ends[] = {
    {"daily 06:00", false, "2026-03-02T05:00:00Z", {"2026-03-03T05:00:00.000000Z"}},
    {"daily 06:00", false, "2026-03-02T04:59:59.999999Z", {"2026-03-02T05:00:00.000000Z"}},
    /* summer time begins on 29 March 2026, and ends on 25 October */
    {"daily 06:00",
     false,
     "2026-03-28T05:00:00Z",
     {"2026-03-29T04:00:00.000000Z", "2026-03-30T04:00:00.000000Z"}},
    {"daily 06:00",
     false,
     "2026-10-24T04:00:00Z",
     {"2026-10-25T05:00:00.000000Z", "2026-10-26T05:00:00.000000Z"}},
    {"daily 02:30", /* left out: an hour later */
     false,
     "2026-03-28T01:30:00Z",
     {"2026-03-29T01:30:00.000000Z", "2026-03-30T00:30:00.000000Z"}},
    {"daily 02:30", /* twice: the first */
     false,
     "2026-10-24T00:30:00Z",
     {"2026-10-25T00:30:00.000000Z", "2026-10-26T01:30:00.000000Z"}},
    {"every 30m",
     false,
     "2026-03-29T00:30:00Z",
     {"2026-03-29T01:00:00.000000Z", "2026-03-29T01:30:00.000000Z", "2026-03-29T02:00:00.000000Z"}},
    {"cron 30,0 2,3 * * *", /* 02:30 is after 03:00 that night */
     false,
     "2026-03-29T00:30:00Z",
     {"2026-03-29T01:00:00.000000Z", "2026-03-29T01:30:00.000000Z", "2026-03-30T00:00:00.000000Z"}},
    {"every 4h",
     false,
     "2026-03-28T22:59:00Z",
     {"2026-03-28T23:00:00.000000Z", "2026-03-29T02:00:00.000000Z", "2026-03-29T06:00:00.000000Z"}},
    {"every 15m", false, "2026-03-02T09:14:07Z", {"2026-03-02T09:15:00.000000Z"}},
    {"weekly mon 07:00",
     false,
     "2026-03-02T06:00:00Z",
     {"2026-03-09T06:00:00.000000Z", "2026-03-16T06:00:00.000000Z"}},
    {"weekly sun 00:00", false, "2026-03-01T00:00:00Z", {"2026-03-07T23:00:00.000000Z"}},
    {"monthly 1 08:00",
     false,
     "2026-12-15T00:00:00Z",
     {"2027-01-01T07:00:00.000000Z", "2027-02-01T07:00:00.000000Z"}},
    {"monthly last 08:00",
     false,
     "2028-02-01T00:00:00Z",
     {"2028-02-29T07:00:00.000000Z", "2028-03-31T06:00:00.000000Z"}},
    /* 1 January is closed and 2 and 3 are a weekend */
    {"monthly workday 1 08:00", false, "2026-12-31T23:00:00Z", {"2027-01-04T07:00:00.000000Z"}},
    {"monthly workday 3 08:00", false, "2026-03-01T00:00:00Z", {"2026-03-04T07:00:00.000000Z"}},
    {"monthly workday last 08:00",
     false,
     "2026-02-15T00:00:00Z",
     {"2026-02-27T07:00:00.000000Z", "2026-03-31T06:00:00.000000Z"}},
    {"cron 30 6 * * 1-5", false, "2026-03-06T05:30:00Z", {"2026-03-09T05:30:00.000000Z"}},
    {"cron 0 0 13 * 5", /* either, as cron has it */
     false,
     "2026-03-01T00:00:00Z",
     {"2026-03-05T23:00:00.000000Z", "2026-03-12T23:00:00.000000Z", "2026-03-19T23:00:00.000000Z"}},
    {"cron 0 0 * * 7", false, "2026-03-01T00:00:00Z", {"2026-03-07T23:00:00.000000Z"}},
    {"cron 0 12 29 2 *", false, "2096-03-01T00:00:00Z", {"2104-02-29T11:00:00.000000Z"}},
    {"cron 0 12 30 2 *", false, "2026-03-01T00:00:00Z", {""}},
    {"manual", false, "2026-03-01T00:00:00Z", {""}},
    {"follow", false, "2026-03-01T00:00:00Z", {""}},
    /* banks: Saturday's and Sunday's end is Monday's; Easter is from Friday to Monday */
    {"daily 06:00",
     true,
     "2026-03-06T05:00:00Z",
     {"2026-03-09T05:00:00.000000Z", "2026-03-10T05:00:00.000000Z"}},
    {"daily 06:00", true, "2026-04-02T04:00:00Z", {"2026-04-07T04:00:00.000000Z"}},
    {"weekly sat 06:00",
     true,
     "2026-03-04T00:00:00Z",
     {"2026-03-09T05:00:00.000000Z", "2026-03-16T05:00:00.000000Z"}},
    {"monthly 1 08:00", true, "2026-04-15T00:00:00Z", {"2026-05-04T06:00:00.000000Z"}},
};

static void test_next(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct period p;
        int64_t us;

        assert_int_equal(period_parse(ends[i].text, &p), ERR_NONE);
        assert_int_equal(calendar_xml_time_parse(ends[i].after, &us), ERR_NONE);
        for (size_t n = 0; n < ARRAY_LEN(ends[i].want) && ends[i].want[n] != NULL; n++) {
            char got[CALENDAR_UTC_SIZE] = "";

            if (period_next(&p, ends[i].target, us, &us)) calendar_utc_print(us, got);
            if (strcmp(got, ends[i].want[n]) != 0)
                fail_msg("%s after %s, number %zu: %s", ends[i].text, ends[i].after, n, got);
        }
    }
}

static void test_cut_off(void **state)
{
    static const struct {
        const char *text, *end, *want;
    } cases[] = {
        {"", "2026-03-02T05:00:00Z", "2026-03-02T05:00:00.000000Z"},
        {"00:00", "2026-03-02T05:00:00Z", "2026-03-01T23:00:00.000000Z"},
        {"06:00", "2026-03-02T05:00:00Z", "2026-03-02T05:00:00.000000Z"},
        {"18:00", "2026-03-02T05:00:00Z", "2026-03-01T17:00:00.000000Z"},
        {"00:00", "2026-03-30T04:00:00Z", "2026-03-29T22:00:00.000000Z"},
    };
    int64_t us;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char got[CALENDAR_UTC_SIZE];

        assert_int_equal(calendar_xml_time_parse(cases[i].end, &us), ERR_NONE);
        assert_int_equal(period_cut_off(cases[i].text, us, &us), ERR_NONE);
        calendar_utc_print(us, got);
        assert_string_equal(got, cases[i].want);
    }
    assert_int_equal(period_cut_off("midnight", 0, &us), ERR_DATA);
}

/* Of 2026, as the ECB publishes them, and of years with an early and a late Easter. */
static void test_target_days(void **state)
{
    static const char *const closed[] = {"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01",
                                         "2026-12-25", "2008-03-21", "2008-03-24", "2038-04-23",
                                         "2038-04-26", "2026-03-07", "2026-03-08"};
    static const char *const open[] = {"2026-01-02", "2026-01-06", "2026-04-02", "2026-04-07",
                                       "2026-06-02", "2026-08-14", "2026-12-24", "2026-12-28"};
    int32_t day;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(closed); i++) {
        assert_int_equal(calendar_date_parse(closed[i], &day), ERR_NONE);
        if (calendar_target_open(day)) fail_msg("%s is open", closed[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(open); i++) {
        assert_int_equal(calendar_date_parse(open[i], &day), ERR_NONE);
        if (!calendar_target_open(day)) fail_msg("%s is closed", open[i]);
    }
    assert_int_equal(calendar_date_parse("2026-04-03", &day), ERR_NONE);
    assert_int_equal(calendar_target_day(day), day + 4);
    assert_int_equal(calendar_target_day(day + 4), day + 4);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_target_days),
    };

    return cmocka_run_group_tests_name("domain/period", tests, NULL, NULL);
}
