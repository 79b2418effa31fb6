/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/psp_call.h"

#include "base/clock.h"
#include "base/crash.h"
#include "domain/calendar.h"
#include "service/check.h"
#include "service/expire.h"
#include "service/journal.h"
#include "service/journal_story.h"
#include "service/key.h"
#include "service/limit.h"
#include "service/take.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 64 * 1024 };

struct outcome_call {
    struct env *env;
    const struct psp_call *call;
    struct check_facts facts;
    struct db_key_name name;
    struct taking *list; /* one a token, as they were sent */
    /* The same by position and age: messages with the same tokens take their rows in one order. */
    struct taking *order[PSP_TOKENS_MAX];
    struct db_key key;
    struct psp_answer answer;
    bool changed;
    struct buf *out;
};

/* Where tokens fare differently the first of these is the answer. */
static const enum outcome severity[] = {
    OUTCOME_TOKEN_SCONOSCIUTO, OUTCOME_ESITO_DISCORDE,      OUTCOME_TOKEN_SCADUTO_KO,
    OUTCOME_TOKEN_SCADUTO,     OUTCOME_ESITO_GIA_ACQUISITO,
};

static void answer_find(struct outcome_call *o)
{
    int n = o->call->n_tokens;

    o->answer.outcome = OUTCOME_OK;
    o->answer.serial = 0;
    for (size_t s = 0; s < ARRAY_LEN(severity); s++)
        for (int i = 0; i < n; i++)
            if (o->list[i].outcome == severity[s]) {
                o->answer.outcome = severity[s];
                o->answer.serial = n > 1 ? i + 1 : 0;
                return;
            }
}

/* One that is unknown, or contradicts what was said of it, stops them all. */
static bool refused(const struct outcome_call *o)
{
    return o->answer.outcome == OUTCOME_TOKEN_SCONOSCIUTO ||
           o->answer.outcome == OUTCOME_ESITO_DISCORDE;
}

static bool is_before(const struct taking *a, const struct taking *b)
{
    if (a->position->id != b->position->id) return a->position->id < b->position->id;
    return a->payment.id < b->payment.id;
}

static void order_find(struct outcome_call *o)
{
    for (int n = 0; n < o->call->n_tokens; n++) {
        struct taking *t = &o->list[n];
        int at = n;

        t->position = &t->notice.position;
        t->instalment = &t->notice.instalment;
        for (; at > 0 && is_before(t, o->order[at - 1]); at--)
            o->order[at] = o->order[at - 1];
        o->order[at] = t;
    }
    for (int n = 1; n < o->call->n_tokens; n++)
        for (int k = 0; k < n; k++) {
            if (o->order[k]->position->id == o->order[n]->position->id)
                o->order[n]->position = o->order[k]->position;
            if (o->order[k]->instalment->id == o->order[n]->instalment->id)
                o->order[n]->instalment = o->order[k]->instalment;
        }
}

static enum err tokens_read_tx(struct db *db, struct outcome_call *o)
{
    enum err rc = ERR_NONE;
    const struct db_key_name no_key = {"", "", ""};
    struct db_key none = {.found = false};

    for (int i = 0; i < o->call->n_tokens; i++) {
        struct taking *t = &o->list[i];

        t->serial = i + 1;
        t->changed = false;
        TRY(db_payment_read(db, o->call->psp, o->call->tokens[i], i ? &no_key : &o->name,
                            &t->payment, &t->notice, i ? &none : &o->key));
    }
    order_find(o);
out:
    return rc;
}

static const struct payment_rule *rule_of(const struct outcome_call *o, const struct taking *t)
{
    return service_take_rule(t, o->call->ok);
}

