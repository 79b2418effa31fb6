/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/psp_call.h"

#include "base/clock.h"
#include "base/crash.h"
#include "domain/calendar.h"
#include "service/check.h"
#include "service/expire.h"
#include "service/journal.h"
#include "service/key.h"
#include "service/notify.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_MAX = 64 * 1024 };

struct outcome_call {
    struct env *env;
    const struct psp_call *call;
    struct check_facts facts;
    struct db_key_name name;
    struct db_payment payment;
    struct db_notice notice;
    struct db_key key;
    struct psp_answer answer;
    struct notify notify;
    bool changed;
    struct buf *out;
};

/* Paid by another, withdrawn, excluded by a sibling option on which money came already, or changed
 * to another amount after its token ended. */
static bool closed(const struct db_notice *n, int64_t amount_cents)
{
    const struct debt_position *p = &n->position;

    return n->instalment.amount_cents != amount_cents || n->instalment.state != POSITION_OPEN ||
           p->state != POSITION_OPEN ||
           (p->begun_option && p->begun_option != n->instalment.option_id && p->paid_count > 0);
}

static void payment_take(struct outcome_call *o)
{
    struct db_payment *p = &o->payment;
    const struct psp_call *call = o->call;

    p->closed_us = o->facts.now_us;
    calendar_rome_day(o->facts.now_us, p->day);
    p->fee_cents = call->fee_cents;
    p->payer = call->payer;
    snprintf(p->method, sizeof p->method, "%s", call->method);
    snprintf(p->application_date, sizeof p->application_date, "%s", call->application_date);
    snprintf(p->transfer_date, sizeof p->transfer_date, "%s", call->transfer_date);
}

/* What was collected equals what is owed to Enti, plus the fee, plus what is in suspense [I3]. */
static enum err entries_add_tx(struct db *db, const struct outcome_call *o, bool suspend)
{
    const struct db_payment *p = &o->payment;
    const struct debt_instalment *i = &o->notice.instalment;
    struct db_entry e[DB_ENTRIES_MAX], base = {.fact_id = p->id,
                                               .payment_id = p->id,
                                               .account = "",
                                               .instrument = p->channel,
                                               .settles = p->settles,
                                               .day = p->day};
    size_t n = 0;

#define ENTRY(k, c, cents)                                                                         \
    (e[n] = base, e[n].id = clock_id_new(), e[n].kind = (k), e[n].creditor = (c),                  \
     e[n].amount_cents = (cents), n++)
    ENTRY("collected", p->psp, -(p->amount_cents + p->fee_cents));
    if (p->fee_cents) ENTRY("fee", p->psp, p->fee_cents);
    if (suspend) ENTRY("suspense", p->creditor, p->amount_cents);
    for (int t = 0; t < i->n_transfers && !suspend; t++) {
        ENTRY("paid", i->transfers[t].creditor, i->transfers[t].amount_cents);
        e[n - 1].account = i->transfers[t].iban;
        e[n - 1].transfer_number = i->transfers[t].number;
    }
#undef ENTRY
    return db_entry_add(db, e, n, o->facts.now_us);
}

static enum err pay_tx(struct db *db, struct outcome_call *o, const struct payment_rule *rule)
{
    enum err rc;
    struct db_notice *n = &o->notice;
    bool late = rule->effect == EFFECT_PAY_LATE;
    enum position_state next;

    service_position_step(&n->position, n->instalment.option_id, rule, o->payment.state);
    next = n->position.paid_count == n->option_instalments ? POSITION_PAID : n->position.state;
    TRY(db_payment_set_state(db, &o->payment, rule->next));
    TRY(db_instalment_set_paid(db, &n->instalment));
    TRY(db_position_set_counts(db, &n->position, next));
    TRY(entries_add_tx(db, o, false));
    TRY(service_notify_make(o->env, &o->payment, n, o->facts.now_us, &o->notify));
    TRY(db_receipt_add(db, o->notify.receipts, o->notify.n_receipts, o->facts.now_us));
    TRY(db_outbox_add(db, o->notify.messages, o->notify.n_messages, o->facts.now_us));
    if (late)
        TRY(db_anomaly_add(db, "late", o->payment.id, o->payment.creditor, o->payment.amount_cents,
                           o->facts.now_us));
out:
    return rc;
}

static enum err counts_tx(struct db *db, struct outcome_call *o, const struct payment_rule *rule)
{
    if (o->payment.state != PAYMENT_ACTIVE) return ERR_NONE;
    service_position_step(&o->notice.position, 0, rule, o->payment.state);
    return db_position_set_counts(db, &o->notice.position, o->notice.position.state);
}

static enum err effect_tx(struct db *db, struct outcome_call *o, const struct payment_rule *rule)
{
    enum err rc;
    const struct db_payment *p = &o->payment;

