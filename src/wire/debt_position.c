/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/debt_position.h"

#include "service/position_xml.h"

#include <string.h>

enum { SUBMIT, GET, LIST, CANCEL, UPDATE_MANY, CANCEL_MANY };

static void notice_fill(struct dpo__noticeGiven *to, const struct debt_position *p, int index)
{
    int o = 0;

    while (o + 1 < p->n_options && p->options[o + 1].first <= index)
        o++;
    to->option = p->options[o].number;
    to->instalment = p->instalments[index].number;
    to->noticeNumber = soap_fill_text(p->instalments[index].notice_number);
    to->iuv = soap_fill_text(p->instalments[index].iuv);
}

static void result_fill(struct soap *soap, const struct position_submission *s,
                        struct dpo__positionResult *to)
{
    const struct debt_position *p = s->position;

    to->creditor = soap_fill_text(p->creditor);
    to->ownId = soap_fill_text(p->own_id);
    to->outcome = s->result == POSITION_CREATED     ? dpo__submissionOutcome__created
                  : s->result == POSITION_UNCHANGED ? dpo__submissionOutcome__unchanged
                                                    : dpo__submissionOutcome__refused;
    if (s->result == POSITION_REFUSED) {
        to->refusal = dealing_refusal(soap, &s->refusal);
        return;
    }
    to->notice = dealing_make(soap, (size_t)p->n_instalments, sizeof *to->notice);
    for (int i = 0; to->notice && i < p->n_instalments; i++)
        notice_fill(&to->notice[to->__sizenotice++], p, i);
}

static enum err submissions_read(struct dealing *d, struct position_submission **out_list,
                                 size_t *out_n)
{
    enum err rc = ERR_NONE;
    struct position_submission *list =
        arena_alloc(&d->arena, DEALING_MANY * sizeof(struct position_submission));
    size_t n = 0;

    if (!list) return err_set(ERR_LIMIT, "positions");
    for (const struct xml_node *p = xml_child(d->call->root, POS_NS, "position"); p;
         p = xml_next(p, POS_NS, "position")) {
        list[n].position = arena_alloc(&d->arena, sizeof *list[n].position);
        if (!list[n].position) return err_set(ERR_LIMIT, "positions");
        TRY(position_xml_read(p, &d->arena, list[n].position));
        n++;
    }
    *out_list = list;
    *out_n = n;
out:
    return rc;
}

static enum err submit(struct dealing *d, struct listen_answer *answer, const char **out_outcome)
{
    enum err rc;
    struct position_submission *list = NULL;
    size_t n = 0;
    struct dpo__submissionResult r = {0};

    TRY(submissions_read(d, &list, &n));
    TRY(service_position_submit(&d->env, &d->call->office.scope, list, n, false));
    r.result = dealing_make(d->soap, n, sizeof *r.result);
    for (size_t i = 0; r.result && i < n; i++)
        result_fill(d->soap, &list[i], &r.result[r.__sizeresult++]);
    TRY(soap_message_begin_write(d->call->worker->message, SOAP_MESSAGE_DEBT_POSITION,
                                 &answer->body));
    soap_put_dpo__submissionResult(d->soap, &r, "dpo:submitPositionsResponse", NULL);
    TRY(soap_message_end_write(d->call->worker->message));
    *out_outcome = "OK";
out:
    return rc;
}

static void transfers_make(struct soap *soap, const struct debt_instalment *i,
                           struct pos__instalment *to)
{
    to->transfer = dealing_make(soap, (size_t)i->n_transfers, sizeof *to->transfer);
    for (int t = 0; to->transfer && t < i->n_transfers; t++) {
        const struct debt_transfer *from = &i->transfers[t];
        struct pos__transfer *x = &to->transfer[to->__sizetransfer++];

        x->number = from->number;
        x->creditor = soap_fill_text(from->creditor);
        x->iban = soap_fill_opt(from->iban);
        x->stamp = soap_fill_position_stamp(soap, &from->stamp);
        x->amount = soap_fill_amount(soap, from->amount_cents);
        x->taxonomy = soap_fill_text(from->taxonomy);
        x->remittance = soap_fill_text(from->remittance);
        x->metadata = soap_fill_position_metadata(soap, from->metadata);
    }
}

static void option_make(struct soap *soap, const struct debt_position *p,
                        const struct debt_option *o, struct pos__option *to)
{
    to->kind = strcmp(o->kind, "plan") ? pos__optionKind__single : pos__optionKind__plan;
    to->instalment = dealing_make(soap, (size_t)o->n_instalments, sizeof *to->instalment);
    for (int k = 0; to->instalment && k < o->n_instalments; k++) {
        const struct debt_instalment *i = &p->instalments[o->first + k];
        struct pos__instalment *x = &to->instalment[to->__sizeinstalment++];

        x->number = i->number;
        x->amount = soap_fill_amount(soap, i->amount_cents);
        x->dueDate = soap_fill_text(i->due_date);
        x->payableUntil = soap_fill_opt(i->payable_until);
        x->noticeNumber = soap_fill_text(i->notice_number);
        x->description = soap_fill_text(i->description);
        x->metadata = soap_fill_position_metadata(soap, i->metadata);
        transfers_make(soap, i, x);
    }
}

static struct pos__debtor *debtor_make(struct soap *soap, const struct debt_subject *s)
{
    struct pos__debtor *d = dealing_make(soap, 1, sizeof *d);
    struct pos__address *a = dealing_make(soap, 1, sizeof *a);

