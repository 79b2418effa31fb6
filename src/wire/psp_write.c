/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/psp.h"

#include "base/config.h"
#include "domain/iban.h"
#include "service/station_ask.h"
#include "soap/fill.h"

#include <stdio.h>
#include <string.h>

#include "payH.h"

static struct ppc__ctFaultBean *fault(struct soap *soap, const struct psp_answer *a)
{
    struct ppc__ctFaultBean *f = soap_malloc(soap, sizeof *f);
    const char *original = outcome_original(a->outcome);
    const char *said = outcome_description(a->outcome);
    char description[200];

    if (!f) return NULL;
    memset(f, 0, sizeof *f);
    f->faultCode = soap_fill_text(outcome_code(a->outcome));
    f->faultString = soap_fill_text(outcome_text(a->outcome));
    f->id = soap_fill_text(config_text(CONFIG_HUB_NODE_ID));
    if (a->outcome == OUTCOME_EXPIRATION_TIME) {
        snprintf(description, sizeof description, "expirationTime deve essere <= %lld",
                 (long long)a->expiration_max_ms);
        f->description = soap_strdup(soap, description);
    } else {
        f->description = soap_fill_opt(said);
    }
    if (a->serial) {
        f->serial = soap_malloc(soap, sizeof *f->serial);
        if (f->serial) *f->serial = a->serial;
    }
    if (a->outcome == OUTCOME_PAA_STAZIONE) {
        f->id = soap_fill_text(a->call->fiscal_code);
        f->originalFaultCode = soap_fill_text(a->station->said.fault.code);
        f->originalFaultString = soap_fill_text(a->station->said.fault.text);
        f->originalDescription = soap_fill_opt(a->station->said.fault.description);
    }
    if (*original) { /* the Ente's own fault, as a station would have spoken it */
        f->id = soap_fill_text(a->call->fiscal_code);
        f->originalFaultCode = soap_fill_text(original);
        f->originalFaultString = soap_fill_text(outcome_text(a->outcome));
        f->originalDescription = soap_fill_text(*said ? said : outcome_text(a->outcome));
    }
    return f;
}

static char *office(const struct psp_answer *a)
{
    const char *own = a->notice->position.office;

    return soap_fill_opt(*own ? own : a->creditor->office);
}

/* How what is paid may stand to the amount: the station says so, the hub says the same. */
static enum nfp__stAmountOptionPSP options(struct soap *soap, const struct psp_answer *a)
{
    enum nfp__stAmountOptionPSP found = nfp__stAmountOptionPSP__EQ;

    if (a->station) soap_s2nfp__stAmountOptionPSP(soap, a->station->said.options, &found);
    return found;
}

static void option_fill(struct soap *soap, const struct psp_answer *a,
                        struct nfp__ctPaymentOptionDescription *option,
                        struct nfp__ctPaymentOptionsDescriptionList *list)
{
    const struct debt_instalment *i = &a->notice->instalment;

    option->amount = soap_fill_amount(soap, i->amount_cents);
    option->options = options(soap, a);
    option->dueDate = soap_fill_opt(i->due_date);
    option->paymentNote = soap_fill_opt(i->description);
    list->__sizepaymentOptionDescription = 1;
    list->paymentOptionDescription = option;
}

static void verify_write(struct soap *soap, const struct psp_answer *a)
{
    struct nfp__verifyPaymentNoticeRes r = {0};
    struct nfp__ctPaymentOptionsDescriptionList list = {0};
    struct nfp__ctPaymentOptionDescription option = {0};

    r.outcome = a->outcome == OUTCOME_OK ? ppc__stOutcome__OK : ppc__stOutcome__KO;
    if (a->outcome == OUTCOME_OK) {
        option_fill(soap, a, &option, &list);
        r.paymentList = &list;
        r.paymentDescription = soap_fill_opt(a->notice->position.description);
        r.fiscalCodePA = soap_fill_text(a->creditor->code);
        r.companyName = soap_fill_text(a->creditor->name);
        r.officeName = office(a);
    } else {
        r.fault = fault(soap, a);
    }
    soap_put_nfp__verifyPaymentNoticeRes(soap, &r, "nfp:verifyPaymentNoticeRes", NULL);
}

