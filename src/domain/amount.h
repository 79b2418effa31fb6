/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file amount.h
 * Euro amounts as whole cents. Knows the wire's decimal text. Must not know XML, SQL or
 * rounding: what is not exact is refused [X39]. All functions are thread-safe. */
#ifndef DOMAIN_AMOUNT_H
#define DOMAIN_AMOUNT_H

#include "base/err.h"

#include <stdint.h>

#define AMOUNT_CENTS_MAX INT64_C(99999999999)
#define AMOUNT_SIZE 16 /* "-999999999.99" and NUL, and some room for sums */

/** Parse the wire's amount: digits, a point, two digits; 0.01 to 999999999.99.
 * @param text       borrowed; blanks and signs are refused, not trimmed
 * @param out_cents  written only on ERR_NONE
 * @return ERR_NONE | ERR_AMOUNT_SYNTAX
 * Source: nodeForPsp.xsd, stAmountNotZero. */
MUST_USE enum err amount_parse(const char *text, int64_t *out_cents);
/** The same with a - before it, or without one: a record of a flow, which may be of a reversal. */
MUST_USE enum err amount_parse_signed(const char *text, int64_t *out_cents);
/** The same, and 0.00 too: fees. Source: sac-common-types-1.0.xsd, stAmount. */
MUST_USE enum err amount_parse_or_zero(const char *text, int64_t *out_cents);
/** "12.34", "-0.05": no thousands, always two decimals. Sums up to 999999999999.99 either way fit;
 * more is a fault of ours and stops the process. */
void amount_print(int64_t cents, char out[AMOUNT_SIZE]);

#endif