    if (!d || !a) return NULL;
    d->kind = (enum pos__partyKind)(unsigned char)s->kind[0];
    d->code = soap_fill_text(s->code);
    d->name = soap_fill_text(s->name);
    d->email = soap_fill_opt(s->email);
    a->street = soap_fill_opt(s->street);
    a->civicNumber = soap_fill_opt(s->civic);
    a->postalCode = soap_fill_opt(s->postal_code);
    a->city = soap_fill_opt(s->city);
    a->province = soap_fill_opt(s->province);
    a->country = soap_fill_opt(s->country);
    if (*s->street || *s->civic || *s->postal_code || *s->city || *s->province || *s->country)
        d->address = a;
    return d;
}

static struct pos__position *position_make(struct soap *soap, const struct debt_position *p)
{
    struct pos__position *x = dealing_make(soap, 1, sizeof *x);

    if (!x) return NULL;
    x->ownId = soap_fill_text(p->own_id);
    x->creditor = soap_fill_text(p->creditor);
    x->debtType = soap_fill_text(p->debt_type);
    x->debtor = debtor_make(soap, &p->debtor);
    x->description = soap_fill_text(p->description);
    x->office = soap_fill_opt(p->office);
    x->metadata = soap_fill_position_metadata(soap, p->metadata);
    x->option = dealing_make(soap, (size_t)p->n_options, sizeof *x->option);
    for (int o = 0; x->option && o < p->n_options; o++)
        option_make(soap, p, &p->options[o], &x->option[x->__sizeoption++]);
    return x;
}

enum dpo__debtState dealing_state(enum position_state s)
{
    return s == POSITION_PAID        ? dpo__debtState__paid
           : s == POSITION_CANCELLED ? dpo__debtState__cancelled
                                     : dpo__debtState__open;
}

static void status_make(struct soap *soap, const struct debt_position *p,
                        struct dpo__positionAnswer *r)
{
    struct dpo__noticeGiven *notices =
        dealing_make(soap, (size_t)p->n_instalments, sizeof *notices);

    r->instalmentStatus = dealing_make(soap, (size_t)p->n_instalments, sizeof *r->instalmentStatus);
    for (int i = 0; notices && r->instalmentStatus && i < p->n_instalments; i++) {
        struct dpo__instalmentStatus *s = &r->instalmentStatus[r->__sizeinstalmentStatus++];

        notice_fill(&notices[i], p, i);
        s->notice = &notices[i];
        s->state = dealing_state(p->instalments[i].state);
    }
}

static enum err get(struct dealing *d, struct listen_answer *answer, const char **out_outcome)
{
    enum err rc;
    const struct xml_node *root = d->call->root;
    struct debt_position p;
    struct dpo__positionAnswer r = {0};
    struct position_refusal refusal = {.code = "POSITION_UNKNOWN"};
    enum dpo__debtState state;

    rc = service_position_get(
        &d->env, &d->call->office.scope, &d->arena, xml_child_text(root, DPO_NS, "creditor"),
        xml_child_text(root, DPO_NS, "ownId"), xml_child_text(root, DPO_NS, "noticeNumber"), &p);
    if (rc != ERR_NONE && rc != ERR_NOT_FOUND) goto out;
    if (rc == ERR_NONE) {
        r.outcome = dpo__answerOutcome__OK;
        state = dealing_state(p.state);
        r.state = &state;
        r.pos__position = position_make(d->soap, &p);
        status_make(d->soap, &p, &r);
        r.version = &p.ver;
    } else {
        r.outcome = dpo__answerOutcome__KO;
        r.refusal = dealing_refusal(d->soap, &refusal);
    }
    *out_outcome = rc == ERR_NONE ? "OK" : refusal.code;
    TRY(soap_message_begin_write(d->call->worker->message, SOAP_MESSAGE_DEBT_POSITION,
                                 &answer->body));
    soap_put_dpo__positionAnswer(d->soap, &r, "dpo:getPositionResponse", NULL);
    TRY(soap_message_end_write(d->call->worker->message));
out:
    return rc;
}

static enum err answer_call(struct wire_call *call, struct listen_answer *answer, int variant,
                            const char **out_outcome)
{
    static dealing_fn *const run[] = {[SUBMIT] = submit,
                                      [GET] = get,
                                      [LIST] = dealing_list,
                                      [CANCEL] = dealing_cancel,
                                      [UPDATE_MANY] = dealing_update,
                                      [CANCEL_MANY] = dealing_cancel_many};

    return dealing_answer(call, answer, run[variant], out_outcome);
}

static const struct wire_operation operations[] = {
    {"submitPositions", "submitPositions", DPO_NS, answer_call, SUBMIT},
    {"getPosition", "getPosition", DPO_NS, answer_call, GET},
    {"listPositions", "listPositions", DPO_NS, answer_call, LIST},
    {"cancelPosition", "cancelPosition", DPO_NS, answer_call, CANCEL},
    {"updatePositions", "updatePositions", DPO_NS, answer_call, UPDATE_MANY},
    {"cancelPositions", "cancelPositions", DPO_NS, answer_call, CANCEL_MANY},
};

struct wire_port wire_debt_position = {
    .schema_path = "wsdl/payer/debt-position.xsd",
    .family = MESSAGE_BACK_OFFICES,
    .operations = operations,
    .n_operations = ARRAY_LEN(operations),
    .admit = dealing_admit,
};
