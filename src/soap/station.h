/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file station.h
 * The messages that ask an Ente's station of a notice: paVerifyPaymentNotice, paGetPayment and
 * paGetPaymentV2; or for one: paDemandPaymentNotice. They write bytes and read answers into flat
 * values; net/ carries them. The answer was found valid against the contract's schema before; what
 * it promises beyond that is judged by whoever asked. */
#ifndef SOAP_STATION_H
#define SOAP_STATION_H

#include "base/buf.h"
#include "domain/debt.h"

struct soap_message;

/** Borrowed. */
struct soap_station_question {
    const char *creditor, *broker, *station; /* idPA, idBrokerPA, idStation */
    const char *notice_number;
    /* what the payer would pay, and says of it; 0 and "": not told */
    int64_t amount_cents;
    const char *note, *due_date;
    /* paDemandPaymentNotice, in place of a notice: idServizio, idSoggettoServizio, base64 */
    const char *service_id, *service, *service_data;
};

/** The Ente's own refusal; code "": none. Cut where it is longer than a fault needs. */
struct soap_station_fault {
    char code[DEBT_CHARS(70)], text[DEBT_CHARS(140)], description[DEBT_CHARS(255)];
};

/** What a station said. Of the instalment: amount, due date, description, and with paGetPayment
 * IUV and transfers; of the position: description, office, and with paGetPayment debtor and
 * metadata. */
struct soap_station_said {
    struct soap_station_fault fault;
    struct debt_instalment instalment;
    struct debt_position position;
    char options[4];        /* paVerifyPaymentNotice: EQ, LS, GT or ANY */
    bool all_ccp;           /* paVerifyPaymentNotice: all of it goes to postal accounts */
    char creditor[36];      /* the Ente that it speaks of; "": it does not say */
    char notice_number[19]; /* paDemandPaymentNotice: of the notice that it made */
    char metadata[DEBT_TRANSFERS_MAX][DEBT_METADATA_SIZE]; /* what the transfers point to */
};

MUST_USE enum err soap_pa_verify_write(struct soap_message *m,
                                       const struct soap_station_question *q, struct buf *out);
/** @return ERR_NONE | ERR_PEER_ANSWER naming what is wrong with it | ERR_MEMORY. */
MUST_USE enum err soap_pa_verify_read(struct soap_message *m, const char *bytes, size_t len,
                                      struct soap_station_said *out);
/** @param version  1: paGetPaymentReq, 2: paGetPaymentV2Request */
MUST_USE enum err soap_pa_get_payment_write(struct soap_message *m,
                                            const struct soap_station_question *q, int version,
                                            struct buf *out);
/** @return as soap_pa_verify_read(). */
MUST_USE enum err soap_pa_get_payment_read(struct soap_message *m, const char *bytes, size_t len,
                                           int version, struct soap_station_said *out);
MUST_USE enum err soap_pa_demand_write(struct soap_message *m,
                                       const struct soap_station_question *q, struct buf *out);
/** @return as soap_pa_verify_read(). */
MUST_USE enum err soap_pa_demand_read(struct soap_message *m, const char *bytes, size_t len,
                                      struct soap_station_said *out);

#endif
