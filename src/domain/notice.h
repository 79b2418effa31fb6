/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file notice.h
 * Notice numbers (numeroAvviso, 18 digits) and the IUV inside them. Knows the layout of each aux
 * digit and the check digits; must not know who has which code, nor how base numbers are reserved.
 * Check digits are made right and never demanded: the field's own samples fail them [X41]. */
#ifndef DOMAIN_NOTICE_H
#define DOMAIN_NOTICE_H

#include "base/err.h"

#include <stdint.h>

#define NOTICE_LEN 18
#define IUV_MAX 35 /* stText35 of the contracts; those inside a notice have 15 or 17 */

struct notice {
    int aux_digit; /**< 0, 1, 2 or 3 */
    int code;      /**< 0: application code; 3: segregation code; 1 and 2: -1 */
    char iuv[IUV_MAX + 1];
};

/** Exactly 18 ASCII digits: no blank is trimmed, so that a notice has one spelling [X41].
 * @return ERR_NONE | ERR_NOTICE_SYNTAX. Thread-safe. Source: sac-common-types-1.0, stNoticeNumber.
 */
MUST_USE enum err notice_check(const char *text);
/** Take a notice number apart. @param out  written only on ERR_NONE
 * @return ERR_NONE | ERR_NOTICE_SYNTAX: not 18 digits, or an aux digit that nobody assigned.
 * Thread-safe. Source: AgID, specifiche attuative dei codici identificativi, 1.3.1, ch. 2. */
MUST_USE enum err notice_parse(const char *text, struct notice *out);
/** The same for look-ups: false where that is an error, and no error detail is kept. */
bool notice_split(const char *text, struct notice *out);
/** The k-th, from 0, of the notice numbers that an IUV may lie in: behind any aux digit of its
 * length, and any application code where the IUV has none in it.
 * @return false: there are no more; for k 0: it is no IUV of a notice. Thread-safe. */
bool notice_of_iuv(const char *iuv, int k, char out[NOTICE_LEN + 1]);
/** Make a notice number with right check digits (aux digit 1 has none).
 * @param code         0..99 for aux digits 0 and 3, -1 for 1 and 2
 * @param base_number  the generator's own number, zero-padded: at most 13 digits for aux digits 0
 *                     and 3, 15 for 2, 17 for 1
 * @return ERR_NONE | ERR_NOTICE_SYNTAX: no such aux digit, or a code it does not have | ERR_LIMIT:
 * base_number is negative or has too many digits. Outputs are written only on ERR_NONE. */
MUST_USE enum err notice_make(int aux_digit, int code, int64_t base_number,
                              char notice[NOTICE_LEN + 1], char iuv[IUV_MAX + 1]);

#endif
