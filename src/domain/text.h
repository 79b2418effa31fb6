/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file text.h
 * Text that people and machines send: lengths in characters, what may be kept, and the narrow
 * character set of credit transfers. Text is kept byte-exact: nothing is trimmed, folded or
 * normalised; each exit escapes for itself [X44]. All functions are thread-safe. */
#ifndef DOMAIN_TEXT_H
#define DOMAIN_TEXT_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/** Valid UTF-8 (shortest forms, no surrogates), only characters that XML 1.0 has, no control
 * characters (C0, DEL, C1; so no tab or line end), min to max characters.
 * @return ERR_NONE | ERR_TEXT_SYNTAX. Source: XML 1.0 §2.2; RFC 3629. */
MUST_USE enum err text_check(const char *text, size_t min_chars, size_t max_chars);
/** An address of mail as the contracts take it: letters, digits and ._+- before the @, then names
 * with points between them; at most 256 characters. @return ERR_NONE | ERR_TEXT_SYNTAX.
 * Source: sac-common-types-1.0.xsd, stEMail. */
MUST_USE enum err text_check_email(const char *text);
/** Is there the number of a payment card in it: 13 to 16 or 19 digits, by ones of blank or hyphen
 * apart, with a right check digit, whatever numbers are before and after it? 17 and 18 are IUVs and
 * notices, as are 15 unless one card's. Source: ISO/IEC 7812-1. */
bool text_has_card(const char *text);
/** Copy valid UTF-8 as far as cap bytes with the NUL allow, never cutting a character.
 * @param cap  at least 1 */
void text_copy(const char *text, char *out, size_t cap);
/** The same for bytes of whoever: what is no UTF-8 or no kept character becomes '?'. */
void text_mend(const char *text, char *out, size_t cap);
/** Text in the character set that every SEPA bank takes: a-z A-Z 0-9 / - ? : ( ) . , ' + and the
 * space. Accents fall (è e, ß ss), signs with a near one become it (& +, _ -), any other character
 * becomes one '.'. Cut at cap - 1 characters; nothing is trimmed.
 * @param text  valid UTF-8 · @param cap  at least 1
 * Source: EPC217-08, best practices for the character set. */
void text_sepa(const char *text, char *out, size_t cap);

/** A number in digits and capital letters, base 36, for short ids: at most 13 characters. */
void text_base36(int64_t number, char out[14]);

#endif
