/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file told.h
 * Payments that were made elsewhere: a node's receipt brought them, nothing was activated here. */
#ifndef DB_TOLD_H
#define DB_TOLD_H

#include "db/notice.h"

/** What only the receipt knows of who collected. */
struct db_told {
    char psp_name[DEBT_CHARS(70)], psp_fiscal_code[DEBT_CHARS(70)], psp_vat[DEBT_CHARS(20)];
    char channel_description[DEBT_CHARS(35)];
    int64_t paid_us; /* 0: not said */
};

/** A notice with all that stands around it, its debtor too, and the payment of a token, whoever's:
 * id 0 when there is none. @param token  "": none is looked for */
MUST_USE enum err db_notice_whole(struct db *db, const char *creditor, const char *notice_number,
                                  const char *token, struct db_notice *out,
                                  struct db_payment *out_payment);
/** A new payment with p->told; ERR_DB_DUPLICATE at COMMIT: its token came twice at once [R4]. */
MUST_USE enum err db_told_add(struct db *db, const struct db_payment *p, int64_t now_us);
/** Of a payment whose told_by is set. */
MUST_USE enum err db_told_get(struct db *db, int64_t payment_id, struct db_told *out);

#endif
