/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/node.h"

#include "base/config.h"
#include "soap/fill.h"
#include "soap/subject.h"

#include <string.h>

#include "payH.h"

/* One answer, of whatever operation. */
struct writing {
    struct soap *soap;
    const struct node_call *call;
    const struct node_answer *answer;
    enum ppc__stOutcome outcome;
    struct ppc__ctFaultBean *fault; /* NULL: the outcome is OK */
};

/* The Ente itself speaks: the code is not wrapped, and the id is its own. */
static struct ppc__ctFaultBean *fault(const struct writing *w)
{
    struct ppc__ctFaultBean *f = soap_malloc(w->soap, sizeof *f);
    enum outcome o = w->answer->outcome;

    if (!f) return NULL;
    memset(f, 0, sizeof *f);
    f->faultCode = soap_fill_text(outcome_station(o));
    f->faultString = soap_fill_text(outcome_text(o));
    f->id = soap_fill_text(*w->call->ente ? w->call->ente : config_text(CONFIG_HUB_NODE_ID));
    f->description = soap_fill_opt(outcome_description(o));
    return f;
}

static char *office(const struct node_answer *a)
{
    const char *own = a->notice.position.office;

    return soap_fill_opt(*own ? own : a->creditor->office);
}

static void verify_write(const struct writing *w)
{
    const struct node_answer *a = w->answer;
    const struct debt_instalment *i = &a->notice.instalment;
    struct pfn__paVerifyPaymentNoticeRes r = {.outcome = w->outcome, .fault = w->fault};
    struct pfn__ctPaymentOptionsDescriptionListPA list = {0};
    struct pfn__ctPaymentOptionDescriptionPA option = {0};

    if (!w->fault) {
        option.amount = soap_fill_amount(w->soap, i->amount_cents);
        option.options = pfn__stAmountOption__EQ;
        option.dueDate = soap_fill_text(i->due_date);
        option.detailDescription = soap_fill_opt(i->description);
        option.allCCP = xsd__boolean__false_;
        list.paymentOptionDescription = &option;
        r.paymentList = &list;
        r.paymentDescription = soap_fill_text(a->notice.position.description);
        r.fiscalCodePA = soap_fill_text(a->creditor->code);
        r.companyName = soap_fill_text(a->creditor->name);
        r.officeName = office(a);
    }
    soap_put_pfn__paVerifyPaymentNoticeRes(w->soap, &r, "pfn:paVerifyPaymentNoticeRes", NULL);
}

/* Is nothing of the position left to pay after this? */
static enum xsd__boolean last(const struct db_notice *n)
{
    return n->position.paid_count + 1 == n->option_instalments ? xsd__boolean__true_
                                                               : xsd__boolean__false_;
}

/* The members that both versions have, by the same names. */
#define DATA_FILL(d, w, debtor_, last_)                                                            \
    do {                                                                                           \
        const struct node_answer *a_ = (w)->answer;                                                \
        (d)->creditorReferenceId = soap_fill_text(a_->notice.instalment.iuv);                      \
        (d)->paymentAmount = soap_fill_amount((w)->soap, a_->notice.instalment.amount_cents);      \
        (d)->dueDate = soap_fill_text(a_->notice.instalment.due_date);                             \
        (d)->lastPayment = (last_);                                                                \
        (d)->description = soap_fill_text(a_->notice.instalment.description);                      \
        (d)->companyName = soap_fill_text(a_->creditor->name);                                     \
        (d)->officeName = office(a_);                                                              \
        (d)->debtor = soap_subject_fill((debtor_), &a_->notice.position.debtor);                   \
        (d)->metadata = soap_fill_metadata((w)->soap, a_->notice.position.metadata);               \
    } while (0)

/* And of each transfer. */
#define TRANSFER_FILL(t, soap, from)                                                               \
    do {                                                                                           \
        (t)->idTransfer = (enum pfn__stIdTransfer)(from)->number;                                  \
        (t)->transferAmount = soap_fill_amount((soap), (from)->amount_cents);                      \
        (t)->fiscalCodePA = soap_fill_text((from)->creditor);                                      \
        (t)->IBAN = soap_fill_opt((from)->iban);                                                   \
        (t)->metadata = soap_fill_metadata((soap), (from)->metadata);                              \
        (t)->remittanceInformation = soap_fill_text((from)->remittance);                           \
        (t)->transferCategory = soap_fill_text((from)->taxonomy);                                  \
    } while (0)

