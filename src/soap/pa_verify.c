/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "soap/station.h"

#include "soap/fill.h"
#include "soap/message.h"
#include "soap/take.h"

#include <string.h>

#include "payH.h"

enum err soap_pa_verify_write(struct soap_message *m, const struct soap_station_question *q,
                              struct buf *out)
{
    enum err rc;
    struct pfn__ctQrCode qr = {.fiscalCode = soap_fill_text(q->creditor),
                               .noticeNumber = soap_fill_text(q->notice_number)};
    struct pfn__paVerifyPaymentNoticeReq r = {.idPA = soap_fill_text(q->creditor),
                                              .idBrokerPA = soap_fill_text(q->broker),
                                              .idStation = soap_fill_text(q->station),
                                              .qrCode = &qr};

    TRY(soap_message_begin_write(m, SOAP_MESSAGE_PA_FOR_NODE, out));
    soap_put_pfn__paVerifyPaymentNoticeReq(soap_message_soap(m), &r, "pfn:paVerifyPaymentNoticeReq",
                                           NULL);
    TRY(soap_message_end_write(m));
out:
    return rc;
}

static enum err said_take(struct soap *soap, const struct pfn__paVerifyPaymentNoticeRes *r,
                          struct soap_station_said *out)
{
    enum err rc;
    const struct pfn__ctPaymentOptionDescriptionPA *o;
    struct debt_instalment *i = &out->instalment;

    if (r->outcome != ppc__stOutcome__OK) return soap_take_fault(&out->fault, r->fault);
    if (!r->paymentList) return err_set(ERR_PEER_ANSWER, "OK without a paymentList");
    o = r->paymentList->paymentOptionDescription;
    TRY(soap_take_amount(&i->amount_cents, o->amount));
    TRY(SOAP_TAKE(out->options, soap_pfn__stAmountOption2s(soap, o->options), "options"));
    out->all_ccp = o->allCCP == xsd__boolean__true_;
    TRY(soap_take_date(i->due_date, o->dueDate));
    TRY(SOAP_TAKE(i->description, o->detailDescription, "detailDescription"));
    TRY(SOAP_TAKE(out->position.description, r->paymentDescription, "paymentDescription"));
    TRY(SOAP_TAKE(out->position.office, r->officeName, "officeName"));
    TRY(SOAP_TAKE(out->creditor, r->fiscalCodePA, "fiscalCodePA"));
out:
    return rc;
}

enum err soap_pa_verify_read(struct soap_message *m, const char *bytes, size_t len,
                             struct soap_station_said *out)
{
    enum err rc;
    const struct pfn__paVerifyPaymentNoticeRes *r;

    memset(out, 0, sizeof *out);
    TRY(soap_message_read(m, bytes, len));
    r = soap_get_pfn__paVerifyPaymentNoticeRes(soap_message_soap(m), NULL,
                                               "pfn:paVerifyPaymentNoticeRes", NULL);
    TRY(soap_message_end_read(m));
    if (!r) return err_set(ERR_PEER_ANSWER, "no paVerifyPaymentNotice answer");
    TRY(said_take(soap_message_soap(m), r, out));
out:
    return rc == ERR_NONE || rc == ERR_PEER_ANSWER || rc == ERR_MEMORY
               ? rc
               : err_set(ERR_PEER_ANSWER, "not a paVerifyPaymentNotice answer");
}
