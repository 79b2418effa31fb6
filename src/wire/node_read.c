/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/node.h"

#include "domain/amount.h"
#include "domain/calendar.h"
#include "wire/field.h"

#include <string.h>

#include "payH.h"

/* The members that begin each request, by the same names. */
#define WHO_READ(call, q)                                                                          \
    do {                                                                                           \
        TRY(COPY((call)->ente, (q)->idPA));                                                        \
        TRY(COPY((call)->broker, (q)->idBrokerPA));                                                \
        TRY(COPY((call)->station, (q)->idStation));                                                \
    } while (0)

static enum err notice_read(struct node_call *call, const struct pfn__ctQrCode *qr)
{
    enum err rc;

    TRY(COPY(call->creditor, qr->fiscalCode));
    TRY(COPY(call->notice_number, qr->noticeNumber));
out:
    return rc;
}

/* What nobody here heeds must yet be what it says it is [X39] [X40]. */
static enum err unheeded_read(const char *amount, const char *due)
{
    enum err rc = ERR_NONE;
    int64_t cents;
    char day[11];

    if (amount) TRY(amount_parse_or_zero(amount, &cents));
    TRY(wire_field_date(day, due));
out:
    return rc;
}

static enum err verify_read(struct soap *soap, struct node_call *call)
{
    enum err rc;
    const struct pfn__paVerifyPaymentNoticeReq *q =
        soap_get_pfn__paVerifyPaymentNoticeReq(soap, NULL, "pfn:paVerifyPaymentNoticeReq", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "paVerifyPaymentNoticeReq");
    WHO_READ(call, q);
    TRY(notice_read(call, q->qrCode));
out:
    return rc;
}

static enum err get_read(struct soap *soap, struct node_call *call)
{
    enum err rc;
    const struct pfn__paGetPaymentReq *q =
        soap_get_pfn__paGetPaymentReq(soap, NULL, "pfn:paGetPaymentReq", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "paGetPaymentReq");
    WHO_READ(call, q);
    TRY(notice_read(call, q->qrCode));
    TRY(unheeded_read(q->amount, q->dueDate));
out:
    return rc;
}

static enum err get_v2_read(struct soap *soap, struct node_call *call)
{
    enum err rc;
    const struct pfn__paGetPaymentV2Request *q =
        soap_get_pfn__paGetPaymentV2Request(soap, NULL, "pfn:paGetPaymentV2Request", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "paGetPaymentV2Request");
    WHO_READ(call, q);
    TRY(notice_read(call, q->qrCode));
    TRY(unheeded_read(q->amount, q->dueDate));
out:
    return rc;
}

static enum err demand_read(struct soap *soap, struct node_call *call)
{
    enum err rc;
    const struct pfn__paDemandPaymentNoticeRequest *q = soap_get_pfn__paDemandPaymentNoticeRequest(
        soap, NULL, "pfn:paDemandPaymentNoticeRequest", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "paDemandPaymentNoticeRequest");
    WHO_READ(call, q);
out:
    return rc;
}

/* The contract takes any text; what cannot be a payment's token is left out and refused by its
 * row. */
static void receipt_id_read(struct node_call *call, const char *text)
{
    size_t len = strlen(text);

    if (len > REGISTRY_CODE_MAX) return;
    for (size_t i = 0; i < len; i++)
        if (text[i] <= ' ' || text[i] > '~') return;
    memcpy(call->receipt_id, text, len + 1);
}

static enum err payer_read(struct node_call *call, const struct pfn__ctSubject *s)
{
    enum err rc;
    struct debt_subject *to = &call->payer;

    if (!s) return ERR_NONE;
    to->kind[0] = (char)s->uniqueIdentifier->entityUniqueIdentifierType;
    TRY(COPY(to->code, s->uniqueIdentifier->entityUniqueIdentifierValue));
    TRY(COPY(to->name, s->fullName));
    TRY(COPY(to->street, s->streetName));
    TRY(COPY(to->civic, s->civicNumber));
    TRY(COPY(to->postal_code, s->postalCode));
    TRY(COPY(to->city, s->city));
    TRY(COPY(to->province, s->stateProvinceRegion));
    TRY(COPY(to->country, s->country));
    TRY(COPY(to->email, s->e_mail));
out:
    return rc;
}

static enum err transfer_read(struct node_call *call, int number, const char *amount,
                              const char *creditor, const char *iban)
{
    enum err rc;
    struct debt_transfer *to = &call->transfers[call->n_transfers];

    if (call->n_transfers == DEBT_TRANSFERS_MAX) return BUG("more transfers than the contract has");
    call->n_transfers++;
    to->number = number;
    TRY(amount_parse(amount, &to->amount_cents));
    TRY(COPY(to->creditor, creditor));
    if (iban && strlen(iban) < sizeof to->iban) TRY(COPY(to->iban, iban));
out:
    return rc;
}

