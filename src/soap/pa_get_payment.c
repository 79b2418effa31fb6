/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "soap/station.h"

#include "soap/fill.h"
#include "soap/message.h"
#include "soap/take.h"

#include <string.h>

#include "payH.h"

/* The members that both versions have, by the same names. */
#define QUESTION_FILL(r, soap, q, qr)                                                              \
    do {                                                                                           \
        (r)->idPA = soap_fill_text((q)->creditor);                                                 \
        (r)->idBrokerPA = soap_fill_text((q)->broker);                                             \
        (r)->idStation = soap_fill_text((q)->station);                                             \
        (r)->qrCode = (qr);                                                                        \
        (r)->amount = (q)->amount_cents ? soap_fill_amount((soap), (q)->amount_cents) : NULL;      \
        (r)->paymentNote = soap_fill_opt((q)->note);                                               \
        (r)->dueDate = soap_fill_opt((q)->due_date);                                               \
    } while (0)

enum err soap_pa_get_payment_write(struct soap_message *m, const struct soap_station_question *q,
                                   int version, struct buf *out)
{
    enum err rc;
    struct soap *soap = soap_message_soap(m);
    struct pfn__ctQrCode qr = {.fiscalCode = soap_fill_text(q->creditor),
                               .noticeNumber = soap_fill_text(q->notice_number)};
    struct pfn__paGetPaymentReq v1 = {0};
    struct pfn__paGetPaymentV2Request v2 = {0};

    TRY(soap_message_begin_write(m, SOAP_MESSAGE_PA_FOR_NODE, out));
    if (version == 2) {
        QUESTION_FILL(&v2, soap, q, &qr);
        soap_put_pfn__paGetPaymentV2Request(soap, &v2, "pfn:paGetPaymentV2Request", NULL);
    } else {
        QUESTION_FILL(&v1, soap, q, &qr);
        soap_put_pfn__paGetPaymentReq(soap, &v1, "pfn:paGetPaymentReq", NULL);
    }
    TRY(soap_message_end_write(m));
out:
    return rc;
}

static enum err subject_take(struct soap *soap, const struct pfn__ctSubject *from,
                             struct debt_subject *to)
{
    enum err rc;
    const struct pfn__ctEntityUniqueIdentifier *id = from->uniqueIdentifier;

    TRY(SOAP_TAKE(to->kind,
                  soap_pfn__stEntityUniqueIdentifierType2s(soap, id->entityUniqueIdentifierType),
                  "debtor"));
    TRY(SOAP_TAKE(to->code, id->entityUniqueIdentifierValue, "the debtor's code"));
    TRY(SOAP_TAKE(to->name, from->fullName, "the debtor's name"));
    TRY(SOAP_TAKE(to->street, from->streetName, "the debtor's address"));
    TRY(SOAP_TAKE(to->civic, from->civicNumber, "the debtor's address"));
    TRY(SOAP_TAKE(to->postal_code, from->postalCode, "the debtor's address"));
    TRY(SOAP_TAKE(to->city, from->city, "the debtor's address"));
    TRY(SOAP_TAKE(to->province, from->stateProvinceRegion, "the debtor's address"));
    TRY(SOAP_TAKE(to->country, from->country, "the debtor's address"));
    TRY(SOAP_TAKE(to->email, from->e_mail, "the debtor's e-mail"));
out:
    return rc;
}

/* What both versions' payments say, and their transfers; for functions with an out: label. */
#define PAYMENT_TAKE(soap, from, to)                                                               \
    do {                                                                                           \
        TRY(SOAP_TAKE((to)->instalment.iuv, (from)->creditorReferenceId, "creditorReferenceId"));  \
        TRY(soap_take_amount(&(to)->instalment.amount_cents, (from)->paymentAmount));              \
        TRY(soap_take_date((to)->instalment.due_date, (from)->dueDate));                           \
        TRY(SOAP_TAKE((to)->instalment.description, (from)->description, "description"));          \
        TRY(SOAP_TAKE((to)->position.description, (from)->description, "description"));            \
        TRY(SOAP_TAKE((to)->position.office, (from)->officeName, "officeName"));                   \
        TRY(subject_take((soap), (from)->debtor, &(to)->position.debtor));                         \
        TRY(soap_take_metadata((to)->position.metadata, sizeof(to)->position.metadata,             \
                               (from)->metadata));                                                 \
    } while (0)