static void demand_write(struct soap *soap, const struct psp_answer *a)
{
    struct nfp__demandPaymentNoticeResponse r = {0};
    struct nfp__ctPaymentOptionsDescriptionList list = {0};
    struct nfp__ctPaymentOptionDescription option = {0};
    struct nfp__ctQrCode qr = {0};

    r.outcome = a->outcome == OUTCOME_OK ? ppc__stOutcome__OK : ppc__stOutcome__KO;
    if (a->outcome == OUTCOME_OK) {
        qr.fiscalCode = soap_fill_text(a->creditor->code);
        qr.noticeNumber = soap_fill_text(a->station->said.notice_number);
        option_fill(soap, a, &option, &list);
        r.qrCode = &qr;
        r.paymentList = &list;
        r.paymentDescription = soap_fill_opt(a->notice->position.description);
        r.fiscalCodePA = soap_fill_text(a->creditor->code);
        r.companyName = soap_fill_text(a->creditor->name);
        r.officeName = office(a);
    } else {
        r.fault = fault(soap, a);
    }
    soap_put_nfp__demandPaymentNoticeResponse(soap, &r, "nfp:demandPaymentNoticeResponse", NULL);
}

/* A payer may pay by postal slip only where all of it goes to postal accounts. */
static bool all_postal(const struct debt_instalment *i)
{
    for (int t = 0; t < i->n_transfers; t++)
        if (!iban_is_postal(i->transfers[t].iban)) return false;
    return true;
}

static void bollettino_write(struct soap *soap, const struct psp_answer *a)
{
    struct nfp__verificaBollettinoRes r = {0};
    struct nfp__ctPaymentOptionsBollettinoDescriptionList list = {0};
    struct nfp__ctPaymentOptionBollettinoDescription option = {0};
    bool all;

    r.outcome = a->outcome == OUTCOME_OK ? ppc__stOutcome__OK : ppc__stOutcome__KO;
    if (a->outcome == OUTCOME_OK) {
        const struct debt_instalment *i = &a->notice->instalment;

        option.amount = soap_fill_amount(soap, i->amount_cents);
        option.options = options(soap, a);
        option.dueDate = soap_fill_opt(i->due_date);
        option.paymentNote = soap_fill_opt(i->description);
        all = a->station ? a->station->said.all_ccp : all_postal(i);
        option.allCCP = all ? xsd__boolean__true_ : xsd__boolean__false_;
        list.__sizepaymentOptionDescription = 1;
        list.paymentOptionDescription = &option;
        r.paymentBollettinoList = &list;
        r.paymentDescription = soap_fill_opt(a->notice->position.description);
        r.fiscalCodePA = soap_fill_text(a->creditor->code);
        r.noticeNumber = soap_fill_text(a->call->notice_number);
        r.companyName = soap_fill_text(a->creditor->name);
        r.officeName = office(a);
    } else {
        r.fault = fault(soap, a);
    }
    soap_put_nfp__verificaBollettinoRes(soap, &r, "nfp:verificaBollettinoRes", NULL);
}

static void activate_write(struct soap *soap, const struct psp_answer *a)
{
    struct nfp__activatePaymentNoticeRes r = {0};
    struct nfp__ctTransferListPSP list = {0};
    struct nfp__ctTransferPSP transfers[DEBT_TRANSFERS_MAX] = {{0}};

    r.outcome = a->outcome == OUTCOME_OK ? ppc__stOutcome__OK : ppc__stOutcome__KO;
    if (a->outcome == OUTCOME_OK) {
        const struct debt_instalment *i = &a->notice->instalment;

        for (int t = 0; t < i->n_transfers; t++) {
            transfers[t].idTransfer = (enum nfp__stIdTransfer)i->transfers[t].number;
            transfers[t].transferAmount = soap_fill_amount(soap, i->transfers[t].amount_cents);
            transfers[t].fiscalCodePA = soap_fill_text(i->transfers[t].creditor);
            transfers[t].IBAN = soap_fill_text(i->transfers[t].iban);
            transfers[t].remittanceInformation = soap_fill_text(i->transfers[t].remittance);
            transfers[t].metadata = soap_fill_metadata(soap, i->transfers[t].metadata);
        }
        list.__sizetransfer = i->n_transfers;
        list.transfer = transfers;
        r.totalAmount = soap_fill_amount(soap, i->amount_cents);
        r.paymentDescription = soap_fill_text(i->description);
        r.fiscalCodePA = soap_fill_text(a->creditor->code);
        r.companyName = soap_fill_text(a->creditor->name);
        r.officeName = office(a);
        r.paymentToken = soap_fill_text(a->token);
        r.transferList = &list;
        r.creditorReferenceId = soap_fill_text(i->iuv);
    } else {
        r.fault = fault(soap, a);
    }
    soap_put_nfp__activatePaymentNoticeRes(soap, &r, "nfp:activatePaymentNoticeRes", NULL);
}

static void transfers_v2(struct soap *soap, const struct psp_answer *a,
                         struct nfp__ctTransferPSPV2 *to)
{
    const struct debt_instalment *i = &a->notice->instalment;

