/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file receipt.h
 * Receipts of an Ente, to be read by it: with what only the payment's outcome brought. */
#ifndef DB_RECEIPT_H
#define DB_RECEIPT_H

#include "db/notice.h"

/** That the payment's money was given back; at_us 0: it was not. */
struct db_receipt_reversal {
    int64_t at_us;
    char reference[36], reason[DEBT_CHARS(140)];
};
struct db_receipt_line {
    int64_t id, seq; /* seq 0: not numbered yet */
    struct db_receipt_reversal reversal;
    char beneficiary[36];
    struct db_payment payment; /* psp, token and what its outcome brought; the rest is not filled */
};
/** A marca da bollo that came with a payment. */
struct db_receipt_stamp {
    int transfer;
    struct buf attachment; /* base64; owned by the caller */
};

/** In order of seq, from after on; each sees the row in *line. */
MUST_USE enum err db_receipt_list(struct db *db, const char *beneficiary, int64_t after, int limit,
                                  struct db_receipt_line *line, db_each_fn *each, void *cls);
/** The one of a payment; id 0: none. */
MUST_USE enum err db_receipt_find(struct db *db, const char *beneficiary, const char *token,
                                  struct db_receipt_line *out);
/** The stamps of a payment, in order; each sees the row in *stamp. */
MUST_USE enum err db_receipt_stamps(struct db *db, int64_t payment_id,
                                    struct db_receipt_stamp *stamp, db_each_fn *each, void *cls);

#endif
