/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/record.h"

#include "domain/amount.h"
#include "domain/text.h"
#include "xml/document.h"
#include "xml/writer.h"

#include <stdio.h>

/* Names in bank messages: at most 70 characters (EPC130-08), each of the narrow set. */
enum { SEPA_NAME_SIZE = 71, SEPA_CAUSE_SIZE = 141 };

static void amount(struct xml_writer *w, const char *name, int64_t cents)
{
    char text[AMOUNT_SIZE];

    amount_print(cents, text);
    xml_attr(w, name, text);
}

static void number_opt(struct xml_writer *w, const char *name, int64_t value)
{
    if (value != 0) xml_attr_int(w, name, value);
}

static void sepa_opt(struct xml_writer *w, const char *name, const char *value)
{
    char text[SEPA_NAME_SIZE];

    text_sepa(value, text, sizeof text);
    xml_attr_opt(w, name, text);
}

static void party(struct xml_writer *w, const char *element, const char *code, const char *name,
                  const char *kind)
{
    xml_open(w, element);
    xml_attr(w, "code", code);
    xml_attr_opt(w, "name", name);
    sepa_opt(w, "name-sepa", name);
    xml_attr_opt(w, "kind", kind);
    xml_close(w);
}

static void account_opt(struct xml_writer *w, const struct flow_account *a)
{
    if (a->iban[0] == '\0') return;
    xml_open(w, "account");
    xml_attr(w, "iban", a->iban);
    xml_attr_opt(w, "bic", a->bic);
    xml_attr_opt(w, "holder", a->holder);
    sepa_opt(w, "holder-sepa", a->holder);
    xml_attr_opt(w, "id", a->id);
    xml_close(w);
}

/* The causale by which the Ente finds the flow that explains a cumulative transfer. Source: AgID,
 * linee guida, allegato A, codici di versamento e riversamento. */
static void cause(struct xml_writer *w, const char *flow_id)
{
    char text[SEPA_CAUSE_SIZE];

    (void)snprintf(text, sizeof text, "/PUR/LGPE-RIVERSAMENTO/URI/%s", flow_id);
    xml_attr(w, "cause", text);
}

static void record(struct xml_writer *w, const struct flow_record *r, int64_t n)
{
    const char outcome[2] = {r->outcome, '\0'};

    xml_open(w, "record");
    xml_attr_int(w, "n", n);
    amount(w, "amount", r->amount_cents);
    xml_attr_int(w, "cents", r->amount_cents);
    xml_attr_opt(w, "iuv", r->iuv);
    xml_attr_opt(w, "iur", r->iur);
    xml_attr_opt(w, "notice-number", r->notice_number);
    number_opt(w, "index", r->index);
    xml_attr_opt(w, "outcome", outcome);
    xml_attr_opt(w, "paid-on", r->paid_on);
    xml_attr_opt(w, "psp", r->psp);
    xml_attr_opt(w, "channel", r->channel);
    xml_attr_opt(w, "debt-type", r->debt_type);
    xml_attr_opt(w, "description", r->description);
    if (r->fee_cents != 0) amount(w, "fee", r->fee_cents);
    xml_attr_opt(w, "flow-id", r->flow_id);
    xml_attr_opt(w, "iban", r->iban);
    number_opt(w, "count", r->count);
    if (r->flow_id[0] != '\0') cause(w, r->flow_id);
    if (r->debtor_code[0] != '\0') {
        xml_open(w, "debtor");
        xml_attr(w, "code", r->debtor_code);
        xml_attr_opt(w, "name", r->debtor_name);
        xml_close(w);
    }
    if (r->creditor_code[0] != '\0') party(w, "creditor", r->creditor_code, r->creditor_name, "");
    xml_close(w);
}

/* The records of one group, from *next on. */
static void records(struct xml_writer *w, const struct flow_document *d, size_t group, size_t *next)
{
    if (d->cut) xml_instruction(w, "cut", d->cut);
    for (; *next < d->n_records && d->records[*next].group == group; (*next)++)
        record(w, &d->records[*next], d->first + (int64_t)*next);
    if (d->cut) xml_instruction(w, "cut", d->cut);
}

static void group_open(struct xml_writer *w, const struct flow_group *g)
{
    xml_open(w, "group");
    xml_attr(w, "key", g->key);
    xml_attr_int(w, "count", g->count);
    amount(w, "total", g->total_cents);
    xml_attr(w, "execution-date", g->execution_date);
    account_opt(w, &g->account);
}

static enum err document(struct xml_writer *w, const struct flow_document *d)
{
    const struct flow_frame *f = d->frame;
    size_t next = 0;

    xml_open(w, "flow");
    xml_attr(w, "xmlns", "urn:payer:flow:1");
    xml_attr(w, "id", f->id);
    xml_attr(w, "format", d->format);
    xml_attr(w, "created", f->created);
    xml_attr_opt(w, "from", f->from);
    xml_attr_opt(w, "to", f->to);
    xml_attr_int(w, "sequence", f->sequence);
    xml_attr_int(w, "count", f->count);
    amount(w, "total", f->total_cents);
    xml_attr_opt(w, "execution-date", f->execution_date);
    xml_attr_opt(w, "reference", f->reference);
    party(w, "sender", f->sender.code, f->sender.name, f->sender.kind);
    party(w, "receiver", f->receiver.code, f->receiver.name, f->receiver.kind);
    account_opt(w, &f->account);
    for (size_t i = 0; i < f->n_groups; i++) {
        group_open(w, &f->groups[i]);
        records(w, d, i, &next);
        xml_close(w);
    }
    if (f->n_groups == 0) records(w, d, 0, &next);
    xml_close(w);
    if (next != d->n_records) return BUG("records out of their groups' order");
    return ERR_NONE;
}

enum err flow_document_write(const struct flow_document *d, struct buf *out)
{
    enum err rc;
    struct xml_writer w;

    xml_writer_begin(&w, out, true);
    TRY(document(&w, d));
    TRY(xml_writer_end(&w));
out:
    return rc;
}

enum err flow_document_build(const struct flow_document *d, struct arena *arena,
                             struct xml_document **out)
{
    enum err rc, end;
    struct xml_writer w;

    xml_writer_begin_tree(&w, arena);
    rc = document(&w, d);
    end = xml_writer_end_tree(&w, out);
    if (rc == ERR_NONE) return end;
    xml_document_close(out);
    return rc;
}
