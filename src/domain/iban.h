/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file iban.h
 * Account numbers (IBAN) and the Italian bank inside them. Must not know whose account it is.
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
/** The bank's code (ABI) of a checked Italian or Sammarinese IBAN; false for other countries. */
bool iban_abi(const char *iban, char out[IBAN_PART_SIZE]);
/** Of a postal account. */
bool iban_is_postal(const char *iban);

#endif
