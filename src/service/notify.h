/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file notify.h
 * Who is told of a payment, and with which bytes: one receipt for each Ente among the transfers,
 * one message for each of its destinations [I7]. */
#ifndef SERVICE_NOTIFY_H
#define SERVICE_NOTIFY_H

#include "db/ledger.h"
#include "db/outbox.h"
#include "service/psp_call.h"
#include "soap/receipt.h"

enum { NOTIFY_MESSAGES_MAX = 40 };

struct notify {
    struct db_receipt receipts[DEBT_TRANSFERS_MAX];
    size_t n_receipts;
    struct db_outbox_new messages[NOTIFY_MESSAGES_MAX];
    size_t n_messages;
};

/** From what was read and the registry, with ids of the transaction that it is called in. Clears
 * what an earlier try left. */
MUST_USE enum err service_notify_make(struct env *env, const struct db_payment *payment,
                                      const struct db_notice *notice, struct notify *out);
/** When the payer paid: for a payment made elsewhere, as its receipt says. */
int64_t service_notify_paid_us(const struct db_payment *payment);
/** What is told of a payment whoever is told; r borrows from all of them. To be filled in by the
 * caller: recipient, dedup_id, paid_at, paid_at_utc. */
void service_notify_fill(const struct env *env, const struct db_payment *payment,
                         const struct db_notice *notice, struct soap_receipt *out);
/** Frees the messages' bytes. */
void service_notify_free(struct notify *n);

#endif
