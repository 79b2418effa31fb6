/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/calendar.h"

#define YEAR_MIN 1900
#define YEAR_MAX 2999
#define DAY_MIN (-25567) /* 1900-01-01 */
#define DAY_MAX 376199   /* 2999-12-31 */
#define HOUR_US (3600 * CALENDAR_SECOND_US)
#define MINUTE_US (60 * CALENDAR_SECOND_US)
#define ZONE_MAX_MINUTES (14 * 60)

static int64_t floor_div(int64_t n, int64_t by)
{
    return n / by - (n % by < 0);
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970. Years begin in March here, so that the leap day is the last of its year; the
 * months from March have 153 days in each five. For years above 0. */
static int32_t day_of(struct calendar_date d)
{
    int year = d.month > 2 ? d.year : d.year - 1;
    int month = d.month > 2 ? d.month - 3 : d.month + 9;
    int year_day = (153 * month + 2) / 5 + d.day - 1;

    return year * 365 + year / 4 - year / 100 + year / 400 + year_day - 719468;
}

/* The inverse, by the years of 400, 100 and 4 that went by. */
static struct calendar_date date_of(int32_t day)
{
    int since = day + 719468; /* days since 0000-03-01 */
    int era = since / 146097;
    int era_day = since % 146097;
    int era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    int year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    int month = (5 * year_day + 2) / 153;
    struct calendar_date d;

    d.day = year_day - (153 * month + 2) / 5 + 1;
    d.month = month < 10 ? month + 3 : month - 9;
    d.year = era * 400 + era_year + (d.month <= 2);
    return d;
}

/* The last Sunday of a month with 31 days. 1970-01-01 was a Thursday. */
static int32_t last_sunday(int year, int month)
{
    int32_t last = day_of((struct calendar_date){year, month, 31});

    return last - (int32_t)((last + 4) - 7 * floor_div(last + 4, 7));
}

/* Source: directive 2000/84/EC: from the last Sunday of March to that of October, 01:00 UTC. */
static int64_t rome_offset_us(int64_t us)
{
    int year = date_of((int32_t)floor_div(us, CALENDAR_DAY_US)).year;
    int64_t begin = last_sunday(year, 3) * CALENDAR_DAY_US + HOUR_US;
    int64_t end = last_sunday(year, 10) * CALENDAR_DAY_US + HOUR_US;

    return us >= begin && us < end ? 2 * HOUR_US : HOUR_US;
}

/* From Rome's time to an instant: the summer reading when it holds there, else the winter one. */
static int64_t rome_to_utc(int64_t local_us)
{
    int64_t summer = local_us - 2 * HOUR_US;

    return rome_offset_us(summer) == 2 * HOUR_US ? summer : local_us - HOUR_US;
}

static int64_t instant_clamp(int64_t us)
{
    const int64_t min = DAY_MIN * CALENDAR_DAY_US, max = (DAY_MAX + 1) * CALENDAR_DAY_US - 1;

    return us < min ? min : us > max ? max : us;
}

/* ---- reading: each step moves *at over what it took, and says whether it was right ---- */

static bool take_char(const char **at, char c)
{
    if (**at != c) return false;
    (*at)++;
    return true;
}

/* Exactly n digits. */
static bool take_number(const char **at, int n, int min, int max, int *out)
{
    int number = 0;

    for (int i = 0; i < n; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9') return false;
        number = number * 10 + ((*at)[i] - '0');
    }
    *at += n;
    *out = number;
    return number >= min && number <= max;
}

static bool take_date(const char **at, int32_t *out_day)
{
    struct calendar_date d;

    if (!take_number(at, 4, YEAR_MIN, YEAR_MAX, &d.year) || !take_char(at, '-') ||
        !take_number(at, 2, 1, 12, &d.month) || !take_char(at, '-') ||
        !take_number(at, 2, 1, month_days(d.year, d.month), &d.day))
        return false;
    *out_day = day_of(d);
    return true;
}

/* HH:MM:SS and an optional fraction, of at most max_digits. */
static bool take_time(const char **at, size_t max_digits, int64_t *out_us)
{
    int hour, minute, second;
    size_t n = 0;
    int64_t unit = CALENDAR_SECOND_US;

    if (!take_number(at, 2, 0, 23, &hour) || !take_char(at, ':') ||
        !take_number(at, 2, 0, 59, &minute) || !take_char(at, ':') ||
        !take_number(at, 2, 0, 59, &second))
        return false;
    *out_us = hour * HOUR_US + minute * MINUTE_US + second * CALENDAR_SECOND_US;
    if (!take_char(at, '.')) return true;
    for (; **at >= '0' && **at <= '9'; (*at)++, n++) {
        unit /= 10;
        *out_us += (**at - '0') * unit;
    }
    return n >= 1 && n <= max_digits;
}

/* 'Z' or ±HH:MM, at most 14:00. */
static bool take_zone(const char **at, int64_t *out_us)
{
    int hour, minute, sign;

    *out_us = 0;
    if (take_char(at, 'Z')) return true;
    sign = **at == '-' ? -1 : 1;
    if (!take_char(at, '+') && !take_char(at, '-')) return false;
    if (!take_number(at, 2, 0, 14, &hour) || !take_char(at, ':') ||
        !take_number(at, 2, 0, 59, &minute) || hour * 60 + minute > ZONE_MAX_MINUTES)
        return false;
    *out_us = sign * (hour * HOUR_US + minute * MINUTE_US);
    return true;
}

/* ---- writing ---- */

static char *put_number(char *to, int width, int64_t number)
{
    for (int i = width - 1; i >= 0; i--) {
        to[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return to + width;
}

static char *put_date(char *to, int32_t day)
{
    struct calendar_date d = date_of(day < DAY_MIN ? DAY_MIN : day > DAY_MAX ? DAY_MAX : day);

    to = put_number(to, 4, d.year);
    *to++ = '-';
    to = put_number(to, 2, d.month);
    *to++ = '-';
    return put_number(to, 2, d.day);
}

static char *put_date_time(char *to, int64_t us, char between)
{
    int64_t day = floor_div(us, CALENDAR_DAY_US);
    int64_t second = (us - day * CALENDAR_DAY_US) / CALENDAR_SECOND_US;

    to = put_date(to, (int32_t)day);
    *to++ = between;
    to = put_number(to, 2, second / 3600);
    *to++ = ':';
    to = put_number(to, 2, second / 60 % 60);
    *to++ = ':';
    return put_number(to, 2, second % 60);
}

static char *put_instant(char *to, int64_t us, char between)
{
    us = instant_clamp(us);
    to = put_date_time(to, us, between);
    *to++ = '.';
    return put_number(to, 6, us - CALENDAR_SECOND_US * floor_div(us, CALENDAR_SECOND_US));
}

/* ---- public ---- */

enum err calendar_date_parse(const char *text, int32_t *out_day)
{
    int32_t day;

    if (!take_date(&text, &day) || *text != '\0') return err_set(ERR_DATE_SYNTAX, "date");
    *out_day = day;
    return ERR_NONE;
}

enum err calendar_xml_date_parse(const char *text, int32_t *out_day)
{
    int32_t day;
    int64_t zone_us;

    if (!take_date(&text, &day) || (*text != '\0' && !take_zone(&text, &zone_us)) || *text != '\0')
        return err_set(ERR_DATE_SYNTAX, "date");
    *out_day = day;
    return ERR_NONE;
}

void calendar_date_print(int32_t day, char out[CALENDAR_DATE_SIZE])
{
    *put_date(out, day) = '\0';
}

enum err calendar_xml_time_parse(const char *text, int64_t *out_us)
{
    int32_t day;
    int64_t time_us, zone_us = 0;
    bool zoned;

    if (!take_date(&text, &day) || !take_char(&text, 'T') || !take_time(&text, SIZE_MAX, &time_us))
        return err_set(ERR_DATE_SYNTAX, "time");
    zoned = *text != '\0';
    if (zoned && (!take_zone(&text, &zone_us) || *text != '\0'))
        return err_set(ERR_DATE_SYNTAX, "time");
    time_us += day * CALENDAR_DAY_US;
    *out_us = zoned ? time_us - zone_us : rome_to_utc(time_us);
    return ERR_NONE;
}

void calendar_utc_print(int64_t us, char out[CALENDAR_UTC_SIZE])
{
    char *to = put_instant(out, us, 'T');

    *to++ = 'Z';
    *to = '\0';
}

/* Rome's clock at an instant, as if it were UTC. */
static int64_t rome_local(int64_t us)
{
    us = instant_clamp(us);
    return instant_clamp(us + rome_offset_us(us));
}

int32_t calendar_rome_day_number(int64_t us)
{
    return (int32_t)floor_div(rome_local(us), CALENDAR_DAY_US);
}

void calendar_rome_day(int64_t us, char out[CALENDAR_DATE_SIZE])
{
    calendar_date_print(calendar_rome_day_number(us), out);
}

void calendar_rome_time(int64_t us, char out[CALENDAR_TIME_SIZE])
{
    *put_date_time(out, rome_local(us), 'T') = '\0';
}

int calendar_rome_hour(int64_t us)
{
    int64_t local = rome_local(us);

    return (int)((local - floor_div(local, CALENDAR_DAY_US) * CALENDAR_DAY_US) / HOUR_US);
}

int64_t calendar_rome_day_start(int32_t day)
{
    return rome_to_utc(day * CALENDAR_DAY_US);
}

int64_t calendar_rome_instant(int32_t day, int minute)
{
    return rome_to_utc(day * CALENDAR_DAY_US + minute * MINUTE_US);
}

struct calendar_date calendar_date_of(int32_t day)
{
    return date_of(day < DAY_MIN ? DAY_MIN : day > DAY_MAX ? DAY_MAX : day);
}

int calendar_month_days(struct calendar_date date)
{
    return month_days(date.year, date.month);
}

int calendar_weekday(int32_t day)
{
    return (int)(day + 3 - 7 * floor_div(day + 3, 7));
}

/* Easter Sunday of the Gregorian calendar. Source: Meeus/Jones/Butcher. */
static int32_t easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    int m = (a + 11 * h + 22 * l) / 451;
    int n = h + l - 7 * m + 114;

    return day_of((struct calendar_date){year, n / 31, n % 31 + 1});
}

bool calendar_target_open(int32_t day)
{
    static const struct {
        int month, day;
    } closed[] = {{1, 1}, {5, 1}, {12, 25}, {12, 26}};
    struct calendar_date d = calendar_date_of(day);
    int32_t sunday = easter(d.year);

    if (calendar_weekday(day) >= 5 || day == sunday - 2 || day == sunday + 1) return false;
    for (size_t i = 0; i < ARRAY_LEN(closed); i++)
        if (d.month == closed[i].month && d.day == closed[i].day) return false;
    return true;
}

int32_t calendar_target_day(int32_t day)
{
    while (!calendar_target_open(day))
        day++;
    return day;
}
