/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file calendar.h
 * Days and instants. An instant is int64_t microseconds since 1970 UTC; a day is a number of days
 * since 1970-01-01. Knows the proleptic Gregorian calendar and the summer time of Europe/Rome by
 * the rule of the European Union (from 1996; earlier and later years follow it too). Pure: no
 * clock, no zone file, no environment. Only years 1900 to 2999 exist here [X40].
 * All functions are thread-safe; outputs of _parse are written only on ERR_NONE. */
#ifndef DOMAIN_CALENDAR_H
#define DOMAIN_CALENDAR_H

#include "base/err.h"

#include <stdint.h>

#define CALENDAR_SECOND_US INT64_C(1000000)
#define CALENDAR_DAY_US (86400 * CALENDAR_SECOND_US)

#define CALENDAR_DATE_SIZE 11 /* "2026-03-02" and NUL */
#define CALENDAR_TIME_SIZE 20 /* "2026-03-02T09:14:07" and NUL */
#define CALENDAR_UTC_SIZE 28  /* "2026-03-02T09:14:07.231000Z" and NUL */

/** Exactly "YYYY-MM-DD", a day that exists. @return ERR_NONE | ERR_DATE_SYNTAX. */
MUST_USE enum err calendar_date_parse(const char *text, int32_t *out_day);
/** An xs:date: the same with an optional zone, checked (at most 14:00) and dropped: the day counts
 * as it is written, as some SOAP stacks add their own zone to a date that has none.
 * @return ERR_NONE | ERR_DATE_SYNTAX. */
MUST_USE enum err calendar_xml_date_parse(const char *text, int32_t *out_day);
/** Days outside 1900..2999 print as the nearest one inside. */
void calendar_date_print(int32_t day, char out[CALENDAR_DATE_SIZE]);

/** An xs:dateTime: 'T', any fraction (what is below a microsecond is cut), a zone of at most 14:00;
 * without a zone it is Europe/Rome's time: the first of the two in the hour that comes twice, an
 * hour later in the one that is left out. No 24:00, no leap second [X40].
 * @return ERR_NONE | ERR_DATE_SYNTAX. */
MUST_USE enum err calendar_xml_time_parse(const char *text, int64_t *out_us);
/** "YYYY-MM-DDTHH:MM:SS.ffffffZ". Instants outside 1900..2999 as the nearest inside. */
void calendar_utc_print(int64_t us, char out[CALENDAR_UTC_SIZE]);

/** The civil day in Europe/Rome at an instant: the accounting day. */
int32_t calendar_rome_day_number(int64_t us);
/** The same as text. */
void calendar_rome_day(int64_t us, char out[CALENDAR_DATE_SIZE]);
/** Date and time in Europe/Rome, without zone, seconds cut. */
void calendar_rome_time(int64_t us, char out[CALENDAR_TIME_SIZE]);
/** Hour of the day in Europe/Rome, 0..23. */
int calendar_rome_hour(int64_t us);
/** The instant at which a civil day begins in Europe/Rome. */
int64_t calendar_rome_day_start(int32_t day);
/** The instant of a civil time of a day in Europe/Rome: the first of the two in the hour that comes
 * twice, an hour later in the one that is left out. @param minute  0..1439 */
int64_t calendar_rome_instant(int32_t day, int minute);

/** A day in parts. */
struct calendar_date {
    int year, month, day;
};
struct calendar_date calendar_date_of(int32_t day);
/** How many days its month has. */
int calendar_month_days(struct calendar_date date);
/** 0 Monday … 6 Sunday. */
int calendar_weekday(int32_t day);
/** Do euro transfers between banks settle on that day? Not on Saturdays and Sundays, 1 January,
 * Good Friday, Easter Monday, 1 May, 25 and 26 December. Source: ECB, TARGET closing days. */
bool calendar_target_open(int32_t day);
/** The same day, or the next one that is open. */
int32_t calendar_target_day(int32_t day);

#endif
