/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file period.h
 * When a subscription's periods end, as the registry says it, in the civil time of Europe/Rome:
 *   manual                      by `payer flow run` only
 *   follow                      with the subscription that settles the same money
 *   every 4h | every 15m        hours that divide a day, minutes that divide an hour
 *   daily 06:00
 *   weekly mon 07:00
 *   monthly 1 08:00             day 1 to 28, or last
 *   monthly workday 3 08:00     the n-th day on which banks settle, 1 to 15, or last
 *   cron 30 6 * * 1-5           minute, hour, day, month, weekday (0 and 7 are Sunday)
 * A time in the hour that summer time leaves out is an hour later, one in the hour that comes twice
 * is the first of the two. Pure: no clock. */
#ifndef DOMAIN_PERIOD_H
#define DOMAIN_PERIOD_H

#include "base/err.h"

#include <stdint.h>

enum period_kind { PERIOD_MANUAL, PERIOD_FOLLOW, PERIOD_TIMED };

#define PERIOD_LAST (-1)

struct period {
    enum period_kind kind;
    uint64_t minutes;      /* bit n: minute n of the hour */
    uint32_t hours;        /* bit n: hour n */
    uint32_t days, months; /* bit n: day n of the month, month n */
    uint32_t weekdays;     /* bit n: 0 Monday … 6 Sunday */
    bool either;           /* days or weekdays, as cron does when both are given */
    int month_day,
        month_work; /* instead of days: the n-th day, working day; PERIOD_LAST; 0: none */
};

/** @return ERR_NONE | ERR_DATA saying what was expected. */
MUST_USE enum err period_parse(const char *text, struct period *out);
/** The first end of a period after an instant.
 * @param target  an end on a day on which banks do not settle is on the next one that they do, and
 *                ends that fall together are one
 * @return false: there is none, ever */
bool period_next(const struct period *p, bool target, int64_t after_us, int64_t *out_us);
/** The last time HH:MM at or before an instant: what a period that ends then holds.
 * @param text  "" is the instant itself · @return ERR_NONE | ERR_DATA */
MUST_USE enum err period_cut_off(const char *text, int64_t end_us, int64_t *out_us);

#endif
