/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/flow_frame.h"

#include "base/config.h"
#include "domain/calendar.h"
#include "service/flow_plan.h"
#include "service/registry.h"

#include <stdio.h>
#include <string.h>

enum { SETTLEMENTS_MEMORY = 64 * 1024 * 1024 };

static void put(char *to, size_t cap, const char *from)
{
    snprintf(to, cap, "%s", from ? from : "");
}
#define PUT(to, from) put((to), sizeof(to), (from))

static void creditor_party(const struct registry *registry, const char *code,
                           struct flow_party *out)
{
    const struct registry_creditor *c = registry_creditor_find(registry, code);

    PUT(out->code, code);
    PUT(out->name, c ? c->name : code);
    PUT(out->kind, "G");
}

static void hub_party(const struct registry_collection *collection, struct flow_party *out)
{
    PUT(out->code, config_text(CONFIG_HUB_NODE_ID));
    PUT(out->name, collection->holder);
    PUT(out->kind, "G");
}

static void collection_account(const struct registry_collection *collection,
                               struct flow_account *out)
{
    PUT(out->iban, collection->iban);
    PUT(out->bic, collection->bic);
    PUT(out->holder, collection->holder);
    PUT(out->id, collection->id);
}

/* Whose name stands beside an account of an Ente. */
static const char *account_holder(const struct registry *registry, const char *creditor,
                                  const char *iban)
{
    const struct registry_creditor *c = registry_creditor_find(registry, creditor);
    const struct registry_account *a = c ? registry_account_find(c, iban) : NULL;

    return a ? a->holder : c ? c->name : creditor;
}

/* One settlement: what the Ente's account is credited, payment by payment; or a period without
 * payments. */
static void ente_frame(struct flow_content *c)
{
    struct flow_frame *f = &c->frame;
    const struct db_settlement *s = c->settlements;

    creditor_party(c->env->registry, c->subscription->party, &f->receiver);
    if (c->n_settlements == 0) {
        calendar_rome_time(c->flow->cut_off_us, f->to);
        return;
    }
    PUT(f->account.iban, s->account);
    PUT(f->account.holder, account_holder(c->env->registry, s->creditor, s->account));
    PUT(f->reference, s->flow_id); /* also the transfer's EndToEndId: the bank's TRN is not known */
    calendar_rome_time(s->cut_off_us, f->to);
    PUT(f->execution_date, s->day);
    f->count = s->count;
}

/* All settlements of a bank's Enti: one transfer each, from the hub's collection account. */
static enum err bank_frame(struct flow_content *c, const struct registry_collection *collection)
{
    struct flow_frame *f = &c->frame;
    const struct registry_bank *bank = registry_bank_find(c->env->registry, c->subscription->party);

    if (!bank)
        return err_setf(ERR_REGISTRY, "bank %s is not in the registry", c->subscription->party);
    PUT(f->receiver.code, *bank->bic ? bank->bic : bank->abi);
    PUT(f->receiver.name, bank->name);
    PUT(f->receiver.kind, *bank->bic ? "B" : "A");
    collection_account(collection, &f->account);
    PUT(f->execution_date, c->flow->day);
    snprintf(c->group.key, sizeof c->group.key, "%.30s-1", f->id);
    PUT(c->group.execution_date, c->flow->day);
    c->group.account = f->account;
    c->group.count = f->count = (int64_t)c->n_settlements;
    c->group.total_cents = f->total_cents;
    f->groups = &c->group;
    f->n_groups = 1;
    return ERR_NONE;
}

enum err flow_content_open(struct flow_content *c)
{
    const struct registry_collection *collection = registry_collection_default(c->env->registry);
    struct flow_frame *f = &c->frame;

    if (!collection) return err_set(ERR_REGISTRY, "the hub has no collection account");
    memset(f, 0, sizeof *f);
    PUT(f->id, c->flow->message_id);
    calendar_rome_time(c->flow->created_us, f->created);
    f->sequence = c->flow->seq;
    f->total_cents = c->flow->total_cents;
    hub_party(collection, &f->sender);
    if (c->subscription->audience == FLOW_AUDIENCE_BANK) return bank_frame(c, collection);
    ente_frame(c);
    return ERR_NONE;
}

/* ---- records ---- */

struct page {
    struct db_settled row;
    struct flow_record *batch;
    size_t n;
    int64_t last;
};

