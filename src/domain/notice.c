/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/notice.h"

#include <string.h>

#define CHECK_DIGITS 2
#define CHECK_MODULUS 93
#define CODES 100 /* of two digits */

/* What follows the aux digit: code, base number, check digits; 17 digits together. iuv_at: where
 * the IUV begins in the notice number (aux digit 3 keeps the segregation code in it). */
static const struct layout {
    int code_digits, base_digits, check_digits, iuv_at;
} layouts[] = {
    {2, 13, CHECK_DIGITS, 3},
    {0, 17, 0, 1},
    {0, 15, CHECK_DIGITS, 1},
    {2, 13, CHECK_DIGITS, 1},
};

static const struct layout *layout_find(int aux_digit)
{
    if (aux_digit < 0 || aux_digit >= (int)ARRAY_LEN(layouts)) return NULL;
    return &layouts[aux_digit];
}

/* The check digits of what stands before them: the number's remainder. */
static int check_of(const char *digits, int n)
{
    int rest = 0;

    for (int i = 0; i < n; i++)
        rest = (rest * 10 + (digits[i] - '0')) % CHECK_MODULUS;
    return rest;
}

/* Zero-padded; false when number does not fit in width digits. */
static bool put_digits(char *to, int width, int64_t number)
{
    for (int i = width - 1; i >= 0; i--) {
        to[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return number == 0;
}

static bool is_notice(const char *text)
{
    size_t n = strspn(text, "0123456789");

    return n == NOTICE_LEN && text[n] == '\0';
}

enum err notice_check(const char *text)
{
    return is_notice(text) ? ERR_NONE : err_set(ERR_NOTICE_SYNTAX, "noticeNumber");
}

bool notice_split(const char *text, struct notice *out)
{
    const struct layout *l;

    if (!is_notice(text)) return false;
    l = layout_find(text[0] - '0');
    if (l == NULL) return false;
    out->aux_digit = text[0] - '0';
    out->code = l->code_digits == 0 ? -1 : (text[1] - '0') * 10 + (text[2] - '0');
    memcpy(out->iuv, text + l->iuv_at, (size_t)(NOTICE_LEN - l->iuv_at + 1));
    return true;
}

enum err notice_parse(const char *text, struct notice *out)
{
    return notice_split(text, out) ? ERR_NONE : err_set(ERR_NOTICE_SYNTAX, "noticeNumber");
}

enum err notice_make(int aux_digit, int code, int64_t base_number, char notice[NOTICE_LEN + 1],
                     char iuv[IUV_MAX + 1])
{
    const struct layout *l = layout_find(aux_digit);
    char made[NOTICE_LEN + 1];
    int n = 1;

    if (l == NULL) return err_set(ERR_NOTICE_SYNTAX, "aux digit");
    if (l->code_digits == 0 ? code != -1 : code < 0 || code > 99)
        return err_set(ERR_NOTICE_SYNTAX, "application or segregation code");
    if (base_number < 0) return err_set(ERR_LIMIT, "base number of notices");

    made[0] = (char)('0' + aux_digit);
    if (l->code_digits > 0) (void)put_digits(made + n, l->code_digits, code); /* 0..99: fits */
    n += l->code_digits;
    if (!put_digits(made + n, l->base_digits, base_number))
        return err_set(ERR_LIMIT, "base number of notices");
    n += l->base_digits;
    if (l->check_digits > 0) (void)put_digits(made + n, CHECK_DIGITS, check_of(made, n));
    made[NOTICE_LEN] = '\0';

    memcpy(notice, made, sizeof made);
    memcpy(iuv, made + l->iuv_at, (size_t)(NOTICE_LEN - l->iuv_at + 1));
    return ERR_NONE;
}

bool notice_of_iuv(const char *iuv, int k, char out[NOTICE_LEN + 1])
{
    size_t n = strspn(iuv, "0123456789");

    for (int aux = 0; iuv[n] == '\0' && aux < (int)ARRAY_LEN(layouts); aux++) {
        int code_digits = layouts[aux].iuv_at - 1; /* of a code that is not in the IUV */

        if (n != (size_t)(NOTICE_LEN - layouts[aux].iuv_at)) continue;
        out[0] = (char)('0' + aux);
        if (put_digits(out + 1, code_digits, k)) {
            memcpy(out + layouts[aux].iuv_at, iuv, n + 1);
            return true;
        }
        k -= code_digits ? CODES : 1;
    }
    return false;
}
