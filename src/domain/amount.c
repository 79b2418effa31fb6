/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/amount.h"

#define AMOUNT_PRINT_MAX INT64_C(99999999999999) /* what fits in AMOUNT_SIZE */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_cents(const char *at, int64_t *out_cents)
{
    int64_t euros = 0;

    if (!is_digit(*at)) return false;
    for (; is_digit(*at); at++) {
        euros = euros * 10 + (*at - '0');
        if (euros > AMOUNT_CENTS_MAX / 100) return false;
    }
    if (at[0] != '.' || !is_digit(at[1]) || !is_digit(at[2]) || at[3] != '\0') return false;
    *out_cents = euros * 100 + (at[1] - '0') * INT64_C(10) + (at[2] - '0');
    return true;
}

enum err amount_parse_or_zero(const char *text, int64_t *out_cents)
{
    int64_t cents;

    if (!take_cents(text, &cents)) return err_set(ERR_AMOUNT_SYNTAX, "amount");
    *out_cents = cents;
    return ERR_NONE;
}

enum err amount_parse(const char *text, int64_t *out_cents)
{
    int64_t cents;

    if (!take_cents(text, &cents) || cents == 0) return err_set(ERR_AMOUNT_SYNTAX, "amount");
    *out_cents = cents;
    return ERR_NONE;
}

enum err amount_parse_signed(const char *text, int64_t *out_cents)
{
    enum err rc;
    bool minus = *text == '-';

    TRY(amount_parse(text + minus, out_cents));
    if (minus) *out_cents = -*out_cents;
out:
    return rc;
}

void amount_print(int64_t cents, char out[AMOUNT_SIZE])
{
    char digits[AMOUNT_SIZE];
    int64_t rest = cents < 0 ? -cents : cents;
    int n = 0;

    ALWAYS(cents >= -AMOUNT_PRINT_MAX && cents <= AMOUNT_PRINT_MAX);
    do { /* from the right, until there is a digit before the point */
        digits[n++] = (char)('0' + rest % 10);
        rest /= 10;
        if (n == 2) digits[n++] = '.';
    } while (rest > 0 || n < 4);
    if (cents < 0) *out++ = '-';
    while (n > 0)
        *out++ = digits[--n];
    *out = '\0';
}
