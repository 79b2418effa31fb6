/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/payments.h"

#include "soap/receipt.h"
#include "wire/dealing.h"

#define PYM_NS "urn:payer:payments:1"

enum { LIST, GET };

static void payment_fill(struct soap *soap, const struct paid *from,
                         struct pym__numberedPayment *to)
{
    to->seq = from->seq;
    to->notification = soap_notification_make(soap, &from->receipt);
    if (!from->reversed_at_utc) return;
    to->reversal = dealing_make(soap, 1, sizeof *to->reversal);
    if (!to->reversal) return;
    to->reversal->reversedAt = soap_fill_text(from->reversed_at_utc);
    to->reversal->reference = soap_fill_text(from->reversal_reference);
    to->reversal->reason = soap_fill_opt(from->reversal_reason);
}

static enum err list(struct dealing *d, struct listen_answer *answer, const char **out_outcome)
{
    enum err rc;
    const struct xml_node *root = d->call->root;
    int64_t last = dealing_number(root, PYM_NS, "after", 0);
    int limit = (int)dealing_number(root, PYM_NS, "limit", PAYMENTS_PAGE_MAX);
    struct paid *list = arena_alloc(&d->arena, (size_t)limit * sizeof *list);
    size_t n = 0;
    struct position_refusal refusal;
    struct pym__paymentPage r = {0};
    LONG64 last_seq;
    enum xsd__boolean more;

    if (!list) return err_set(ERR_LIMIT, "payments");
    TRY(service_payments_list(&d->env, &d->call->office.scope, &d->arena,
                              xml_child_text(root, PYM_NS, "beneficiary"), last, limit, list, &n,
                              &refusal));
    r.outcome = *refusal.code ? dpo__answerOutcome__KO : dpo__answerOutcome__OK;
    r.payment = dealing_make(d->soap, n + 1, sizeof *r.payment);
    for (size_t i = 0; r.payment && i < n; i++)
        payment_fill(d->soap, &list[i], &r.payment[r.__sizepayment++]);
    last_seq = n ? list[n - 1].seq : last;
    more = (int)n == limit ? xsd__boolean__true_ : xsd__boolean__false_;
    if (*refusal.code) {
        r.refusal = dealing_refusal(d->soap, &refusal);
    } else {
        r.last = &last_seq;
        r.more = &more;
    }
    *out_outcome = *refusal.code ? refusal.code : "OK";
    TRY(soap_message_begin_write(d->call->worker->message, SOAP_MESSAGE_PAYMENTS, &answer->body));
    soap_put_pym__paymentPage(d->soap, &r, "pym:listPaymentsResponse", NULL);
    TRY(soap_message_end_write(d->call->worker->message));
out:
    return rc;
}

static enum err get(struct dealing *d, struct listen_answer *answer, const char **out_outcome)
{
    enum err rc;
    const struct xml_node *root = d->call->root;
    struct paid paid;
    struct position_refusal refusal;
    struct pym__paymentAnswer r = {0};
    struct pym__numberedPayment payment = {0};

    TRY(service_payments_get(&d->env, &d->call->office.scope, &d->arena,
                             xml_child_text(root, PYM_NS, "beneficiary"),
                             xml_child_text(root, PYM_NS, "receiptId"), &paid, &refusal));
    r.outcome = *refusal.code ? dpo__answerOutcome__KO : dpo__answerOutcome__OK;
    if (*refusal.code) {
        r.refusal = dealing_refusal(d->soap, &refusal);
    } else {
        payment_fill(d->soap, &paid, &payment);
        r.payment = &payment;
    }
    *out_outcome = *refusal.code ? refusal.code : "OK";
    TRY(soap_message_begin_write(d->call->worker->message, SOAP_MESSAGE_PAYMENTS, &answer->body));
    soap_put_pym__paymentAnswer(d->soap, &r, "pym:getPaymentResponse", NULL);
    TRY(soap_message_end_write(d->call->worker->message));
out:
    return rc;
}

static enum err answer_call(struct wire_call *call, struct listen_answer *answer, int variant,
                            const char **out_outcome)
{
    static dealing_fn *const run[] = {[LIST] = list, [GET] = get};

    return dealing_answer(call, answer, run[variant], out_outcome);
}

static const struct wire_operation operations[] = {
    {"listPayments", "listPayments", PYM_NS, answer_call, LIST},
    {"getPayment", "getPayment", PYM_NS, answer_call, GET},
};

struct wire_port wire_payments = {
    .schema_path = "wsdl/payer/payments.xsd",
    .family = MESSAGE_BACK_OFFICES,
    .operations = operations,
    .n_operations = ARRAY_LEN(operations),
    .admit = dealing_admit,
};
