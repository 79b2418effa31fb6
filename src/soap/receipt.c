/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "soap/receipt.h"

#include "soap/fill.h"
#include "soap/message.h"
#include "soap/subject.h"

#include <string.h>

#include "payH.h"

struct pfn__ctSubject *soap_subject_fill(struct soap_subject *to, const struct debt_subject *from)
{
    memset(to, 0, sizeof *to);
    if (!from || !*from->kind) return NULL;
    to->id.entityUniqueIdentifierType =
        (enum pfn__stEntityUniqueIdentifierType)(unsigned char)from->kind[0];
    to->id.entityUniqueIdentifierValue = soap_fill_text(from->code);
    to->s.uniqueIdentifier = &to->id;
    to->s.fullName = soap_fill_text(from->name);
    to->s.streetName = soap_fill_opt(from->street);
    to->s.civicNumber = soap_fill_opt(from->civic);
    to->s.postalCode = soap_fill_opt(from->postal_code);
    to->s.city = soap_fill_opt(from->city);
    to->s.stateProvinceRegion = soap_fill_opt(from->province);
    to->s.country = soap_fill_opt(from->country);
    to->s.e_mail = soap_fill_opt(from->email);
    return &to->s;
}

/* The members that both versions have, by the same names. */
#define RECEIPT_FILL(t, soap, r, debtor_, payer_)                                                  \
    do {                                                                                           \
        (t)->receiptId = soap_fill_text((r)->token);                                               \
        (t)->noticeNumber = soap_fill_text((r)->instalment->notice_number);                        \
        (t)->fiscalCode = soap_fill_text((r)->creditor);                                           \
        (t)->outcome = ppc__stOutcome__OK;                                                         \
        (t)->creditorReferenceId = soap_fill_text((r)->instalment->iuv);                           \
        (t)->paymentAmount = soap_fill_amount((soap), (r)->amount_cents);                          \
        (t)->description = soap_fill_text((r)->instalment->description);                           \
        (t)->companyName = soap_fill_text((r)->company);                                           \
        (t)->officeName = soap_fill_opt((r)->office);                                              \
        (t)->debtor = soap_subject_fill((debtor_), (r)->debtor);                                   \
        (t)->idPSP = soap_fill_text((r)->psp);                                                     \
        (t)->pspFiscalCode = soap_fill_opt((r)->psp_fiscal_code);                                  \
        (t)->pspPartitaIVA = soap_fill_opt((r)->psp_vat);                                          \
        (t)->PSPCompanyName = soap_fill_text((r)->psp_name);                                       \
        (t)->idChannel = soap_fill_text((r)->channel);                                             \
        (t)->channelDescription = soap_fill_text((r)->channel_text);                               \
        (t)->payer = soap_subject_fill((payer_), (r)->payer);                                      \
        (t)->paymentMethod = soap_fill_opt((r)->method);                                           \
        (t)->fee = soap_fill_amount((soap), (r)->fee_cents);                                       \
        (t)->paymentDateTime = soap_fill_text((r)->paid_at);                                       \
        (t)->applicationDate = soap_fill_opt((r)->application_date);                               \
        (t)->transferDate = soap_fill_opt((r)->transfer_date);                                     \
        (t)->metadata = soap_fill_metadata((soap), (r)->metadata);                                 \
    } while (0)

/* And of each transfer. */
#define TRANSFER_FILL(t, soap, from, id_type)                                                      \
    do {                                                                                           \
        (t)->idTransfer = (enum id_type)(from)->number;                                            \
        (t)->transferAmount = soap_fill_amount((soap), (from)->amount_cents);                      \
        (t)->fiscalCodePA = soap_fill_text((from)->creditor);                                      \
        (t)->IBAN = soap_fill_opt((from)->iban);                                                   \
        (t)->remittanceInformation = soap_fill_text((from)->remittance);                           \
        (t)->transferCategory = soap_fill_text((from)->taxonomy);                                  \
        (t)->metadata = soap_fill_metadata((soap), (from)->metadata);                              \
    } while (0)

static void rt_put(struct soap *soap, const struct soap_receipt *r)
{
    struct pfn__paSendRTReq q = {0};
    struct pfn__ctReceipt t = {0};
    struct pfn__ctTransferListPA list = {0};
    struct pfn__ctTransferPA transfers[DEBT_TRANSFERS_MAX] = {{0}};
    struct soap_subject debtor, payer;

    q.idPA = soap_fill_text(r->recipient);
    q.idBrokerPA = soap_fill_text(r->broker);
    q.idStation = soap_fill_text(r->station);
    q.receipt = &t;
    RECEIPT_FILL(&t, soap, r, &debtor, &payer);
    for (int i = 0; i < r->instalment->n_transfers; i++)
        TRANSFER_FILL(&transfers[i], soap, &r->instalment->transfers[i], pfn__stIdTransfer);
    list.__sizetransfer = r->instalment->n_transfers;
    list.transfer = transfers;
    t.transferList = &list;
    soap_put_pfn__paSendRTReq(soap, &q, "pfn:paSendRTReq", NULL);
}