/* What the message says of one payment. The fee is one: the first payment bears it. */
static void facts_take(const struct outcome_call *o, struct taking *t, const struct taking *first,
                       bool several)
{
    const struct psp_call *call = o->call;
    struct db_payment *p = &t->payment;

    p->closed_us = o->facts.now_us;
    calendar_rome_day(o->facts.now_us, p->day);
    p->collected_with = several ? first->payment.id : 0;
    p->payer = call->payer;
    snprintf(p->method, sizeof p->method, "%s", call->method);
    snprintf(p->payment_channel, sizeof p->payment_channel, "%s", call->payment_channel);
    snprintf(p->application_date, sizeof p->application_date, "%s", call->application_date);
    snprintf(p->transfer_date, sizeof p->transfer_date, "%s", call->transfer_date);
    memcpy(p->stamps, call->stamps[t->serial - 1], sizeof p->stamps);
    p->fee_cents = p->pa_fee_cents = 0;
    *p->bundle = *p->ci_bundle = 0;
    if (t != first) return;
    p->fee_cents = call->fee_cents;
    p->pa_fee_cents = call->pa_fee_cents;
    snprintf(p->bundle, sizeof p->bundle, "%s", call->bundle);
    snprintf(p->ci_bundle, sizeof p->ci_bundle, "%s", call->ci_bundle);
}

/* Nothing is recorded for any; what the channel says that it took has a name all the same. */
static enum err refuse_tx(struct db *db, struct outcome_call *o)
{
    enum err rc = ERR_NONE;

    for (int i = 0; i < o->call->n_tokens; i++) {
        const struct taking *t = &o->list[i];
        const struct payment_rule *rule;
        const char *kind;

        if (!t->payment.id) continue;
        rule = rule_of(o, t);
        kind = rule->effect == EFFECT_CONTRADICT ? "outcome-contradicts" : "outcome-refused";
        if (rule->effect == EFFECT_CONTRADICT || service_take_is_money(rule))
            TRY(db_anomaly_add(db, kind, t->payment.id, t->payment.creditor,
                               t->payment.amount_cents, o->facts.now_us));
    }
out:
    return rc;
}

static enum err expire_tx(struct db *db, struct outcome_call *o)
{
    enum err rc = ERR_NONE;

    for (int i = 0; i < o->call->n_tokens; i++) {
        struct taking *t = o->order[i];

        if (t->payment.state == PAYMENT_ACTIVE && t->payment.expires_us <= o->facts.now_us)
            TRY(service_expire_tx(db, &t->payment, t->position, o->facts.now_us));
    }
out:
    return rc;
}

static enum err take_tx(struct db *db, struct outcome_call *o)
{
    enum err rc = ERR_NONE;
    const struct taking *first = NULL;
    int changes = 0;

    for (int i = o->call->n_tokens - 1; i >= 0; i--) {
        if (rule_of(o, &o->list[i])->effect == EFFECT_NONE) continue;
        first = &o->list[i];
        changes++;
    }
    for (int i = 0; i < o->call->n_tokens; i++) {
        struct taking *t = o->order[i];
        const struct payment_rule *rule = rule_of(o, t);

        if (i > 0) TRY(db_queue_send(db)); /* one message a payment: few shapes of groups */
        t->outcome = rule->outcome;
        t->changed = rule->effect != EFFECT_NONE;
        facts_take(o, t, first, changes > 1);
        TRY(service_take_tx(db, o->env, t, rule, o->facts.now_us));
    }
    o->changed = changes > 0;
out:
    return rc;
}

/* The tokens' own rules: what is known of each decides, by the table; then all or none. */
static enum err decide_tx(struct db *db, struct outcome_call *o)
{
    enum err rc;

    for (int i = 0; i < o->call->n_tokens; i++)
        o->list[i].outcome =
            o->list[i].payment.id ? rule_of(o, &o->list[i])->outcome : OUTCOME_TOKEN_SCONOSCIUTO;
    answer_find(o);
    if (refused(o)) return refuse_tx(db, o);
    TRY(expire_tx(db, o));
    TRY(take_tx(db, o));
    answer_find(o);
out:
    return rc;
}

