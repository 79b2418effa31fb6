/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What breaks sheets: markup, quotes, formulas, characters of four bytes, a name of one letter. */
static const char *const texts[] = {
    "Tassa rifiuti 2026",
    "Comune di Prova (ente fittizio)",
    "Città & <C.> \"Però\" 'D' ]]> &amp;",
    "=SUM(A1:A9)",
    "-1,5% di sconto; altro",
    "日本 😀 Ærø Łódź €",
    "N",
    "Un testo che è lungo quanto ne entra nel campo più largo di tutti: centoquaranta caratteri, "
    "né uno di più né uno di meno, fino alla sua fine..",
    "<?cut 0?>",
    "riga\r\nriga\ttab",
};

#define COPY(to, text) (void)snprintf((to), sizeof(to), "%s", (text))

static size_t pick(uint64_t *seed, size_t n)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(*seed >> 33) % n;
}

static const char *any_text(uint64_t *seed)
{
    return texts[pick(seed, ARRAY_LEN(texts))];
}

/* One of two: each field differs from record to record, so that whoever compares is seen. */
static const char *either(uint64_t *seed, const char *one, const char *other)
{
    return pick(seed, 2) == 0 ? one : other;
}

static void frame_fill(struct flow_sample *s, enum flow_records records, uint64_t *seed)
{
    struct flow_frame *f = &s->frame;
    bool bank = records == FLOW_RECORDS_SETTLEMENT;

    COPY(f->id, bank ? "PAYER-2026-03-02-1A2B3C" : "2026-03-02PAYER-1A2B3C");
    COPY(f->created, "2026-03-02T06:00:03");
    COPY(f->to, "2026-03-02T06:00:00");
    COPY(f->execution_date, "2026-03-02");
    f->sequence = 41 + (int64_t)pick(seed, 100);
    COPY(f->sender.code, "PAYER");
    COPY(f->sender.name, "Regione di Prova (fittizia)");
    COPY(f->sender.kind, "G");
    COPY(f->receiver.code, bank ? "PRVAITR1XXX" : "77777777777");
    COPY(f->receiver.kind, bank ? "B" : "G");
    COPY(f->receiver.name, bank ? "Banca di Prova" : any_text(seed));
    COPY(f->account.iban, "IT36N9900101000000000000001");
    COPY(f->account.holder, any_text(seed));
    if (pick(seed, 2)) COPY(f->account.bic, "PRVAITR1XXX");
    if (bank) COPY(f->account.id, "ABCD1234");
    if (!bank) COPY(f->reference, f->id);
}

static void payment_fill(struct flow_record *r, size_t i, uint64_t *seed)
{
    (void)snprintf(r->iuv, sizeof r->iuv, "01%015zu", i);
    (void)snprintf(r->iur, sizeof r->iur, "%032zx", i + 1);
    (void)snprintf(r->notice_number, sizeof r->notice_number, "301%015zu", i);
    r->index = 1 + (int)pick(seed, 5);
    r->outcome = r->amount_cents < 0 ? '3' : "0009"[pick(seed, 4)];
    COPY(r->paid_on, either(seed, "2026-02-28", "2026-03-01"));
    COPY(r->psp, either(seed, "PSPPROVA", "PSPALTRO"));
    COPY(r->channel, either(seed, "66666666666_01", "66666666666_02"));
    COPY(r->debt_type, either(seed, "TARI", "MENSA"));
    COPY(r->description, any_text(seed));
    COPY(r->debtor_code, either(seed, "ANONIMO", "ZZZRLZ11B14Z999W"));
    if (pick(seed, 4)) COPY(r->debtor_name, any_text(seed));
    r->fee_cents = r->amount_cents < 0 ? 0 : 75 * (int64_t)pick(seed, 3);
}

static void settlement_fill(struct flow_record *r, size_t i, uint64_t *seed)
{
    (void)snprintf(r->flow_id, sizeof r->flow_id, "2026-03-02PAYER-%06zu", i);
    COPY(r->iban, either(seed, "IT36N9900101000000000000001", "IT28V9900201000000000000004"));
    COPY(r->creditor_code, either(seed, "77777777777", "88888888888"));
    COPY(r->creditor_name, any_text(seed));
    r->count = 1 + (int64_t)pick(seed, 1000);
}

static void groups_fill(struct flow_sample *s)
{
    s->frame.groups = s->groups;
    s->frame.n_groups = FLOW_SAMPLE_GROUPS;
    for (size_t g = 0; g < FLOW_SAMPLE_GROUPS; g++) {
        (void)snprintf(s->groups[g].key, sizeof s->groups[g].key, "%.30s-%zu", s->frame.id, g + 1);
        COPY(s->groups[g].execution_date, s->frame.execution_date);
        s->groups[g].account = s->frame.account;
    }
    for (size_t i = 0; i < s->n; i++) {
        struct flow_group *g = &s->groups[i * FLOW_SAMPLE_GROUPS / s->n];

        s->records[i].group = i * FLOW_SAMPLE_GROUPS / s->n;
        g->count++;
        g->total_cents += s->records[i].amount_cents;
    }
}

void flow_sample_fill(struct flow_sample *s, enum flow_records records, size_t n, uint64_t seed)
{
    memset(s, 0, sizeof *s);
    s->n = n;
    frame_fill(s, records, &seed);
    for (size_t i = 0; i < n; i++) {
        s->records[i].amount_cents = 1 + (int64_t)pick(&seed, 1000000);
        if (records == FLOW_RECORDS_PAYMENT && s->frame.total_cents > s->records[i].amount_cents &&
            pick(&seed, 8) == 0)
            s->records[i].amount_cents *= -1; /* one that was reversed */
        s->frame.count++;
        s->frame.total_cents += s->records[i].amount_cents;
        (records == FLOW_RECORDS_SETTLEMENT ? settlement_fill : payment_fill)(&s->records[i], i,
                                                                              &seed);
    }
    if (records == FLOW_RECORDS_SETTLEMENT) groups_fill(s);
}

static enum err next(void *cls, struct flow_record *batch, size_t cap, size_t *out_n)
{
    struct flow_sample *s = cls;
    size_t n = s->n - s->next;

    if (n > s->page) n = s->page;
    if (n > cap) n = cap;
    memcpy(batch, s->records + s->next, n * sizeof *batch);
    s->next += n;
    *out_n = n;
    return ERR_NONE;
}

struct flow_source flow_sample_source(struct flow_sample *s, size_t page)
{
    static const struct flow_source_ops ops = {next};

    s->next = 0;
    s->page = page;
    return (struct flow_source){.ops = &ops, .cls = s, .batch = page, .threads = 2};
}

enum err flow_sample_write(const struct flow_sample *s, const char *format, struct buf *out)
{
    const struct flow_document d = {
        .format = format, .frame = &s->frame, .records = s->records, .n_records = s->n, .first = 1};

    return flow_document_write(&d, out);
}
