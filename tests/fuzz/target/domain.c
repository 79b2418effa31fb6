/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parsers of src/domain/: what they take, they print again as it was, and two ways to the same
 * answer agree. The input is a text for all of them, and a number. */
#include "fuzz.h"

#include "domain/amount.h"
#include "domain/calendar.h"
#include "domain/fiscal_code.h"
#include "domain/iban.h"
#include "domain/notice.h"
#include "domain/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static void amounts(const char *text)
{
    char printed[AMOUNT_SIZE];
    int64_t cents = -1, zero = -1, again = -1, either, back;
    bool taken = amount_parse(text, &cents) == ERR_NONE;
    bool or_zero = amount_parse_or_zero(text, &zero) == ERR_NONE;

    ALWAYS(!taken || (or_zero && zero == cents));
    if (amount_parse_signed(text, &either) == ERR_NONE) {
        amount_print(either, printed);
        ALWAYS(amount_parse_signed(printed, &back) == ERR_NONE && back == either);
        ALWAYS((*text == '-') == (either < 0) && (!taken || either == cents));
    }
    if (!or_zero) return;
    ALWAYS((zero > 0) == taken && zero <= AMOUNT_CENTS_MAX);
    amount_print(zero, printed);
    ALWAYS(amount_parse_or_zero(printed, &again) == ERR_NONE && again == zero);
    while (text[0] == '0' && text[1] != '.')
        text++;
    ALWAYS(strcmp(text, printed) == 0); /* nothing but leading zeros may differ [X39] */
}

static void dates(const char *text)
{
    char printed[CALENDAR_UTC_SIZE];
    int32_t day, other;
    int64_t us, again;

    if (calendar_date_parse(text, &day) == ERR_NONE) {
        calendar_date_print(day, printed);
        ALWAYS(strcmp(text, printed) == 0); /* a day that exists [X40] */
        ALWAYS(calendar_xml_date_parse(text, &other) == ERR_NONE && other == day);
    } else if (calendar_xml_date_parse(text, &other) == ERR_NONE) {
        calendar_date_print(other, printed);
        ALWAYS(memcmp(text, printed, 10) == 0);
    }
    if (calendar_xml_time_parse(text, &us) == ERR_NONE) {
        calendar_utc_print(us, printed);
        ALWAYS(calendar_xml_time_parse(printed, &again) == ERR_NONE && again == us);
    }
}

static void days(int32_t day, int minute)
{
    struct calendar_date date = calendar_date_of(day), next = calendar_date_of(day + 1);
    char printed[CALENDAR_DATE_SIZE], parts[48];
    int32_t open = calendar_target_day(day);
    int64_t at = calendar_rome_instant(day, minute);

    calendar_date_print(day, printed);
    snprintf(parts, sizeof parts, "%04d-%02d-%02d", date.year, date.month, date.day);
    ALWAYS(strcmp(parts, printed) == 0);
    ALWAYS((date.day == calendar_month_days(date)) == (next.day == 1));
    ALWAYS((calendar_weekday(day) + 1) % 7 == calendar_weekday(day + 1));
    ALWAYS(open >= day && open <= day + 5 && calendar_target_open(open));
    ALWAYS(calendar_target_open(day) == (open == day));
    ALWAYS(calendar_rome_day_number(at) == day && at >= calendar_rome_day_start(day));
}

/* A day in Rome begins when the one before ends, and is the day of each of its instants. */
static void instants(int64_t us)
{
    char day[CALENDAR_DATE_SIZE], time[CALENDAR_TIME_SIZE], text[CALENDAR_UTC_SIZE];
    int32_t number;
    int64_t again;

    calendar_utc_print(us, text);
    ALWAYS(calendar_xml_time_parse(text, &again) == ERR_NONE);
    if (again != us || memcmp(text, "2999-12-31", 10) == 0)
        return; /* Rome is ahead of what exists */
    number = calendar_rome_day_number(us);
    ALWAYS(calendar_rome_day_start(number) <= us && us < calendar_rome_day_start(number + 1));
    if (memcmp(text, "2999-12-3", 9) != 0) days(number, (int)((uint64_t)us % 1440));
    calendar_rome_day(us, day);
    calendar_rome_time(us, time);
    ALWAYS(memcmp(day, time, 10) == 0);
    ALWAYS(calendar_rome_hour(us) == (int)strtol(time + 11, NULL, 10));
}