    for (int t = 0; t < i->n_transfers; t++) {
        const struct registry_creditor *c =
            registry_creditor_find(a->registry, i->transfers[t].creditor);

        to[t].idTransfer = (enum nfp__stIdTransfer)i->transfers[t].number;
        to[t].transferAmount = soap_fill_amount(soap, i->transfers[t].amount_cents);
        to[t].fiscalCodePA = soap_fill_text(i->transfers[t].creditor);
        to[t].companyName = c ? soap_fill_text(c->name) : NULL;
        to[t].IBAN = soap_fill_opt(i->transfers[t].iban);
        to[t].richiestaMarcaDaBollo = soap_fill_stamp(soap, &i->transfers[t].stamp);
        to[t].remittanceInformation = soap_fill_text(i->transfers[t].remittance);
        to[t].transferCategory = soap_fill_opt(i->transfers[t].taxonomy);
        to[t].metadata = soap_fill_metadata(soap, i->transfers[t].metadata);
    }
}

static void activate_v2_write(struct soap *soap, const struct psp_answer *a)
{
    struct nfp__activatePaymentNoticeV2Response r = {0};
    struct nfp__ctTransferListPSPV2 list = {0};
    struct nfp__ctTransferPSPV2 transfers[DEBT_TRANSFERS_MAX] = {{0}};
    enum xsd__boolean all_ccp;

    r.outcome = a->outcome == OUTCOME_OK ? ppc__stOutcome__OK : ppc__stOutcome__KO;
    if (a->outcome == OUTCOME_OK) {
        const struct debt_instalment *i = &a->notice->instalment;

        all_ccp = all_postal(i) ? xsd__boolean__true_ : xsd__boolean__false_;
        transfers_v2(soap, a, transfers);
        list.__sizetransfer = i->n_transfers;
        list.transfer = transfers;
        r.totalAmount = soap_fill_amount(soap, i->amount_cents);
        r.paymentDescription = soap_fill_text(i->description);
        r.fiscalCodePA = soap_fill_text(a->creditor->code);
        r.companyName = soap_fill_text(a->creditor->name);
        r.officeName = office(a);
        r.paymentToken = soap_fill_text(a->token);
        r.transferList = &list;
        r.metadata = soap_fill_metadata(soap, a->notice->position.metadata);
        r.creditorReferenceId = soap_fill_text(i->iuv);
        r.allCCP = &all_ccp;
    } else {
        r.fault = fault(soap, a);
    }
    soap_put_nfp__activatePaymentNoticeV2Response(soap, &r, "nfp:activatePaymentNoticeV2Response",
                                                  NULL);
}

static void outcome_write(struct soap *soap, const struct psp_answer *a)
{
    struct nfp__sendPaymentOutcomeRes r = {0};

    r.outcome = a->outcome == OUTCOME_OK ? ppc__stOutcome__OK : ppc__stOutcome__KO;
    if (a->outcome != OUTCOME_OK) r.fault = fault(soap, a);
    soap_put_nfp__sendPaymentOutcomeRes(soap, &r, "nfp:sendPaymentOutcomeRes", NULL);
}

static void outcome_v2_write(struct soap *soap, const struct psp_answer *a)
{
    struct nfp__sendPaymentOutcomeV2Response r = {0};

    r.outcome = a->outcome == OUTCOME_OK ? ppc__stOutcome__OK : ppc__stOutcome__KO;
    if (a->outcome != OUTCOME_OK) r.fault = fault(soap, a);
    soap_put_nfp__sendPaymentOutcomeV2Response(soap, &r, "nfp:sendPaymentOutcomeV2Response", NULL);
}

enum err wire_psp_write(void *cls, const struct psp_answer *answer, struct buf *out)
{
    static void (*const writers[PSP_OPERATION_COUNT])(struct soap *, const struct psp_answer *) = {
        [PSP_VERIFY] = verify_write,           [PSP_ACTIVATE] = activate_write,
        [PSP_ACTIVATE_V2] = activate_v2_write, [PSP_OUTCOME] = outcome_write,
        [PSP_OUTCOME_V2] = outcome_v2_write,   [PSP_BOLLETTINO] = bollettino_write,
        [PSP_DEMAND] = demand_write,
    };
    struct soap_message *m = cls;
    enum err rc;

    TRY(soap_message_begin_write(m, SOAP_MESSAGE_NODE_FOR_PSP, out));
    writers[answer->call->operation](soap_message_soap(m), answer);
    TRY(soap_message_end_write(m));
out:
    return rc;
}
