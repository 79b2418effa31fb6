/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NOT_TEXT 0xFFFFFFFFu

/* The character at text, and how many bytes it takes; NOT_TEXT (one byte) when it is not UTF-8.
 * Reads no further than the NUL: it is no continuation byte. */
static uint32_t decode(const char *text, size_t *out_len)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t min; /* less would be a longer form than needed */
    } forms[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
    const unsigned char *at = (const unsigned char *)text;

    *out_len = 1;
    for (size_t extra = 0; extra < ARRAY_LEN(forms); extra++) {
        uint32_t c;

        if ((at[0] & forms[extra].mask) != forms[extra].lead) continue;
        c = at[0] & (unsigned char)~forms[extra].mask;
        for (size_t i = 1; i <= extra; i++) {
            if ((at[i] & 0xC0) != 0x80) return NOT_TEXT;
            c = c << 6 | (at[i] & 0x3Fu);
        }
        if (c < forms[extra].min || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return NOT_TEXT;
        *out_len = extra + 1;
        return c;
    }
    return NOT_TEXT;
}

static bool is_kept(uint32_t c)
{
    bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);

    return c != NOT_TEXT && !control && c != 0xFFFE && c != 0xFFFF;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

enum err text_check(const char *text, size_t min_chars, size_t max_chars)
{
    size_t n = 0, len;

    for (; *text != '\0'; text += len, n++)
        if (n == max_chars || !is_kept(decode(text, &len))) return err_set(ERR_TEXT_SYNTAX, "text");
    return n >= min_chars ? ERR_NONE : err_set(ERR_TEXT_SYNTAX, "text");
}

enum err text_check_email(const char *text)
{
#define ALNUM "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    size_t n = strspn(text, ALNUM "_.+-");

    if (n == 0 || text[n] != '@' || strlen(text) > 256) return err_set(ERR_TEXT_SYNTAX, "e-mail");
    do { /* from the @ or a point to the end of a name */
        text += n + 1;
        n = strspn(text, ALNUM "-");
    } while (n > 0 && text[n] == '.');
    return n > 0 && text[n] == '\0' ? ERR_NONE : err_set(ERR_TEXT_SYNTAX, "e-mail");
#undef ALNUM
}

void text_copy(const char *text, char *out, size_t cap)
{
    size_t n = strlen(text);

    if (n >= cap) {
        n = cap - 1;
        while (n > 0 && is_continuation(text[n]))
            n--;
    }
    memcpy(out, text, n);
    out[n] = '\0';
}

void text_mend(const char *text, char *out, size_t cap)
{
    size_t n = 0, len;

    for (; *text != '\0'; text += len) {
        bool kept = is_kept(decode(text, &len));

        if (n + (kept ? len : 1) >= cap) break;
        memcpy(out + n, kept ? text : "?", kept ? len : 1);
        n += kept ? len : 1;
    }
    out[n] = '\0';
}

/* ---- to the character set of credit transfers ---- */

/* What 0x20..0x7E become, where they do not stay: as near as the set allows. */
static char sepa_ascii(char c)
{
    static const char from[] = "&;[]\\_`{}|~";
    static const char to[] = "+,()/-'()/-";
    const char *at;

    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return c;
    if (strchr("/-?:().,'+ ", c) != NULL) return c;
    at = strchr(from, c);
    if (at == NULL) return '.';
    return to[at - from];
}

/* Letters U+00C0..U+017F without their marks: two places each, the second blank where one does. */
static const char latin[] = "A A A A A A AEC E E E E I I I I " /* U+00C0 */
                            "D N O O O O O . O U U U U Y THss" /* U+00D0 */
                            "a a a a a a aec e e e e i i i i " /* U+00E0 */
                            "d n o o o o o . o u u u u y thy " /* U+00F0 */
                            "A a A a A a C c C c C c C c D d " /* U+0100 */
                            "D d E e E e E e E e E e G g G g " /* U+0110 */
                            "G g G g H h H h I i I i I i I i " /* U+0120 */
                            "I i IJijJ j K k k L l L l L l L " /* U+0130 */
                            "l L l N n N n N n n N n O o O o " /* U+0140 */
                            "O o OEoeR r R r R r S s S s S s " /* U+0150 */
                            "S s T t T t T t U u U u U u U u " /* U+0160 */
                            "U u U u W w Y y Y Z z Z z Z z s " /* U+0170 */;
_Static_assert(sizeof latin == 2 * (0x180 - 0xC0) + 1, "a letter is missing");

/* The others that Italian text has, sorted. "": falls. */
static const struct sign {
    uint32_t c;
    const char *to;
} signs[] = {
    {0x00A0, " "},  {0x00AA, "a"},  {0x00AD, ""},  {0x00B0, "o"},   {0x00B2, "2"}, {0x00B3, "3"},
    {0x00B4, "'"},  {0x00B9, "1"},  {0x00BA, "o"}, {0x0218, "S"},   {0x0219, "s"}, {0x021A, "T"},
    {0x021B, "t"},  {0x1E9E, "SS"}, {0x2010, "-"}, {0x2011, "-"},   {0x2012, "-"}, {0x2013, "-"},
    {0x2014, "-"},  {0x2018, "'"},  {0x2019, "'"}, {0x2026, "..."}, {0x2032, "'"}, {0x20AC, "E"},
    {0x2116, "No"}, {0x2212, "-"},
};

static int sign_order(const void *key, const void *entry)
{
    uint32_t c = *(const uint32_t *)key, other = ((const struct sign *)entry)->c;

    return (c > other) - (c < other);
}

/* At most three characters for c. */
static void sepa_of(uint32_t c, char out[4])
{
    const struct sign *sign;

    memcpy(out, ".", 2);
    if (c >= 0x20 && c < 0x7F) {
        out[0] = sepa_ascii((char)c);
    } else if (c >= 0xC0 && c <= 0x17F) {
        memcpy(out, latin + (size_t)2 * (c - 0xC0), 2);
        out[out[1] == ' ' ? 1 : 2] = '\0';
    } else if (c >= 0x0300 && c <= 0x036F) {
        out[0] = '\0'; /* a mark of its own falls: decomposed text reads as composed */
    } else {
        sign = bsearch(&c, signs, ARRAY_LEN(signs), sizeof signs[0], sign_order);
        if (sign != NULL) memcpy(out, sign->to, strlen(sign->to) + 1);
    }
}

void text_sepa(const char *text, char *out, size_t cap)
{
    size_t n = 0, len;
    char piece[4];

    for (; *text != '\0'; text += len) {
        sepa_of(decode(text, &len), piece);
        for (const char *p = piece; *p != '\0' && n + 1 < cap; p++)
            out[n++] = *p;
    }
    out[n] = '\0';
}

void text_base36(int64_t number, char out[14])
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    char reversed[14];
    size_t n = 0;
    uint64_t rest = (uint64_t)number;

    do {
        reversed[n++] = digits[rest % 36];
        rest /= 36;
    } while (rest && n < 13);
    for (size_t i = 0; i < n; i++)
        out[i] = reversed[n - 1 - i];
    out[n] = 0;
}

static bool is_card(const char *digits, size_t n)
{
    int sum = 0;

    if (n < 13 || n > 19 || n == 17 || n == 18 || *digits < '2' || *digits > '6') return false;
    if (n == 15 && strncmp(digits, "34", 2) != 0 && strncmp(digits, "37", 2) != 0) return false;
    for (size_t i = 0; i < n; i++) {
        int d = digits[n - 1 - i] - '0';

        if (i % 2) d = d > 4 ? 2 * d - 9 : 2 * d;
        sum += d;
    }
    return sum % 10 == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Is one in the groups of digits from here on, with a blank or a hyphen between them? Its end is a
 * group's, whatever number follows. */
static bool card_at(const char *c)
{
    char digits[19];
    size_t n = 0;

    for (;; c++) {
        for (; is_digit(*c); c++) {
            if (n == sizeof digits) return false;
            digits[n++] = *c;
        }
        if (is_card(digits, n)) return true;
        if ((*c != ' ' && *c != '-') || !is_digit(c[1])) return false;
    }
}

bool text_has_card(const char *text)
{
    for (const char *c = text; *c; c++)
        if (is_digit(*c) && (c == text || !is_digit(c[-1])) && card_at(c)) return true;
    return false;
}
