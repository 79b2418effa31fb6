/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_content.h"

#include "crypto/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void hash_number(struct hash_stream *s, int64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)n);
    crypto_hash_add_text(s, text);
}

/* Only where there is some: what was sent before there could be any keeps its hash. */
static void hash_more(struct hash_stream *s, const char *what, const char *text)
{
    if (!text || !*text) return;
    crypto_hash_add_text(s, what);
    crypto_hash_add_text(s, text);
}

static void hash_instalment(struct hash_stream *s, const struct debt_instalment *i)
{
    hash_number(s, i->number);
    hash_number(s, i->amount_cents);
    crypto_hash_add_text(s, i->due_date);
    crypto_hash_add_text(s, i->payable_until);
    crypto_hash_add_text(s, i->notice_number);
    crypto_hash_add_text(s, i->description);
    hash_number(s, i->n_transfers);
    for (int t = 0; t < i->n_transfers; t++) {
        hash_number(s, i->transfers[t].number);
        crypto_hash_add_text(s, i->transfers[t].creditor);
        crypto_hash_add_text(s, i->transfers[t].iban);
        hash_number(s, i->transfers[t].amount_cents);
        crypto_hash_add_text(s, i->transfers[t].taxonomy);
        crypto_hash_add_text(s, i->transfers[t].remittance);
        hash_more(s, "stamp/hash", i->transfers[t].stamp.hash);
        hash_more(s, "stamp/type", i->transfers[t].stamp.type);
        hash_more(s, "stamp/province", i->transfers[t].stamp.province);
        hash_more(s, "metadata", i->transfers[t].metadata);
    }
    hash_more(s, "metadata", i->metadata);
}

enum err position_hash(struct debt_position *p)
{
    enum err rc;
    struct hash_stream *s = NULL;
    struct hash h;
    const struct debt_subject *d = &p->debtor;
    const char *const texts[] = {p->creditor,    p->own_id,      p->debt_type, d->kind,
                                 d->code,        d->name,        d->street,    d->civic,
                                 d->postal_code, d->city,        d->province,  d->country,
                                 d->email,       p->description, p->office,    p->metadata};

    TRY(crypto_hash_begin(&s));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        crypto_hash_add_text(s, texts[i]);
    for (int o = 0; o < p->n_options; o++) {
        crypto_hash_add_text(s, p->options[o].kind);
        hash_number(s, p->options[o].n_instalments);
    }
    for (int i = 0; i < p->n_instalments; i++)
        hash_instalment(s, &p->instalments[i]);
    crypto_hash_end(&s, &h);
    memcpy(p->content_hash, h.bytes, sizeof p->content_hash);
out:
    return rc;
}

/* ---- what the journal keeps of it: db/audit.c says the same in SQL ---- */

static void claim_share(struct hash_stream *s, const struct debt_instalment *named,
                        const struct debt_instalment *i, const struct debt_transfer *t, bool first)
{
    char text[512];

    snprintf(text, sizeof text, "%s%s\t%s\t%s\t%d\t%s\t%s\t%" PRId64 "%s%s", first ? "" : "\n",
             named->notice_number, named->iuv, i->due_date, t->number, t->creditor, t->iban,
             t->amount_cents, *t->stamp.hash ? "\t" : "", t->stamp.hash);
    crypto_hash_add(s, text, strlen(text));
}

/* By number: they may be sent in any order. */
static void claim_shares(struct hash_stream *s, const struct debt_instalment *named,
                         const struct debt_instalment *i, bool *first)
{
    for (int number = 1; number <= DEBT_TRANSFERS_MAX; number++)
        for (int t = 0; t < i->n_transfers; t++) {
            if (i->transfers[t].number != number) continue;
            claim_share(s, named, i, &i->transfers[t], *first);
            *first = false;
        }
}

enum err position_claim(const struct debt_position *named, const struct debt_position *p,
                        unsigned char out[32])
{
    enum err rc;
    struct hash_stream *s = NULL;
    struct hash h;
    bool first = true;
    const char *const texts[] = {p->creditor, p->own_id, p->debt_type, p->debtor.code,
                                 p->debtor.name};

    TRY(crypto_hash_begin(&s));
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        crypto_hash_add(s, texts[i], strlen(texts[i]));
        crypto_hash_add(s, "\t", 1);
    }
    for (int i = 0; i < p->n_instalments; i++)
        claim_shares(s, &named->instalments[i], &p->instalments[i], &first);
    crypto_hash_end(&s, &h);
    memcpy(out, h.bytes, sizeof h.bytes);
out:
    return rc;
}

static bool subject_same(const struct debt_subject *a, const struct debt_subject *b)
{
    return !strcmp(a->kind, b->kind) && !strcmp(a->code, b->code) && !strcmp(a->name, b->name) &&
           !strcmp(a->street, b->street) && !strcmp(a->civic, b->civic) &&
           !strcmp(a->postal_code, b->postal_code) && !strcmp(a->city, b->city) &&
           !strcmp(a->province, b->province) && !strcmp(a->country, b->country) &&
           !strcmp(a->email, b->email);
}

static bool metadata_same(const char *a, const char *b)
{
    return !strcmp(a ? a : "", b ? b : "");
}

static bool transfers_same(const struct debt_instalment *a, const struct debt_instalment *b)
{
    if (a->n_transfers != b->n_transfers) return false;
    for (int t = 0; t < a->n_transfers; t++) {
        const struct debt_transfer *x = &a->transfers[t], *y = &b->transfers[t];

        if (x->number != y->number || x->amount_cents != y->amount_cents ||
            strcmp(x->creditor, y->creditor) != 0 || strcmp(x->iban, y->iban) != 0 ||
            strcmp(x->taxonomy, y->taxonomy) != 0 || strcmp(x->remittance, y->remittance) != 0 ||
            strcmp(x->stamp.hash, y->stamp.hash) != 0 ||
            strcmp(x->stamp.type, y->stamp.type) != 0 ||
            strcmp(x->stamp.province, y->stamp.province) != 0 ||
            !metadata_same(x->metadata, y->metadata))
            return false;
    }
    return true;
}

const char *position_instalment_differs(const struct debt_instalment *a,
                                        const struct debt_instalment *b)
{
    if (a->amount_cents != b->amount_cents) return "amount";
    if (strcmp(a->due_date, b->due_date) != 0) return "dueDate";
    if (strcmp(a->payable_until, b->payable_until) != 0) return "payableUntil";
    if (strcmp(a->description, b->description) != 0) return "description";
    if (*b->notice_number && strcmp(a->notice_number, b->notice_number) != 0) return "noticeNumber";
    if (!metadata_same(a->metadata, b->metadata)) return "metadata";
    return transfers_same(a, b) ? NULL : "transfer";
}

const char *position_head_differs(const struct debt_position *stored,
                                  const struct debt_position *sent)
{
    if (strcmp(stored->debt_type, sent->debt_type) != 0) return "debtType";
    if (!subject_same(&stored->debtor, &sent->debtor)) return "debtor";
    if (strcmp(stored->description, sent->description) != 0) return "description";
    if (strcmp(stored->office, sent->office) != 0) return "office";
    return strcmp(stored->metadata, sent->metadata) != 0 ? "metadata" : NULL;
}