/* A stamp that was asked for and never came is told as an empty one. */
static char *attachment(const struct soap_receipt *r, int transfer)
{
    return soap_fill_text(r->stamps[transfer] ? r->stamps[transfer] : "");
}

static void rt_v2_put(struct soap *soap, const struct soap_receipt *r)
{
    struct pfn__paSendRTV2Request q = {0};
    struct pfn__ctReceiptV2 t = {0};
    struct pfn__ctTransferListPAReceiptV2 list = {0};
    struct pfn__ctTransferPAReceiptV2 transfers[DEBT_TRANSFERS_MAX] = {{0}};
    struct soap_subject debtor, payer;

    q.idPA = soap_fill_text(r->recipient);
    q.idBrokerPA = soap_fill_text(r->broker);
    q.idStation = soap_fill_text(r->station);
    q.receipt = &t;
    RECEIPT_FILL(&t, soap, r, &debtor, &payer);
    t.paymentNote = soap_fill_opt(r->note);
    t.primaryCiIncurredFee = r->pa_fee_cents ? soap_fill_amount(soap, r->pa_fee_cents) : NULL;
    t.idBundle = soap_fill_opt(r->bundle);
    t.idCiBundle = soap_fill_opt(r->ci_bundle);
    for (int i = 0; i < r->instalment->n_transfers; i++) {
        const struct debt_transfer *from = &r->instalment->transfers[i];

        TRANSFER_FILL(&transfers[i], soap, from, pfn__stIdTransfer);
        transfers[i].companyName = soap_fill_opt(r->companies[i]);
        if (*from->stamp.hash) transfers[i].MBDAttachment = attachment(r, from->number);
    }
    list.__sizetransfer = r->instalment->n_transfers;
    list.transfer = transfers;
    t.transferList = &list;
    soap_put_pfn__paSendRTV2Request(soap, &q, "pfn:paSendRTV2Request", NULL);
}

bool soap_receipt_has_stamp(const struct soap_receipt *r)
{
    for (int i = 0; i < r->instalment->n_transfers; i++)
        if (*r->instalment->transfers[i].stamp.hash) return true;
    return false;
}

enum err soap_pa_send_rt_write(struct soap_message *m, const struct soap_receipt *r, int version,
                               struct buf *out)
{
    enum err rc;

    TRY(soap_message_begin_write(m, SOAP_MESSAGE_PA_FOR_NODE, out));
    if (version == 2)
        rt_v2_put(soap_message_soap(m), r);
    else
        rt_put(soap_message_soap(m), r);
    TRY(soap_message_end_write(m));
out:
    return rc;
}

/* Of the transfers, those of the Ente that is told. */
static int own_transfers(struct soap *soap, const struct soap_receipt *r, struct pos__transfer *to)
{
    int n = 0;

    for (int i = 0; i < r->instalment->n_transfers; i++) {
        const struct debt_transfer *from = &r->instalment->transfers[i];

        if (strcmp(from->creditor, r->recipient) != 0) continue;
        to[n].number = from->number;
        to[n].creditor = soap_fill_text(from->creditor);
        to[n].iban = soap_fill_opt(from->iban);
        to[n].stamp = soap_fill_position_stamp(soap, &from->stamp);
        to[n].amount = soap_fill_amount(soap, from->amount_cents);
        to[n].taxonomy = soap_fill_text(from->taxonomy);
        to[n].remittance = soap_fill_text(from->remittance);
        to[n++].metadata = soap_fill_position_metadata(soap, from->metadata);
    }
    return n;
}

/* The stamps that came for them. */
static int own_stamps(const struct soap_receipt *r, struct bof__stampIssued *to)
{
    int n = 0;

    for (int i = 0; i < r->instalment->n_transfers; i++) {
        const struct debt_transfer *from = &r->instalment->transfers[i];

        if (strcmp(from->creditor, r->recipient) != 0 || !*from->stamp.hash) continue;
        if (!r->stamps[from->number]) continue;
        to[n].transfer = from->number;
        to[n++].attachment = soap_fill_text(r->stamps[from->number]);
    }
    return n;
}

/* What a notification is made of. */
struct notification {
    struct bof__paymentNotification n;
    struct bof__collectedBy by;
    struct bof__payer payer;
    struct pos__debtor debtor;
    struct pos__transfer transfers[DEBT_TRANSFERS_MAX];
    struct bof__stampIssued stamps[DEBT_TRANSFERS_MAX];
};

