/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/period.h"

#include "domain/calendar.h"

#include <string.h>

/* A leap day may be eight years away (2096 to 2104). */
enum {
    WORDS_MAX = 6,
    WORD_SIZE = 40,
    NUMBER_MAX = 9999,
    SEARCH_DAYS = 9 * 366,
    DAY_MINUTES = 1440
};
#define ALL UINT32_MAX

static const char *const WEEKDAYS[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static bool is(const char *word, const char *other)
{
    return strcmp(word, other) == 0;
}

/* ---- reading ---- */

/* Digits only, all of the text up to end. */
static bool number(const char *text, const char *end, int min, int max, int *out)
{
    int n = 0;

    if (text == end) return false;
    for (; text < end; text++) {
        if (*text < '0' || *text > '9' || n > NUMBER_MAX) return false;
        n = n * 10 + (*text - '0');
    }
    *out = n;
    return n >= min && n <= max;
}

static bool whole(const char *text, int min, int max, int *out)
{
    return number(text, text + strlen(text), min, max, out);
}

/* HH:MM as minutes of the day. */
static bool clock_time(const char *text, int *out)
{
    int hour, minute;

    if (strlen(text) != 5 || text[2] != ':' || !number(text, text + 2, 0, 23, &hour) ||
        !number(text + 3, text + 5, 0, 59, &minute))
        return false;
    *out = hour * 60 + minute;
    return true;
}

static bool at_time(const char *text, struct period *p)
{
    int minute;

    if (!clock_time(text, &minute)) return false;
    p->minutes = UINT64_C(1) << (minute % 60);
    p->hours = UINT32_C(1) << (minute / 60);
    return true;
}

static uint64_t stepped(int from, int to, int step)
{
    uint64_t bits = 0;

    for (int i = from; i <= to; i += step)
        bits |= UINT64_C(1) << i;
    return bits;
}

/* One field of cron: a list of *, n, n-m, each with an optional /step. */
static bool cron_field(const char *text, int min, int max, uint64_t *out)
{
    *out = 0;
    for (;;) {
        const char *end = text + strcspn(text, ",");
        const char *slash = memchr(text, '/', (size_t)(end - text));
        const char *range_end = slash != NULL ? slash : end;
        const char *dash = memchr(text, '-', (size_t)(range_end - text));
        int from = min, to = max, step = 1;

        if (slash != NULL && !number(slash + 1, end, 1, max, &step)) return false;
        if (range_end - text == 1 && *text == '*')
            ;
        else if (dash != NULL) {
            if (!number(text, dash, min, max, &from) ||
                !number(dash + 1, range_end, from, max, &to))
                return false;
        } else {
            if (!number(text, range_end, min, max, &from) || slash != NULL) return false;
            to = from;
        }
        *out |= stepped(from, to, step);
        if (*end == '\0') return true;
        text = end + 1;
    }
}

struct words {
    char word[WORDS_MAX][WORD_SIZE];
    size_t n;
};

static bool read_manual(const struct words *w, struct period *p)
{
    (void)w;
    p->kind = PERIOD_MANUAL;
    return true;
}

static bool read_follow(const struct words *w, struct period *p)
{
    (void)w;
    p->kind = PERIOD_FOLLOW;
    return true;
}

static bool read_every(const struct words *w, struct period *p)
{
    const char *word = w->word[1];
    size_t len = strlen(word);
    int n, of;

    if (len < 2 || (word[len - 1] != 'h' && word[len - 1] != 'm')) return false;
    of = word[len - 1] == 'h' ? 24 : 60;
    if (!number(word, word + len - 1, 1, of, &n) || of % n != 0) return false;
    p->minutes = of == 60 ? stepped(0, 59, n) : 1;
    p->hours = of == 24 ? (uint32_t)stepped(0, 23, n) : ALL;
    return true;
}

static bool read_daily(const struct words *w, struct period *p)
{
    return at_time(w->word[1], p);
}

static bool read_weekly(const struct words *w, struct period *p)
{
    p->weekdays = 0;
    for (uint32_t i = 0; i < ARRAY_LEN(WEEKDAYS); i++)
        if (is(w->word[1], WEEKDAYS[i])) p->weekdays = UINT32_C(1) << i;
    return p->weekdays != 0 && at_time(w->word[2], p);
}

static bool nth(const char *word, int max, int *out)
{
    if (is(word, "last")) {
        *out = PERIOD_LAST;
        return true;
    }
    return whole(word, 1, max, out);
}

static bool read_monthly(const struct words *w, struct period *p)
{
    return w->n == 3 && nth(w->word[1], 28, &p->month_day) && at_time(w->word[2], p);
}

static bool read_workday(const struct words *w, struct period *p)
{
    return is(w->word[1], "workday") && nth(w->word[2], 15, &p->month_work) &&
           at_time(w->word[3], p);
}

static bool read_cron(const struct words *w, struct period *p)
{
    uint64_t hours, days, months, weekdays;

    if (!cron_field(w->word[1], 0, 59, &p->minutes) || !cron_field(w->word[2], 0, 23, &hours) ||
        !cron_field(w->word[3], 1, 31, &days) || !cron_field(w->word[4], 1, 12, &months) ||
        !cron_field(w->word[5], 0, 7, &weekdays))
        return false;
    p->hours = (uint32_t)hours;
    p->days = (uint32_t)days;
    p->months = (uint32_t)months;
    /* cron's Sunday is 0 and 7, ours is 6 */
    p->weekdays = (uint32_t)((weekdays >> 1 | weekdays << 6) & 0x7F);
    p->either = *w->word[3] != '*' && *w->word[5] != '*';
    return true;
}

static const struct {
    const char *word;
    size_t n;
    bool (*read)(const struct words *w, struct period *p);
    const char *expected;
} FORMS[] = {
    {"manual", 1, read_manual, "manual"},
    {"follow", 1, read_follow, "follow"},
    {"every", 2, read_every, "every 4h: hours that divide 24, or minutes that divide 60"},
    {"daily", 2, read_daily, "daily 06:00"},
    {"weekly", 3, read_weekly, "weekly mon 07:00"},
    {"monthly", 3, read_monthly, "monthly 1 08:00: a day from 1 to 28, or last"},
    {"monthly", 4, read_workday, "monthly workday 3 08:00: 1 to 15, or last"},
    {"cron", 6, read_cron, "cron MINUTE HOUR DAY MONTH WEEKDAY"},
};

/* Words with one blank between them. */
static bool words_split(const char *text, struct words *w)
{
    w->n = 0;
    for (;;) {
        size_t len = strcspn(text, " ");

        if (w->n == WORDS_MAX || len == 0 || len >= WORD_SIZE) return false;
        memcpy(w->word[w->n], text, len);
        w->word[w->n++][len] = '\0';
        if (text[len] == '\0') return true;
        text += len + 1;
    }
}

enum err period_parse(const char *text, struct period *out)
{
    struct words w;
    const char *expected = NULL;

    *out = (struct period){
        .kind = PERIOD_TIMED, .hours = ALL, .days = ALL, .months = ALL, .weekdays = ALL};
    if (words_split(text, &w))
        for (size_t i = 0; i < ARRAY_LEN(FORMS); i++) {
            if (!is(w.word[0], FORMS[i].word)) continue;
            if (expected == NULL || w.n == FORMS[i].n) expected = FORMS[i].expected;
            if (w.n == FORMS[i].n && FORMS[i].read(&w, out)) return ERR_NONE;
        }
    return err_setf(ERR_DATA, "period \"%.60s\": expected %s", text,
                    expected ? expected : "manual, follow, every, daily, weekly, monthly or cron");
}

/* ---- the next one ---- */

static bool is_nth_day(const struct period *p, struct calendar_date d)
{
    return d.day == (p->month_day == PERIOD_LAST ? calendar_month_days(d) : p->month_day);
}

static bool is_nth_working_day(const struct period *p, int32_t day, struct calendar_date d)
{
    int32_t first = day - d.day + 1, last = first + calendar_month_days(d) - 1;
    int n = 0;

    if (!calendar_target_open(day)) return false;
    if (p->month_work != PERIOD_LAST) {
        for (int32_t i = first; i <= day; i++)
            n += calendar_target_open(i);
        return n == p->month_work;
    }
    while (!calendar_target_open(last))
        last--;
    return day == last;
}

static bool day_matches(const struct period *p, int32_t day)
{
    struct calendar_date d = calendar_date_of(day);
    bool in_days = (p->days >> d.day & 1) != 0;
    bool in_weekdays = (p->weekdays >> calendar_weekday(day) & 1) != 0;

    if ((p->months >> d.month & 1) == 0) return false;
    if (p->month_day != 0) return is_nth_day(p, d);
    if (p->month_work != 0) return is_nth_working_day(p, day, d);
    return p->either ? in_days || in_weekdays : in_days && in_weekdays;
}

/* The earliest of a day's times after an instant; on the day that summer time begins they are not
 * in the order of the clock. */
static bool first_after(const struct period *p, int32_t day, int64_t after_us, int64_t *out_us)
{
    bool found = false;

    for (int minute = 0; minute < DAY_MINUTES; minute++) {
        int64_t us;

        if ((p->hours >> (minute / 60) & 1) == 0 || (p->minutes >> (minute % 60) & 1) == 0)
            continue;
        us = calendar_rome_instant(day, minute);
        if (us > after_us && (!found || us < *out_us)) {
            *out_us = us;
            found = true;
        }
    }
    return found;
}

/* Does a period end on that day: one of its own, or with target one of the closed days before? */
static bool ends_on(const struct period *p, bool target, int32_t day)
{
    if (!target) return day_matches(p, day);
    if (!calendar_target_open(day)) return false;
    do {
        if (day_matches(p, day)) return true;
    } while (!calendar_target_open(--day));
    return false;
}

bool period_next(const struct period *p, bool target, int64_t after_us, int64_t *out_us)
{
    int32_t first = calendar_rome_day_number(after_us);

    if (p->kind != PERIOD_TIMED) return false;
    for (int32_t day = first; day < first + SEARCH_DAYS; day++)
        if (ends_on(p, target, day) && first_after(p, day, after_us, out_us)) return true;
    return false;
}

enum err period_cut_off(const char *text, int64_t end_us, int64_t *out_us)
{
    int minute;
    int32_t day = calendar_rome_day_number(end_us);

    *out_us = end_us;
    if (*text == '\0') return ERR_NONE;
    if (!clock_time(text, &minute))
        return err_setf(ERR_DATA, "cut-off \"%.20s\": expected a time like 00:00", text);
    *out_us = calendar_rome_instant(day, minute);
    if (*out_us > end_us) *out_us = calendar_rome_instant(day - 1, minute);
    return ERR_NONE;
}