static void get_write(const struct writing *w)
{
    const struct debt_instalment *i = &w->answer->notice.instalment;
    struct pfn__paGetPaymentRes r = {.outcome = w->outcome, .fault = w->fault};
    struct pfn__ctPaymentPA data = {0};
    struct pfn__ctTransferListPA list = {0};
    struct pfn__ctTransferPA transfers[DEBT_TRANSFERS_MAX] = {{0}};
    struct soap_subject debtor;
    enum xsd__boolean is_last = last(&w->answer->notice);

    if (!w->fault) {
        DATA_FILL(&data, w, &debtor, &is_last);
        for (int t = 0; t < i->n_transfers; t++)
            TRANSFER_FILL(&transfers[t], w->soap, &i->transfers[t]);
        list.__sizetransfer = i->n_transfers;
        list.transfer = transfers;
        data.transferList = &list;
        r.data = &data;
    }
    soap_put_pfn__paGetPaymentRes(w->soap, &r, "pfn:paGetPaymentRes", NULL);
}

static void get_v2_write(const struct writing *w)
{
    const struct debt_instalment *i = &w->answer->notice.instalment;
    struct pfn__paGetPaymentV2Response r = {.outcome = w->outcome, .fault = w->fault};
    struct pfn__ctPaymentPAV2 data = {0};
    struct pfn__ctTransferListPAV2 list = {0};
    struct pfn__ctTransferPAV2 transfers[DEBT_TRANSFERS_MAX] = {{0}};
    struct soap_subject debtor;
    enum xsd__boolean is_last = last(&w->answer->notice);

    if (!w->fault) {
        DATA_FILL(&data, w, &debtor, &is_last);
        for (int t = 0; t < i->n_transfers; t++) {
            const struct registry_creditor *c =
                registry_creditor_find(w->answer->registry, i->transfers[t].creditor);

            TRANSFER_FILL(&transfers[t], w->soap, &i->transfers[t]);
            transfers[t].richiestaMarcaDaBollo = soap_fill_stamp(w->soap, &i->transfers[t].stamp);
            transfers[t].companyName = c ? soap_fill_text(c->name) : NULL;
        }
        list.__sizetransfer = i->n_transfers;
        list.transfer = transfers;
        data.transferList = &list;
        r.data = &data;
    }
    soap_put_pfn__paGetPaymentV2Response(w->soap, &r, "pfn:paGetPaymentV2Response", NULL);
}

static void receipt_write(const struct writing *w)
{
    struct pfn__paSendRTRes r = {.outcome = w->outcome, .fault = w->fault};

    soap_put_pfn__paSendRTRes(w->soap, &r, "pfn:paSendRTRes", NULL);
}

static void receipt_v2_write(const struct writing *w)
{
    struct pfn__paSendRTV2Response r = {.outcome = w->outcome, .fault = w->fault};

    soap_put_pfn__paSendRTV2Response(w->soap, &r, "pfn:paSendRTV2Response", NULL);
}

static void demand_write(const struct writing *w)
{
    struct pfn__paDemandPaymentNoticeResponse r = {.outcome = w->outcome, .fault = w->fault};

    soap_put_pfn__paDemandPaymentNoticeResponse(w->soap, &r, "pfn:paDemandPaymentNoticeResponse",
                                                NULL);
}

enum err wire_node_write(void *cls, const struct node_call *call, const struct node_answer *answer,
                         struct buf *out)
{
    static void (*const writers[NODE_OPERATION_COUNT])(const struct writing *) = {
        [NODE_VERIFY] = verify_write,         [NODE_GET] = get_write,
        [NODE_GET_V2] = get_v2_write,         [NODE_RECEIPT] = receipt_write,
        [NODE_RECEIPT_V2] = receipt_v2_write, [NODE_DEMAND] = demand_write,
    };
    struct soap_message *m = cls;
    struct writing w = {.soap = soap_message_soap(m),
                        .call = call,
                        .answer = answer,
                        .outcome = ppc__stOutcome__OK};
    enum err rc;

    TRY(soap_message_begin_write(m, SOAP_MESSAGE_PA_FOR_NODE, out));
    if (answer->outcome != OUTCOME_OK) {
        w.outcome = ppc__stOutcome__KO;
        w.fault = fault(&w);
        if (!w.fault) return err_set(ERR_MEMORY, "fault");
    }
    writers[call->operation](&w);
    TRY(soap_message_end_write(m));
out:
    return rc;
}