    switch (rule->effect) {
    case EFFECT_NONE:
        return ERR_NONE;
    case EFFECT_CONTRADICT:
        return db_anomaly_add(db, "outcome-contradicts", p->id, p->creditor, p->amount_cents,
                              o->facts.now_us);
    case EFFECT_REOPEN:
        TRY(db_payment_set_state(db, p, rule->next));
        TRY(counts_tx(db, o, rule));
        break;
    case EFFECT_SUSPEND:
        TRY(db_payment_set_state(db, p, rule->next));
        TRY(counts_tx(db, o, rule));
        TRY(entries_add_tx(db, o, true));
        TRY(db_anomaly_add(db, "duplicate", p->id, p->creditor, p->amount_cents, o->facts.now_us));
        break;
    case EFFECT_PAY:
    case EFFECT_PAY_LATE:
        TRY(pay_tx(db, o, rule));
        break;
    }
    o->changed = true;
out:
    return rc;
}

/* The token's own rules: what is known of it decides, by the table. */
static enum err decide_tx(struct db *db, struct outcome_call *o)
{
    enum err rc;
    const struct payment_rule *rule;
    enum payment_event event;

    if (o->payment.id == 0) {
        o->answer.outcome = OUTCOME_TOKEN_SCONOSCIUTO;
        return ERR_NONE;
    }
    if (o->payment.state == PAYMENT_ACTIVE && o->payment.expires_us <= o->facts.now_us)
        TRY(service_expire_tx(db, &o->payment, &o->notice.position, o->facts.now_us));
    event = !o->call->ok                                  ? PAYMENT_ON_SENT_KO
            : closed(&o->notice, o->payment.amount_cents) ? PAYMENT_ON_SENT_OK_CLOSED
                                                          : PAYMENT_ON_SENT_OK;
    rule = payment_rule_find(o->payment.state, event);
    o->answer.outcome = rule->outcome;
    payment_take(o);
    TRY(effect_tx(db, o, rule));
out:
    return rc;
}

static enum err outcome_tx(struct db *db, void *cls)
{
    enum err rc;
    struct outcome_call *o = cls;
    struct db_journal_row row;

    buf_reset(o->out); /* forget the last try */
    o->changed = false;
    TRY(db_payment_read(db, o->call->psp, o->call->token, &o->name, &o->payment, &o->notice,
                        &o->key));
    TRY(db_now(db, &o->facts.now_us));
    o->answer.outcome = service_check_run(CHECK_KEY, &o->facts);
    if (o->answer.outcome != OUTCOME_OK) {
        TRY(o->env->psp_write(o->env->psp_write_cls, &o->answer, o->out));
        goto out;
    }
    if (o->key.found) { /* what was answered is answered again, byte for byte [I6] */
        TRY(buf_add(o->out, o->key.answer.bytes, o->key.answer.len));
        goto out;
    }
    TRY(decide_tx(db, o));
    TRY(o->env->psp_write(o->env->psp_write_cls, &o->answer, o->out));
    TRY(service_key_store_tx(db, &o->name, &o->key, o->call, o->out, o->facts.now_us, 0));
    if (!o->changed) goto out;
    service_journal_psp(&row, o->call, o->answer.outcome);
    snprintf(row.creditor, sizeof row.creditor, "%s", o->payment.creditor);
    snprintf(row.notice_number, sizeof row.notice_number, "%s", o->payment.notice_number);
    row.object_id = o->payment.id;
    TRY(db_journal_add(db, &row, 1));
    CRASHPOINT("S7.pre");
out:
    return rc;
}

enum err service_outcome(struct env *env, const struct psp_call *call, enum outcome *out_outcome,
                         struct buf *out)
{
    enum err rc;
    struct outcome_call o = {.env = env, .call = call, .out = out};
    struct db_journal_row row;

    o.key.answer = (struct buf)BUF_INIT(ANSWER_MAX);
    service_check_prepare(call, env->registry, &o.facts);
    o.facts.key = &o.key;
    o.answer = (struct psp_answer){.call = call, .registry = env->registry};
    o.name = service_key_name(call);
    o.answer.outcome = service_check_run(CHECK_REGISTRY, &o.facts);
    if (o.answer.outcome == OUTCOME_OK)
        TRY(db_tx_run(env->db, "outcome", outcome_tx, &o));
    else
        TRY(env->psp_write(env->psp_write_cls, &o.answer, out));
    if (o.changed) CRASHPOINT("S7.post");
    if (!o.changed) { /* what changed something is in the journal already */
        service_journal_psp(&row, call, o.answer.outcome);
        service_key_note(&row, &o.key, o.answer.outcome);
        TRY(service_journal_note(env->db, &row));
    }
    *out_outcome = o.answer.outcome;
out:
    service_notify_free(&o.notify);
    buf_free(&o.key.answer);
    return rc;
}
