/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/iban.h"

#include "domain/checksum.h"

#include <string.h>

#define DIGITS "0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* IT60 X 05428 11101 000000123456: country, check digits, CIN, ABI, CAB, account. */
enum { IBAN_MIN = 15, ITALIAN_LEN = 27, CIN_AT = 4, ABI_AT = 5, ACCOUNT_AT = 15 };

/* Letters count as 10..35; the first four characters go last. */
static int remainder_97(const char *text, size_t len)
{
    int rest = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[(i + 4) % len];

        rest = c >= 'A' ? rest * 100 + (c - 'A' + 10) : rest * 10 + (c - '0');
        rest %= 97;
    }
    return rest;
}

static bool is_italian(const char *text)
{
    return strncmp(text, "IT", 2) == 0 || strncmp(text, "SM", 2) == 0;
}

static bool has_italian_parts(const char *text, size_t len)
{
    return len == ITALIAN_LEN && strspn(text + CIN_AT, UPPER) > 0 &&
           strspn(text + ABI_AT, DIGITS) >= ACCOUNT_AT - ABI_AT &&
           text[CIN_AT] == checksum_odd_even(text + ABI_AT, ITALIAN_LEN - ABI_AT);
}

/* 02 to 98 are all that the rule makes; 00, 01 and 99 would be second spellings of some. */
static bool has_check_digits(const char *text)
{
    int n;

    if (strspn(text + 2, DIGITS) < 2) return false;
    n = (text[2] - '0') * 10 + (text[3] - '0');
    return n >= 2 && n <= 98;
}

enum err iban_check(const char *text)
{
    size_t len = strspn(text, DIGITS UPPER);

    if (text[len] == '\0' && len >= IBAN_MIN && len <= IBAN_MAX && strspn(text, UPPER) >= 2 &&
        has_check_digits(text) && remainder_97(text, len) == 1 &&
        (!is_italian(text) || has_italian_parts(text, len)))
        return ERR_NONE;
    return err_set(ERR_IBAN_SYNTAX, "IBAN");
}

bool iban_abi(const char *iban, char out[IBAN_PART_SIZE])
{
    if (!is_italian(iban) || strlen(iban) != ITALIAN_LEN) return false;
    memcpy(out, iban + ABI_AT, IBAN_PART_SIZE - 1);
    out[IBAN_PART_SIZE - 1] = '\0';
    return true;
}

bool iban_is_postal(const char *iban)
{
    char abi[IBAN_PART_SIZE];

    return iban_abi(iban, abi) && !strcmp(abi, "07601"); /* Poste Italiane, BancoPosta */
}