/* A line for each token: whoever looks for one finds the message. What became of the payment is
 * beside it, for the audit: who edits the one in the database cannot edit the other unseen. */
static void lines_make(const struct outcome_call *o, struct db_journal_row *rows)
{
    for (int i = 0; i < o->call->n_tokens; i++) {
        const struct db_payment *p = &o->list[i].payment;

        service_journal_psp(&rows[i], o->call, o->answer.outcome, o->out);
        if (i > 0) rows[i].id = clock_id_new(); /* the first is the message's line */
        service_journal_token(o->call->tokens[i], rows[i].token_hash);
        if (!o->changed) continue;
        snprintf(rows[i].creditor, sizeof rows[i].creditor, "%s", p->creditor);
        snprintf(rows[i].notice_number, sizeof rows[i].notice_number, "%s", p->notice_number);
        rows[i].object_id = p->id;
        if (!o->list[i].changed) continue;
        snprintf(rows[i].detail, sizeof rows[i].detail, "%s %" PRId64 "+%" PRId64 " cents",
                 payment_state_name(p->state), p->amount_cents, p->fee_cents);
    }
}

static enum err outcome_tx(struct db *db, void *cls)
{
    enum err rc;
    struct outcome_call *o = cls;
    struct db_journal_row rows[PSP_TOKENS_MAX];

    buf_reset(o->out); /* forget the last try */
    o->changed = false;
    o->answer.serial = 0;
    TRY(tokens_read_tx(db, o));
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
    lines_make(o, rows);
    TRY(db_journal_add(db, rows, (size_t)o->call->n_tokens));
    CRASHPOINT("S7.pre");
out:
    return rc;
}

/* What changed something is in the journal already. */
static enum err note(struct outcome_call *o)
{
    enum err rc = ERR_NONE;
    struct db_journal_row rows[PSP_TOKENS_MAX];
    int n = o->call->valid ? o->call->n_tokens : 0;

    lines_make(o, rows);
    if (n == 0) service_journal_psp(&rows[n++], o->call, o->answer.outcome, o->out);
    for (int i = 0; i < n; i++) {
        service_key_note(&rows[i], &o->key, o->answer.outcome);
        TRY(service_journal_note(o->env->db, &rows[i]));
    }
out:
    return rc;
}

static void limits_late(const struct outcome_call *o)
{
    for (int i = 0; i < o->call->n_tokens; i++)
        if (o->list[i].outcome == OUTCOME_TOKEN_SCADUTO)
            service_limit_late(o->env, o->list[i].payment.channel);
}

enum err service_outcome(struct env *env, const struct psp_call *call, enum outcome *out_outcome,
                         struct buf *out)
{
    enum err rc;
    struct taking one = {.serial = 1}, *several = NULL;
    struct outcome_call o = {.env = env, .call = call, .list = &one, .out = out};

    o.key.answer = (struct buf)BUF_INIT(ANSWER_MAX);
    service_check_prepare(call, env->registry, &o.facts);
    o.facts.key = &o.key;
    o.answer = (struct psp_answer){.call = call, .registry = env->registry};
    o.name = service_key_name(call);
    if (call->n_tokens > 1) {
        o.list = several = calloc((size_t)call->n_tokens, sizeof *several);
        if (!several) return err_set(ERR_MEMORY, "tokens");
    }
    o.answer.outcome = service_check_run(CHECK_REGISTRY, &o.facts);
    if (o.answer.outcome == OUTCOME_OK)
        TRY(db_tx_run(env->db, "outcome", outcome_tx, &o));
    else
        TRY(env->psp_write(env->psp_write_cls, &o.answer, out));
    if (o.changed) {
        CRASHPOINT("S7.post");
        limits_late(&o);
    } else {
        TRY(note(&o));
    }
    *out_outcome = o.answer.outcome;
out:
    for (int i = 0; i < call->n_tokens; i++)
        service_notify_free(&o.list[i].notify);
    free(several);
    buf_free(&o.key.answer);
    return rc;
}