static void codes(const char *text)
{
    char abi[IBAN_PART_SIZE];

    if (iban_check(text) == ERR_NONE && iban_abi(text, abi)) ALWAYS(memcmp(text + 5, abi, 5) == 0);
    if (fiscal_code_check_person(text) == ERR_NONE) ALWAYS(strlen(text) == FISCAL_CODE_MAX);
    if (fiscal_code_check_firm(text) == ERR_NONE || fiscal_code_firm_has_check(text))
        ALWAYS(strlen(text) == 11 && fiscal_code_check_party('G', text) == ERR_NONE);
    if (fiscal_code_firm_has_check(text)) ALWAYS(fiscal_code_check_firm(text) == ERR_NONE);
    ALWAYS(fiscal_code_check_party('X', text) != ERR_NONE);
    if (fiscal_code_check_party('F', text) == ERR_NONE)
        ALWAYS(fiscal_code_check_party('G', text) == ERR_NONE &&
               (strlen(text) != FISCAL_CODE_MAX || fiscal_code_check_person(text) == ERR_NONE));
}

static void notices(const char *text, int64_t number)
{
    struct notice parts, split;
    char made[NOTICE_LEN + 1], iuv[IUV_MAX + 1];
    int aux = (int)(number & 3), code = aux == 0 || aux == 3 ? (int)(number >> 2 & 127) : -1;
    bool taken = notice_parse(text, &parts) == ERR_NONE;

    ALWAYS(taken == notice_split(text, &split));
    ALWAYS(!taken || notice_check(text) == ERR_NONE); /* one spelling [X41] */
    if (taken) ALWAYS(strstr(text, parts.iuv) && parts.aux_digit == text[0] - '0');
    if (notice_make(aux, code, number >> 9, made, iuv) != ERR_NONE) return;
    ALWAYS(notice_parse(made, &parts) == ERR_NONE && strcmp(parts.iuv, iuv) == 0);
    ALWAYS(parts.aux_digit == aux && parts.code == code);
}

/* Each notice that an IUV may lie in has it, and a notice is one of its IUV's. */
static void iuvs(const char *text)
{
    struct notice parts;
    char notice[NOTICE_LEN + 1];
    bool is_notice = notice_split(text, &parts), found = false;

    for (int k = 0; notice_of_iuv(text, k, notice); k++)
        ALWAYS(notice_check(notice) == ERR_NONE && strstr(notice + 1, text));
    for (int k = 0; is_notice && notice_of_iuv(parts.iuv, k, notice); k++)
        found |= strcmp(notice, text) == 0;
    ALWAYS(found == is_notice);
}

static size_t digits_of(const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; text++)
        n += *text >= '0' && *text <= '9';
    return n;
}

/* A card is seen behind and before whatever else is there [X66]. */
static void cards(const char *text)
{
    char around[300];

    (void)text_has_card(text);
    snprintf(around, sizeof around, "%.200s 4111-1111 1111 1111", text);
    ALWAYS(text_has_card(around));
    snprintf(around, sizeof around, "4111111111111111 %.200s", text);
    ALWAYS(text_has_card(around));
}

static void texts(const char *text, int64_t number)
{
    char out[40], base36[14];
    size_t cap = 1 + (size_t)(number & 31);

    text_base36(number < 0 ? -(number + 1) : number, base36);
    ALWAYS(strtoll(base36, NULL, 36) == (number < 0 ? -(number + 1) : number));
    text_mend(text, out, cap);
    ALWAYS(strlen(out) < cap && text_check(out, 0, SIZE_MAX) == ERR_NONE);
    if (text_has_card(text)) ALWAYS(digits_of(text) >= 13); /* the shortest that is sold */
    if (text_check_email(text) == ERR_NONE) ALWAYS(text_check(text, 3, 256) == ERR_NONE);
    if (text_check(text, 0, SIZE_MAX) != ERR_NONE) return;
    text_copy(text, out, cap);
    ALWAYS(strlen(out) < cap && strncmp(out, text, strlen(out)) == 0);
    ALWAYS(text_check(out, 0, SIZE_MAX) == ERR_NONE); /* no character is cut [X44] */
    text_sepa(text, out, cap);
    ALWAYS(strlen(out) < cap && strspn(out, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789/-?:().,'+ ") == strlen(out));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    int64_t number = 0;
    char *text;

    if (len < sizeof number) return 0;
    memcpy(&number, bytes, sizeof number);
    text = fuzz_text(bytes + sizeof number, len - sizeof number);
    amounts(text);
    dates(text);
    instants(number);
    codes(text);
    notices(text, number);
    iuvs(text);
    texts(text, number);
    cards(text);
    err_clear();
    free(text);
    return 0;
}