#define TRANSFER_TAKE(from, to, said, i)                                                           \
    do {                                                                                           \
        (to)->number = (int)(from)->idTransfer;                                                    \
        TRY(soap_take_amount(&(to)->amount_cents, (from)->transferAmount));                        \
        TRY(SOAP_TAKE((to)->creditor, (from)->fiscalCodePA, "fiscalCodePA"));                      \
        TRY(SOAP_TAKE((to)->iban, (from)->IBAN, "IBAN"));                                          \
        TRY(SOAP_TAKE((to)->remittance, (from)->remittanceInformation, "remittanceInformation"));  \
        TRY(SOAP_TAKE((to)->taxonomy, (from)->transferCategory, "transferCategory"));              \
        TRY(soap_take_metadata((said)->metadata[i], sizeof(said)->metadata[i], (from)->metadata)); \
        (to)->metadata = (from)->metadata ? (said)->metadata[i] : NULL;                            \
    } while (0)

static enum err payment_take(struct soap *soap, const struct pfn__ctPaymentPA *from,
                             struct soap_station_said *to)
{
    enum err rc;
    int *n = &to->instalment.n_transfers;

    PAYMENT_TAKE(soap, from, to);
    for (*n = 0; *n < from->transferList->__sizetransfer; (*n)++)
        TRANSFER_TAKE(&from->transferList->transfer[*n], &to->instalment.transfers[*n], to, *n);
out:
    return rc;
}

static enum err stamp_take(struct soap *soap, const struct ppc__ctRichiestaMarcaDaBollo *from,
                           struct debt_stamp *to)
{
    enum err rc = ERR_NONE;

    if (!from) goto out;
    TRY(SOAP_TAKE(to->hash, from->hashDocumento, "hashDocumento"));
    TRY(SOAP_TAKE(to->type, soap_ppc__stTipoBolloDigitale2s(soap, from->tipoBollo), "tipoBollo"));
    TRY(SOAP_TAKE(to->province, from->provinciaResidenza, "provinciaResidenza"));
out:
    return rc;
}

static enum err payment_v2_take(struct soap *soap, const struct pfn__ctPaymentPAV2 *from,
                                struct soap_station_said *to)
{
    enum err rc;
    int *n = &to->instalment.n_transfers;

    PAYMENT_TAKE(soap, from, to);
    for (*n = 0; *n < from->transferList->__sizetransfer; (*n)++) {
        const struct pfn__ctTransferPAV2 *t = &from->transferList->transfer[*n];

        TRANSFER_TAKE(t, &to->instalment.transfers[*n], to, *n);
        TRY(stamp_take(soap, t->richiestaMarcaDaBollo, &to->instalment.transfers[*n].stamp));
    }
out:
    return rc;
}

static enum err said_read(struct soap_message *m, struct soap_station_said *out)
{
    enum err rc;
    struct soap *soap = soap_message_soap(m);
    const struct pfn__paGetPaymentRes *r =
        soap_get_pfn__paGetPaymentRes(soap, NULL, "pfn:paGetPaymentRes", NULL);

    TRY(soap_message_end_read(m));
    if (!r) return err_set(ERR_PEER_ANSWER, "no paGetPayment answer");
    if (r->outcome != ppc__stOutcome__OK) return soap_take_fault(&out->fault, r->fault);
    if (!r->data) return err_set(ERR_PEER_ANSWER, "OK without data");
    TRY(payment_take(soap, r->data, out));
out:
    return rc;
}

static enum err said_v2_read(struct soap_message *m, struct soap_station_said *out)
{
    enum err rc;
    struct soap *soap = soap_message_soap(m);
    const struct pfn__paGetPaymentV2Response *r =
        soap_get_pfn__paGetPaymentV2Response(soap, NULL, "pfn:paGetPaymentV2Response", NULL);

    TRY(soap_message_end_read(m));
    if (!r) return err_set(ERR_PEER_ANSWER, "no paGetPaymentV2 answer");
    if (r->outcome != ppc__stOutcome__OK) return soap_take_fault(&out->fault, r->fault);
    if (!r->data) return err_set(ERR_PEER_ANSWER, "OK without data");
    TRY(payment_v2_take(soap, r->data, out));
out:
    return rc;
}

enum err soap_pa_get_payment_read(struct soap_message *m, const char *bytes, size_t len,
                                  int version, struct soap_station_said *out)
{
    enum err rc;

    memset(out, 0, sizeof *out);
    TRY(soap_message_read(m, bytes, len));
    TRY(version == 2 ? said_v2_read(m, out) : said_read(m, out));
out:
    return rc == ERR_NONE || rc == ERR_PEER_ANSWER || rc == ERR_MEMORY
               ? rc
               : err_set(ERR_PEER_ANSWER, "not a paGetPayment answer");
}
