/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "soap/station.h"

#include "soap/fill.h"
#include "soap/message.h"
#include "soap/take.h"

#include <string.h>

#include "payH.h"

/* Base64 may be broken into lines: each end would become a reference of five bytes. */
static char *without_blanks(struct soap *soap, const char *text)
{
    char *copy = soap_malloc(soap, strlen(text) + 1), *to = copy;

    if (!copy) return NULL;
    for (; *text; text++)
        if (!strchr(" \t\n\r", *text)) *to++ = *text;
    *to = '\0';
    return copy;
}

enum err soap_pa_demand_write(struct soap_message *m, const struct soap_station_question *q,
                              struct buf *out)
{
    enum err rc;
    struct pfn__paDemandPaymentNoticeRequest r = {.idPA = soap_fill_text(q->creditor),
                                                  .idBrokerPA = soap_fill_text(q->broker),
                                                  .idStation = soap_fill_text(q->station),
                                                  .idServizio = soap_fill_text(q->service_id),
                                                  .idSoggettoServizio = soap_fill_text(q->service)};

    TRY(soap_message_begin_write(m, SOAP_MESSAGE_PA_FOR_NODE, out));
    r.datiSpecificiServizioRequest = without_blanks(soap_message_soap(m), q->service_data);
    if (!r.datiSpecificiServizioRequest) return err_set(ERR_MEMORY, "datiSpecificiServizio");
    soap_put_pfn__paDemandPaymentNoticeRequest(soap_message_soap(m), &r,
                                               "pfn:paDemandPaymentNoticeRequest", NULL);
    TRY(soap_message_end_write(m));
out:
    return rc;
}

static enum err said_take(struct soap *soap, const struct pfn__paDemandPaymentNoticeResponse *r,
                          struct soap_station_said *out)
{
    enum err rc;
    const struct pfn__ctPaymentOptionDescriptionPA *o;
    struct debt_instalment *i = &out->instalment;

    if (r->outcome != ppc__stOutcome__OK) return soap_take_fault(&out->fault, r->fault);
    if (!r->qrCode || !r->paymentList)
        return err_set(ERR_PEER_ANSWER, "OK without a qrCode and a paymentList");
    o = r->paymentList->paymentOptionDescription;
    TRY(soap_take_amount(&i->amount_cents, o->amount));
    TRY(SOAP_TAKE(out->options, soap_pfn__stAmountOption2s(soap, o->options), "options"));
    TRY(soap_take_date(i->due_date, o->dueDate));
    TRY(SOAP_TAKE(i->description, o->detailDescription, "detailDescription"));
    TRY(SOAP_TAKE(out->position.description, r->paymentDescription, "paymentDescription"));
    TRY(SOAP_TAKE(out->position.office, r->officeName, "officeName"));
    TRY(SOAP_TAKE(out->creditor, r->qrCode->fiscalCode, "fiscalCode"));
    TRY(SOAP_TAKE(out->notice_number, r->qrCode->noticeNumber, "noticeNumber"));
    if (r->fiscalCodePA && strcmp(r->fiscalCodePA, out->creditor) != 0)
        rc = err_set(ERR_PEER_ANSWER, "fiscalCodePA is another Ente than the qrCode's");
out:
    return rc;
}

enum err soap_pa_demand_read(struct soap_message *m, const char *bytes, size_t len,
                             struct soap_station_said *out)
{
    enum err rc;
    const struct pfn__paDemandPaymentNoticeResponse *r;

    memset(out, 0, sizeof *out);
    TRY(soap_message_read(m, bytes, len));
    r = soap_get_pfn__paDemandPaymentNoticeResponse(soap_message_soap(m), NULL,
                                                    "pfn:paDemandPaymentNoticeResponse", NULL);
    TRY(soap_message_end_read(m));
    if (!r) return err_set(ERR_PEER_ANSWER, "no paDemandPaymentNotice answer");
    TRY(said_take(soap_message_soap(m), r, out));
out:
    return rc == ERR_NONE || rc == ERR_PEER_ANSWER || rc == ERR_MEMORY
               ? rc
               : err_set(ERR_PEER_ANSWER, "not a paDemandPaymentNotice answer");
}
