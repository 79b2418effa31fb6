/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file iban.h
 * Account numbers (IBAN) and the Italian parts inside them. Must not know whose account it is.
 * All functions are thread-safe; no error detail ever holds the number. */
#ifndef DOMAIN_IBAN_H
#define DOMAIN_IBAN_H

#include "base/err.h"

#define IBAN_MAX 34
#define IBAN_PART_SIZE 6 /* five digits and NUL */

/** Upper case, no blanks, check digits right; of Italy and San Marino also length 27, layout and
 * CIN, which catches what modulo 97 lets pass [X42].
 * @return ERR_NONE | ERR_IBAN_SYNTAX. Source: ISO 13616; ABI, coordinate bancarie. */
MUST_USE enum err iban_check(const char *text);
/** For edges that read liberally (a form, a file made by hand): blanks out, ASCII letters to upper
 * case. Checks nothing else.
 * @return ERR_NONE | ERR_IBAN_SYNTAX: longer than IBAN_MAX without its blanks. */
MUST_USE enum err iban_normalise(const char *text, char out[IBAN_MAX + 1]);
/** The bank's code (ABI) of a checked Italian or Sammarinese IBAN; false for other countries. */
bool iban_abi(const char *iban, char out[IBAN_PART_SIZE]);
/** Of a postal account. */
bool iban_is_postal(const char *iban);
/** The branch's code (CAB), likewise. */
bool iban_cab(const char *iban, char out[IBAN_PART_SIZE]);

#endif
