/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/node_call.h"

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "domain/calendar.h"
#include "domain/text.h"
#include "service/journal.h"
#include "service/node_check.h"
#include "service/take.h"

#include <stdio.h>
#include <string.h>

struct tell {
    struct env *env;
    const struct node_call *call;
    struct node_facts facts;
    struct db_payment known; /* of that receiptId, when it came before */
    struct taking taking;    /* the new one: its id is made before the transaction [R1] */
    bool changed;
    struct buf *out;
};

static const struct debt_transfer *transfer_of(const struct node_call *call, int number)
{
    for (int t = 0; t < call->n_transfers; t++)
        if (call->transfers[t].number == number) return &call->transfers[t];
    return NULL;
}

/* Is what was paid what is owed? Where the money went is looked at too: entries say so [F22]. */
static bool agrees(const struct node_call *call, const struct debt_instalment *i)
{
    if (call->amount_cents != i->amount_cents || call->n_transfers != i->n_transfers ||
        strcmp(call->iuv, i->iuv) != 0)
        return false;
    for (int t = 0; t < i->n_transfers; t++) {
        const struct debt_transfer *owed = &i->transfers[t];
        const struct debt_transfer *paid = transfer_of(call, owed->number);

        if (!paid || paid->amount_cents != owed->amount_cents ||
            strcmp(paid->creditor, owed->creditor) != 0 || strcmp(paid->iban, owed->iban) != 0)
            return false;
    }
    return true;
}

/* The money went from the PSP to the Ente by itself: the hub orders none of it. */
static void payment_fill(struct tell *t)
{
    struct db_payment *p = &t->taking.payment;
    const struct node_call *call = t->call;

    p->instalment_id = t->taking.notice.instalment.id;
    p->position_id = t->taking.notice.position.id;
    p->state = PAYMENT_UNKNOWN;
    p->activated_us = p->expires_us = p->closed_us = t->facts.now_us;
    calendar_rome_day(t->facts.now_us, p->day);
    p->amount_cents = call->amount_cents;
    p->fee_cents = call->fee_cents;
    p->pa_fee_cents = call->pa_fee_cents;
    p->payer = call->payer;
    p->told = &call->told;
    memcpy(p->stamps, call->stamps, sizeof p->stamps);
    snprintf(p->creditor, sizeof p->creditor, "%s", call->creditor);
    snprintf(p->notice_number, sizeof p->notice_number, "%s", call->notice_number);
    text_copy(call->psp, p->psp, sizeof p->psp);
    text_copy(call->channel, p->channel, sizeof p->channel);
    text_copy(call->receipt_id, p->token, sizeof p->token);
    text_copy(call->method, p->method, sizeof p->method);
    snprintf(p->settles, sizeof p->settles, "ente");
    snprintf(p->note, sizeof p->note, "%s", call->note);
    snprintf(p->bundle, sizeof p->bundle, "%s", call->bundle);
    snprintf(p->ci_bundle, sizeof p->ci_bundle, "%s", call->ci_bundle);
    snprintf(p->application_date, sizeof p->application_date, "%s", call->application_date);
    snprintf(p->transfer_date, sizeof p->transfer_date, "%s", call->transfer_date);
    snprintf(p->told_by, sizeof p->told_by, "%s", call->node);
}

/* Money that pays nothing. The position's version moves: what was decided on must not change
 * unseen [R5]. */
static enum err aside_tx(struct db *db, struct tell *t, bool differs)
{
    enum err rc;
    const struct db_payment *p = &t->taking.payment;
    struct debt_position *position = t->taking.position;

    TRY(db_position_set_counts(db, position, position->state));
    if (differs)
        TRY(db_anomaly_add(db, "receipt-differs", p->id, p->creditor, p->amount_cents,
                           t->facts.now_us));
out:
    return rc;
}

/* Money that moved is recorded, whatever it was for [W4] [F24]: as a payment of which nobody knew
 * whether it took any, and now it is told. */
static enum err record_tx(struct db *db, struct tell *t)
{
    enum err rc;
    struct taking *x = &t->taking;
    bool differs = !agrees(t->call, &x->notice.instalment);
    const struct payment_rule *rule;

