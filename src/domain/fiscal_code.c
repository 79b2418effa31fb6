/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/fiscal_code.h"

#include "domain/checksum.h"

#include <string.h>

#define FIRM_LEN 11
#define DIGITS "0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define OMOCODIA "LMNPQRSTUV" /* letters that stand for 0..9 when two persons share a code */

/* A: a letter · 9: a digit or its letter of omocodia · M: the letter of a month. */
static const char layout[] = "AAAAAA99M99A999A";
static const char months[] = "ABCDEHLMPRST";

static bool contains(const char *set, char c)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* A digit's value, whichever way it is written. */
static int digit_of(char c)
{
    const char *letter = strchr(OMOCODIA, c);

    return c >= '0' && c <= '9' ? c - '0' : (int)(letter - OMOCODIA);
}

static bool has_layout(const char *text)
{
    for (size_t i = 0; i < FISCAL_CODE_MAX; i++) {
        const char *set = layout[i] == '9' ? DIGITS OMOCODIA : layout[i] == 'M' ? months : UPPER;

        if (!contains(set, text[i])) return false;
    }
    return text[FISCAL_CODE_MAX] == '\0';
}

/* Day of birth, 40 more for women. The century is not in the code: 29 February exists every four
 * years, as 2000 was a leap year. */
static bool has_birth_day(const char *text)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = digit_of(text[6]) * 10 + digit_of(text[7]);
    int month = (int)(strchr(months, text[8]) - months);
    int day = digit_of(text[9]) * 10 + digit_of(text[10]);

    if (day > 40) day -= 40;
    if (month == 1 && day == 29 && year % 4 != 0) return false;
    return day >= 1 && day <= days[month];
}

enum err fiscal_code_check_person(const char *text)
{
    if (has_layout(text) && has_birth_day(text) &&
        text[15] == checksum_odd_even(text, FISCAL_CODE_MAX - 1))
        return ERR_NONE;
    return err_set(ERR_FISCAL_CODE_SYNTAX, "fiscal code of a person");
}

static bool is_firm(const char *text)
{
    return strspn(text, DIGITS) == FIRM_LEN && text[FIRM_LEN] == '\0';
}

enum err fiscal_code_check_firm(const char *text)
{
    return is_firm(text) ? ERR_NONE : err_set(ERR_FISCAL_CODE_SYNTAX, "fiscal code of a firm");
}

bool fiscal_code_firm_has_check(const char *text)
{
    int sum = 0;

    if (!is_firm(text)) return false;
    for (int i = 0; i < FIRM_LEN; i++) {
        int n = (text[i] - '0') * (i % 2 == 0 ? 1 : 2);

        sum += n > 9 ? n - 9 : n;
    }
    return sum % 10 == 0;
}

enum err fiscal_code_check_party(char kind, const char *text)
{
    size_t n = strspn(text, DIGITS UPPER);

    if ((kind != 'F' && kind != 'G') || n < 2 || n > FISCAL_CODE_MAX || text[n] != '\0')
        return err_set(ERR_FISCAL_CODE_SYNTAX, "fiscal code of a party");
    return kind == 'F' && n == FISCAL_CODE_MAX ? fiscal_code_check_person(text) : ERR_NONE;
}
