/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file receipt.h
 * The messages that tell an Ente of a payment: paSendRT and paSendRTV2 to its station,
 * notifyPayment to its back-office. They write bytes and read answers; net/ carries them. */
#ifndef SOAP_RECEIPT_H
#define SOAP_RECEIPT_H

#include "base/buf.h"
#include "domain/debt.h"

#include <stdint.h>

struct soap;
struct soap_message;
struct bof__paymentNotification;

/** All that a receipt tells; borrowed. Amounts in cents, dates YYYY-MM-DD, times Europe/Rome. */
struct soap_receipt {
    const char *recipient;                   /* the Ente that is told: idPA */
    const char *broker, *station;            /* paSendRT: of the Ente's station */
    const char *dedup_id;                    /* notifyPayment */
    const char *token;                       /* receiptId, IUR */
    const char *creditor, *company, *office; /* the Ente of the notice */
    const char *own_id, *debt_type;
    const struct debt_instalment *instalment;
    const struct debt_subject *debtor;
    const char *metadata;
    const char *psp, *psp_fiscal_code, *psp_vat, *psp_name;
    const char *channel;
    const char *channel_kind;         /* notifyPayment: one of its kinds */
    const char *channel_text;         /* paSendRT: in words */
    const struct debt_subject *payer; /* kind "" : not told */
    const char *method, *payment_channel, *touch_point, *note;
    int64_t amount_cents, fee_cents, pa_fee_cents;
    const char *bundle, *ci_bundle;
    const char *companies[DEBT_TRANSFERS_MAX]; /* the Enti of the transfers, in their order */
    const char *const *stamps;                 /* by a transfer's number: base64, NULL: none came */
    const char *paid_at;     /* YYYY-MM-DDTHH:MM:SS of Europe/Rome, as the node writes it */
    const char *paid_at_utc; /* the same instant with a Z */
    const char *application_date, *transfer_date;
};

/** Does one of its transfers pay for a marca da bollo? paSendRT has no place for it. */
bool soap_receipt_has_stamp(const struct soap_receipt *r);
/** @param version  1: paSendRTReq, 2: paSendRTV2Request */
MUST_USE enum err soap_pa_send_rt_write(struct soap_message *m, const struct soap_receipt *r,
                                        int version, struct buf *out);
/** What notifyPayment says, on the message's heap; it borrows from r. NULL: no memory. */
struct bof__paymentNotification *soap_notification_make(struct soap *soap,
                                                        const struct soap_receipt *r);
MUST_USE enum err soap_notify_payment_write(struct soap_message *m, const struct soap_receipt *r,
                                            struct buf *out);
/** Is this the receiver's outcome OK? @return ERR_NONE | ERR_PEER_ANSWER naming what came instead.
 */
MUST_USE enum err soap_pa_send_rt_read(struct soap_message *m, const char *bytes, size_t len,
                                       int version);
MUST_USE enum err soap_notify_payment_read(struct soap_message *m, const char *bytes, size_t len);

#endif