/* What both versions of a receipt have, by the same names. */
#define RECEIPT_READ(call, t)                                                                      \
    do {                                                                                           \
        (call)->ok = (t)->outcome == ppc__stOutcome__OK;                                           \
        receipt_id_read((call), (t)->receiptId);                                                   \
        TRY(COPY((call)->creditor, (t)->fiscalCode));                                              \
        TRY(COPY((call)->notice_number, (t)->noticeNumber));                                       \
        TRY(COPY((call)->iuv, (t)->creditorReferenceId));                                          \
        TRY(amount_parse_or_zero((t)->paymentAmount, &(call)->amount_cents));                      \
        TRY(COPY((call)->psp, (t)->idPSP));                                                        \
        TRY(COPY((call)->channel, (t)->idChannel));                                                \
        TRY(COPY((call)->method, (t)->paymentMethod));                                             \
        if ((t)->fee) TRY(amount_parse_or_zero((t)->fee, &(call)->fee_cents));                     \
        TRY(wire_field_date((call)->application_date, (t)->applicationDate));                      \
        TRY(wire_field_date((call)->transfer_date, (t)->transferDate));                            \
        TRY(payer_read((call), (t)->payer));                                                       \
        TRY(COPY((call)->told.psp_name, (t)->PSPCompanyName));                                     \
        TRY(COPY((call)->told.psp_fiscal_code, (t)->pspFiscalCode));                               \
        TRY(COPY((call)->told.psp_vat, (t)->pspPartitaIVA));                                       \
        TRY(COPY((call)->told.channel_description, (t)->channelDescription));                      \
        if ((t)->paymentDateTime)                                                                  \
            TRY(calendar_xml_time_parse((t)->paymentDateTime, &(call)->told.paid_us));             \
        for (int n = 0; n < (t)->transferList->__sizetransfer; n++)                                \
            TRY(transfer_read((call), (int)(t)->transferList->transfer[n].idTransfer,              \
                              (t)->transferList->transfer[n].transferAmount,                       \
                              (t)->transferList->transfer[n].fiscalCodePA,                         \
                              (t)->transferList->transfer[n].IBAN));                               \
    } while (0)

static enum err receipt_read(struct soap *soap, struct node_call *call)
{
    enum err rc;
    const struct pfn__paSendRTReq *q =
        soap_get_pfn__paSendRTReq(soap, NULL, "pfn:paSendRTReq", NULL);

    if (!q) return err_set(ERR_XML_INVALID, "paSendRTReq");
    WHO_READ(call, q);
    RECEIPT_READ(call, q->receipt);
out:
    return rc;
}

static enum err receipt_v2_read(struct soap *soap, struct node_call *call)
{
    enum err rc;
    const struct pfn__paSendRTV2Request *q =
        soap_get_pfn__paSendRTV2Request(soap, NULL, "pfn:paSendRTV2Request", NULL);
    const struct pfn__ctReceiptV2 *t;

    if (!q) return err_set(ERR_XML_INVALID, "paSendRTV2Request");
    WHO_READ(call, q);
    t = q->receipt;
    RECEIPT_READ(call, t);
    if (t->primaryCiIncurredFee)
        TRY(amount_parse_or_zero(t->primaryCiIncurredFee, &call->pa_fee_cents));
    TRY(COPY(call->note, t->paymentNote));
    TRY(COPY(call->bundle, t->idBundle));
    TRY(COPY(call->ci_bundle, t->idCiBundle));
    for (int n = 0; n < t->transferList->__sizetransfer; n++)
        call->stamps[t->transferList->transfer[n].idTransfer] =
            t->transferList->transfer[n].MBDAttachment;
out:
    return rc;
}

enum err wire_node_read(struct soap_message *m, const char *bytes, size_t len,
                        struct node_call *call)
{
    static enum err (*const readers[NODE_OPERATION_COUNT])(struct soap *, struct node_call *) = {
        [NODE_VERIFY] = verify_read,         [NODE_GET] = get_read,
        [NODE_GET_V2] = get_v2_read,         [NODE_RECEIPT] = receipt_read,
        [NODE_RECEIPT_V2] = receipt_v2_read, [NODE_DEMAND] = demand_read,
    };
    enum err rc;

    TRY(soap_message_read(m, bytes, len));
    TRY(readers[call->operation](soap_message_soap(m), call));
    TRY(soap_message_end_read(m));
out:
    return rc;
}
