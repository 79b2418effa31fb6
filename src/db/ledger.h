/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file ledger.h
 * What a paid fact leaves behind: entries, receipts, anomalies. Rows are added, never changed. */
#ifndef DB_LEDGER_H
#define DB_LEDGER_H

#include "db/db.h"

struct db_entry {
    int64_t id, fact_id, payment_id;
    int transfer_number;    /* 0: not of one transfer */
    const char *kind;       /* collected, paid, fee, stamp, suspense; of a reversal: reverse.c */
    const char *creditor;   /* whose money: the Ente; the PSP for collected and fee */
    const char *account;    /* IBAN or "" */
    const char *instrument; /* the channel */
    const char *settles;    /* hub, ente */
    int64_t amount_cents;   /* signed; one fact's sum is 0 [I3] */
    const char *day;        /* Europe/Rome */
};
enum { DB_ENTRIES_MAX = 8 };
/** ALWAYS that they sum to 0: the last line of defence [I3]. What is paid becomes due to a
 * settlement with it [I8]. */
MUST_USE enum err db_entry_add(struct db *db, const struct db_entry *entries, size_t n,
                               int64_t now_us);

/** An entry as it is stored. */
struct db_entry_row {
    int64_t id;
    int transfer_number;
    char kind[11], creditor[36], account[35], instrument[36], settles[5], day[11];
    int64_t amount_cents;
};
/** The entries of a fact, in order of id; each sees the row in *row. */
MUST_USE enum err db_entry_list(struct db *db, int64_t fact_id, struct db_entry_row *row,
                                db_each_fn *each, void *cls);

struct db_receipt {
    int64_t id, payment_id;
    const char *creditor, *token;
};
MUST_USE enum err db_receipt_add(struct db *db, const struct db_receipt *receipts, size_t n,
                                 int64_t now_us);

/** Once a payment and kind; a repeat is a success. */
MUST_USE enum err db_anomaly_add(struct db *db, const char *kind, int64_t payment_id,
                                 const char *creditor, int64_t amount_cents, int64_t now_us);

#endif