static enum err page_row(void *cls)
{
    struct page *p = cls;
    struct flow_record *r = &p->batch[p->n++];
    const struct db_settled *s = &p->row;

    r->amount_cents = s->amount_cents;
    PUT(r->iuv, s->iuv);
    PUT(r->iur, s->iur);
    PUT(r->notice_number, s->notice_number);
    r->index = s->transfer_number;
    r->outcome = s->amount_cents < 0 ? '3' : '0';
    PUT(r->paid_on, s->day);
    PUT(r->psp, s->psp);
    PUT(r->channel, s->channel);
    PUT(r->debt_type, s->debt_type);
    PUT(r->description, s->description);
    PUT(r->debtor_code, s->debtor_code);
    PUT(r->debtor_name, s->debtor_name);
    r->fee_cents = s->fee_cents;
    p->last = s->entry_id;
    return ERR_NONE;
}

static enum err payments_next(void *cls, struct flow_record *batch, size_t cap, size_t *out_n)
{
    enum err rc;
    struct flow_content *c = cls;
    struct page p = {.batch = batch, .last = c->after_entry};

    *out_n = 0;
    if (c->n_settlements == 0) return ERR_NONE;
    TRY(env_go_on(c->env));
    TRY(db_settlement_page(c->env->db, c->settlements[0].id, c->after_entry, (int)cap, &p.row,
                           page_row, &p));
    c->after_entry = p.last;
    *out_n = p.n;
out:
    return rc;
}

static enum err settlements_next(void *cls, struct flow_record *batch, size_t cap, size_t *out_n)
{
    struct flow_content *c = cls;
    size_t n = 0;

    for (; n < cap && c->next_settlement < c->n_settlements; n++) {
        const struct db_settlement *s = &c->settlements[c->next_settlement++];
        const char *holder = account_holder(c->env->registry, s->creditor, s->account);

        batch[n].amount_cents = s->total_cents;
        PUT(batch[n].flow_id, s->flow_id);
        PUT(batch[n].iban, s->account);
        PUT(batch[n].creditor_code, s->creditor);
        PUT(batch[n].creditor_name, holder);
        batch[n].count = s->count;
    }
    *out_n = n;
    return ERR_NONE;
}

struct flow_source flow_content_source(struct flow_content *c)
{
    static const struct flow_source_ops payments = {payments_next},
                                        settlements = {settlements_next};
    bool bank = c->subscription->audience == FLOW_AUDIENCE_BANK;

    c->next_settlement = 0;
    c->after_entry = 0;
    return (struct flow_source){.ops = bank ? &settlements : &payments,
                                .cls = c,
                                .threads = (int)config_int(CONFIG_FLOW_THREADS)};
}

/* A published file was made from the registry of its day: whatever that says now, it makes the same
 * bytes [I8]. NULL: the one at hand is the one. */
static enum err registry_then(const struct env *env, const struct db_flow *flow,
                              struct registry **out)
{
    *out = NULL;
    if (strcmp(flow->state, "PUBLISHED") != 0 || flow->registry == 0 ||
        flow->registry == env->registry->version)
        return ERR_NONE;
    return service_registry_load_version(env->db, flow->registry, out);
}

enum err flow_content_make(struct env *now, const struct db_flow *flow,
                           const struct flow_format *format, const char *folder,
                           struct flow_made *out)
{
    enum err rc;
    struct registry *then = NULL;
    struct env as_then = *now, *env = &as_then;
    struct arena arena = ARENA_INIT(SETTLEMENTS_MEMORY);
    struct flow_settlements l = {.arena = &arena};
    struct flow_content c = {.env = env, .flow = flow};
    struct flow_source source;

    TRY(registry_then(now, flow, &then));
    if (then) env->registry = then;
    c.subscription = registry_subscription_find(env->registry, flow->subscription);
    if (!c.subscription) {
        rc = err_setf(ERR_REGISTRY, "subscription %s left the registry", flow->subscription);
        goto out;
    }
    TRY(db_settlement_of_flow(env->db, flow->id, &l.row, flow_settlement_row, &l));
    c.settlements = l.items;
    c.n_settlements = l.n;
    TRY(flow_content_open(&c));
    source = flow_content_source(&c);
    TRY(flow_make(format, &c.frame, &source, folder, flow->name, out));
out:
    registry_free(&then);
    arena_free(&arena);
    return rc;
}