    payment_fill(t);
    rule = differs ? payment_rule_find(x->payment.state, PAYMENT_ON_SENT_OK_CLOSED)
                   : service_take_rule(x, true);
    TRY(db_told_add(db, &x->payment, t->facts.now_us));
    if (rule->effect == EFFECT_SUSPEND) TRY(aside_tx(db, t, differs));
    TRY(service_take_tx(db, t->env, x, rule, t->facts.now_us));
    t->changed = true;
out:
    return rc;
}

static enum err answer_write(struct tell *t)
{
    const struct node_answer answer = {.outcome = t->taking.outcome};

    return t->env->node_write(t->env->node_write_cls, t->call, &answer, t->out);
}

static enum err line_add_tx(struct db *db, const struct tell *t)
{
    enum err rc;
    const struct db_payment *p = &t->taking.payment;
    struct db_journal_row row;

    service_journal_node(&row, t->call, t->taking.outcome, t->out);
    row.object_id = p->id;
    snprintf(row.detail, sizeof row.detail, "%s", payment_state_name(p->state));
    TRY(db_journal_add(db, &row, 1));
    CRASHPOINT("N2.pre");
out:
    return rc;
}

static enum err tell_tx(struct db *db, void *cls)
{
    enum err rc;
    struct tell *t = cls;
    const struct node_call *call = t->call;

    t->changed = false; /* forget the last try */
    buf_reset(t->out);
    TRY(db_notice_whole(db, call->creditor, call->notice_number, call->receipt_id,
                        &t->taking.notice, &t->known));
    TRY(db_now(db, &t->facts.now_us));
    t->taking.outcome = service_node_check(NODE_CHECK_NOTICE, &t->facts);
    if (t->taking.outcome == OUTCOME_PAA_RICEVUTA_DIVERSA)
        TRY(db_anomaly_add(db, "receipt-differs", t->known.id, t->known.creditor,
                           call->amount_cents, t->facts.now_us));
    if (t->taking.outcome == OUTCOME_OK && !t->known.id) TRY(record_tx(db, t));
    TRY(answer_write(t));
    if (t->changed) TRY(line_add_tx(db, t));
out:
    return rc;
}

/* What is refused stays with the node; that it came is kept, and said aloud [F22]. */
static enum err unchanged_note(struct tell *t)
{
    struct db_journal_row row;

    service_journal_node(&row, t->call, t->taking.outcome, t->out);
    if (t->taking.outcome == OUTCOME_OK) {
        row.object_id = t->known.id;
        snprintf(row.detail, sizeof row.detail, "told before");
    } else {
        log_event(LOG_WARN, "receipt.refused", LOG_TEXT("node", t->call->node),
                  LOG_TEXT("ente", row.creditor), LOG_TEXT("notice", row.notice_number),
                  LOG_TEXT("why", outcome_name(t->taking.outcome)));
    }
    return service_journal_note(t->env->db, &row);
}

enum err service_node_tell(struct env *env, const struct node_call *call, enum outcome *out_outcome,
                           struct buf *out)
{
    enum err rc = ERR_NONE;
    struct tell t = {.env = env, .call = call, .out = out};

    service_node_prepare(call, env->registry, &t.facts);
    t.facts.notice = &t.taking.notice;
    t.taking.position = &t.taking.notice.position;
    t.taking.instalment = &t.taking.notice.instalment;
    t.facts.known = &t.known;
    t.taking.payment.id = clock_id_new();
    t.taking.outcome = service_node_check(NODE_CHECK_REGISTRY, &t.facts);
    if (t.taking.outcome == OUTCOME_OK)
        TRY(db_tx_run(env->db, "receipt", tell_tx, &t));
    else
        TRY(answer_write(&t));
    if (t.changed) CRASHPOINT("N2.post");
    if (!t.changed) TRY(unchanged_note(&t));
    *out_outcome = t.taking.outcome;
out:
    service_notify_free(&t.taking.notify);
    return rc;
}