struct bof__paymentNotification *soap_notification_make(struct soap *soap,
                                                        const struct soap_receipt *r)
{
    struct notification *x = soap_malloc(soap, sizeof *x);
    struct bof__paymentNotification *n = &x->n;
    bool own = !strcmp(r->recipient, r->creditor); /* own ids and debtors are their Ente's alone */

    if (!x) return NULL;
    memset(x, 0, sizeof *x);
    n->notificationId = soap_fill_text(r->dedup_id);
    n->beneficiary = soap_fill_text(r->recipient);
    n->creditor = soap_fill_text(r->creditor);
    n->ownId = own ? soap_fill_opt(r->own_id) : NULL;
    n->debtType = own ? soap_fill_opt(r->debt_type) : NULL;
    n->noticeNumber = soap_fill_text(r->instalment->notice_number);
    n->iuv = soap_fill_text(r->instalment->iuv);
    n->iur = n->receiptId = soap_fill_text(r->token);
    n->amount = soap_fill_amount(soap, r->amount_cents);
    n->paidAt = soap_fill_text(r->paid_at_utc);
    n->applicationDate = soap_fill_opt(r->application_date);
    n->transferDate = soap_fill_opt(r->transfer_date);
    n->fee = r->fee_cents ? soap_fill_amount(soap, r->fee_cents) : NULL;
    x->debtor.kind = (enum pos__partyKind)(unsigned char)r->debtor->kind[0];
    x->debtor.code = soap_fill_text(r->debtor->code);
    x->debtor.name = soap_fill_text(r->debtor->name);
    n->debtor = own ? &x->debtor : NULL;
    if (r->payer && *r->payer->kind) {
        x->payer.kind = (enum pos__partyKind)(unsigned char)r->payer->kind[0];
        x->payer.code = soap_fill_text(r->payer->code);
        x->payer.name = soap_fill_text(r->payer->name);
        n->payer = &x->payer;
    }
    x->by.psp = soap_fill_text(r->psp);
    x->by.pspName = soap_fill_opt(r->psp_name);
    x->by.id = soap_fill_text(r->channel);
    if (soap_s2bof__channelKind(soap, r->channel_kind, &x->by.kind) != SOAP_OK) {
        soap->error = SOAP_OK; /* a channel that left the registry: the contract wants a kind */
        x->by.kind = bof__channelKind__counter;
    }
    x->by.method = soap_fill_opt(r->method);
    x->by.paymentChannel = soap_fill_opt(r->payment_channel);
    x->by.touchPoint = soap_fill_opt(r->touch_point);
    n->note = soap_fill_opt(r->note);
    n->channel = &x->by;
    n->__sizetransfer = own_transfers(soap, r, x->transfers);
    n->transfer = x->transfers;
    n->__sizestamp = own_stamps(r, x->stamps);
    n->stamp = x->stamps;
    n->metadata = own ? soap_fill_position_metadata(soap, r->metadata) : NULL;
    return n;
}

enum err soap_notify_payment_write(struct soap_message *m, const struct soap_receipt *r,
                                   struct buf *out)
{
    enum err rc;

    TRY(soap_message_begin_write(m, SOAP_MESSAGE_BACK_OFFICE, out));
    soap_put_bof__paymentNotification(soap_message_soap(m),
                                      soap_notification_make(soap_message_soap(m), r),
                                      "bof:notifyPayment", NULL);
    TRY(soap_message_end_write(m));
out:
    return rc;
}

/* A Fault, HTML or another message in place of the answer is not a delivery [F12]. */
enum err soap_pa_send_rt_read(struct soap_message *m, const char *bytes, size_t len, int version)
{
    enum err rc;
    struct soap *soap = soap_message_soap(m);
    bool there, ok = false;

    TRY(soap_message_read(m, bytes, len));
    if (version == 2) {
        const struct pfn__paSendRTV2Response *r =
            soap_get_pfn__paSendRTV2Response(soap, NULL, "pfn:paSendRTV2Response", NULL);
        there = r != NULL;
        ok = there && r->outcome == ppc__stOutcome__OK;
    } else {
        const struct pfn__paSendRTRes *r =
            soap_get_pfn__paSendRTRes(soap, NULL, "pfn:paSendRTRes", NULL);
        there = r != NULL;
        ok = there && r->outcome == ppc__stOutcome__OK;
    }
    TRY(soap_message_end_read(m));
    if (!ok) rc = err_set(ERR_PEER_ANSWER, there ? "outcome KO" : "no paSendRT answer");
out:
    return rc == ERR_NONE || rc == ERR_PEER_ANSWER
               ? rc
               : err_set(ERR_PEER_ANSWER, "not a paSendRT answer");
}

enum err soap_notify_payment_read(struct soap_message *m, const char *bytes, size_t len)
{
    enum err rc;
    const struct bof__notificationAnswer *r;

    TRY(soap_message_read(m, bytes, len));
    r = soap_get_bof__notificationAnswer(soap_message_soap(m), NULL, "bof:notifyPaymentResponse",
                                         NULL);
    TRY(soap_message_end_read(m));
    if (!r || r->outcome != bof__notificationOutcome__OK)
        rc = err_set(ERR_PEER_ANSWER, r ? "outcome KO" : "no notifyPayment answer");
out:
    return rc == ERR_NONE || rc == ERR_PEER_ANSWER
               ? rc
               : err_set(ERR_PEER_ANSWER, "not a notifyPayment answer");
}
