/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/fixture.h"

#include "xml/sheet.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const texts[] = {"Comune di Prova (ente fittizio)",
                                    "a & b < c > d \"e\" 'f' ]]> <?cut?>",
                                    "\xC3\xA8 \xE2\x82\xAC \xF0\x9F\x98\x80 \xF0\x9F\x98\x80",
                                    "line\r\nline\ttab",
                                    "=cmd|' /C calc'!A0",
                                    "{curly} -- <!-- no comment -->"};

#define COPY(to, text) (void)snprintf((to), sizeof(to), "%s", (text))

static enum err next(void *cls, struct flow_record *batch, size_t cap, size_t *out_n)
{
    struct fixture *f = cls;
    size_t n = f->n - f->next;

    if (n == 0 && f->fail != ERR_NONE) return f->fail;
    if (n > f->page) n = f->page;
    if (n > cap) n = cap;
    if (n > 0) memcpy(batch, f->records + f->next, n * sizeof *batch);
    f->next += n;
    *out_n = n;
    return ERR_NONE;
}

static const struct flow_source_ops ops = {next};

static void frame_init(struct fixture *f, size_t n)
{
    memset(f, 0, sizeof *f);
    f->n = n;
    f->page = FLOW_BATCH;
    f->records = calloc(n + 1, sizeof *f->records);
    assert_non_null(f->records);
    f->source = (struct flow_source){.ops = &ops, .cls = f};
    COPY(f->frame.created, "2026-03-02T18:00:00");
    COPY(f->frame.from, "2026-03-01T18:00:00");
    COPY(f->frame.to, "2026-03-02T18:00:00");
    COPY(f->frame.execution_date, "2026-03-03");
    COPY(f->frame.sender.code, "99999999990");
    COPY(f->frame.sender.name, texts[1]);
    COPY(f->frame.sender.kind, "G");
    f->frame.sequence = 7;
}

static void amount_add(struct fixture *f, size_t i)
{
    f->records[i].amount_cents = (int64_t)(i * 7919 % 100000) + 1;
    f->frame.count++;
    f->frame.total_cents += f->records[i].amount_cents;
}

void fixture_payments(struct fixture *f, size_t n)
{
    frame_init(f, n);
    COPY(f->frame.id, "2026-03-02PAYER-0007");
    COPY(f->frame.reference, "2026-03-02PAYER-0007");
    COPY(f->frame.receiver.code, "77777777777");
    COPY(f->frame.receiver.name, texts[0]);
    COPY(f->frame.receiver.kind, "G");
    COPY(f->frame.account.iban, "IT36N9900101000000000000001");
    COPY(f->frame.account.bic, "PRVAITR1XXX");
    COPY(f->frame.account.holder, texts[0]);
    for (size_t i = 0; i < n; i++) {
        struct flow_record *r = &f->records[i];

        amount_add(f, i);
        (void)snprintf(r->iuv, sizeof r->iuv, "01%015u", (unsigned)i);
        COPY(r->iur, i % 3 == 0 ? "<&>\"']]>" : "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6");
        (void)snprintf(r->notice_number, sizeof r->notice_number, "301%015u", (unsigned)i);
        r->index = (int)(i % 6);
        r->outcome = i % 10 == 9 ? '9' : '0';
        COPY(r->paid_on, "2026-03-01");
        COPY(r->psp, "PSPPROVA");
        COPY(r->channel, "66666666666_01");
        COPY(r->debt_type, "TARI");
        COPY(r->description, texts[i % ARRAY_LEN(texts)]);
        COPY(r->debtor_code, "ANONIMO");
        COPY(r->debtor_name, texts[(i + 1) % ARRAY_LEN(texts)]);
        r->fee_cents = (int64_t)(i % 2) * 150;
    }
}

void fixture_settlements(struct fixture *f, size_t n)
{
    frame_init(f, n);
    COPY(f->frame.id, "PAYER-20260302-0007");
    COPY(f->frame.receiver.code, "BANCA1");
    COPY(f->frame.receiver.name, "Banca Tesoriera Uno (fittizia)");
    f->frame.groups = f->groups;
    f->frame.n_groups = FIXTURE_GROUPS;
    for (size_t g = 0; g < FIXTURE_GROUPS; g++) {
        (void)snprintf(f->groups[g].key, sizeof f->groups[g].key, "PAYER-20260302-0007-%zu", g + 1);
        COPY(f->groups[g].execution_date, "2026-03-03");
        COPY(f->groups[g].account.iban, "IT52C9900301000000000000009");
        COPY(f->groups[g].account.bic, g == 1 ? "" : "PRVHITR1XXX");
        COPY(f->groups[g].account.holder, texts[1]);
    }
    for (size_t i = 0; i < n; i++) {
        struct flow_record *r = &f->records[i];

        r->group = i * FIXTURE_GROUPS / n;
        amount_add(f, i);
        f->groups[r->group].count++;
        f->groups[r->group].total_cents += r->amount_cents;
        (void)snprintf(r->flow_id, sizeof r->flow_id, "2026-03-02PAYER-%06u", (unsigned)i);
        COPY(r->iban, "IT36N9900101000000000000001");
        COPY(r->creditor_code, "77777777777");
        COPY(r->creditor_name, texts[i % ARRAY_LEN(texts)]);
        r->count = (int64_t)i + 1;
    }
}

void fixture_free(struct fixture *f)
{
    free(f->records);
}

void fixture_rewind(struct fixture *f, size_t page)
{
    f->next = 0;
    f->page = page;
}

struct flow_format *fixture_format(const char *name)
{
    struct flow_format *format;
    char dir[128];

    (void)snprintf(dir, sizeof dir, "xslt/flow/%s", name);
    if (flow_format_open(dir, "xslt/lib", &format) != ERR_NONE)
        fail_msg("%s: %s", name, err_detail()->field);
    return format;
}

void fixture_whole(const struct fixture *f, const struct flow_format *format, struct buf *out)
{
    const struct flow_document d = {.format = format->name,
                                    .frame = &f->frame,
                                    .records = f->records,
                                    .n_records = f->n,
                                    .first = 1};
    struct buf text = BUF_INIT(64 << 20);
    struct xml_document *doc;

    assert_int_equal(flow_document_write(&d, &text), ERR_NONE);
    assert_int_equal(xml_document_parse(buf_str(&text), text.len, &doc), ERR_NONE);
    if (xml_sheet_apply(format->sheet, doc, NULL, out) != ERR_NONE)
        fail_msg("%s", err_detail()->field);
    xml_document_close(&doc);
    buf_free(&text);
}
