/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/take.h"

#include "db/psp_match.h"
#include "service/expire.h"
#include "service/shares.h"

/* Paid by another, withdrawn, excluded by a sibling option on which money came already, or changed
 * after its token ended: to another amount, or to other shares of it. The money is on its way to
 * where it was owed then, and no longer is: a person says whose it is [I3]. */
static bool closed(const struct taking *t)
{
    const struct debt_position *p = t->position;
    const struct debt_instalment *i = t->instalment;

    return i->amount_cents != t->payment.amount_cents || !service_shares_same(&t->payment, i) ||
           i->state != POSITION_OPEN || p->state != POSITION_OPEN ||
           (p->begun_option && p->begun_option != i->option_id && p->paid_count > 0);
}

const struct payment_rule *service_take_rule(const struct taking *t, bool ok)
{
    return payment_rule_find(t->payment.state, !ok         ? PAYMENT_ON_SENT_KO
                                               : closed(t) ? PAYMENT_ON_SENT_OK_CLOSED
                                                           : PAYMENT_ON_SENT_OK);
}

bool service_take_is_money(const struct payment_rule *rule)
{
    return rule->effect == EFFECT_PAY || rule->effect == EFFECT_PAY_LATE ||
           rule->effect == EFFECT_SUSPEND;
}

/* What was collected equals what is owed to Enti, plus stamps that were sold, plus the fee, plus
 * what is in suspense [I3]. */
static enum err entries_add_tx(struct db *db, const struct taking *t, bool suspend, int64_t now_us)
{
    const struct db_payment *p = &t->payment;
    const struct debt_instalment *i = t->instalment;
    struct db_entry e[DB_ENTRIES_MAX], base = {.fact_id = p->id,
                                               .payment_id = p->id,
                                               .account = "",
                                               .instrument = p->channel,
                                               .settles = p->settles,
                                               .day = p->day};
    size_t n = 0;

#define ENTRY(k, c, cents)                                                                         \
    (e[n] = base, e[n].id = db_id_new(db), e[n].kind = (k), e[n].creditor = (c),                   \
     e[n].amount_cents = (cents), n++)
    ENTRY("collected", p->psp, -(p->amount_cents + p->fee_cents));
    if (p->fee_cents) ENTRY("fee", p->psp, p->fee_cents);
    if (suspend) ENTRY("suspense", p->creditor, p->amount_cents);
    for (int k = 0; k < i->n_transfers && !suspend; k++) {
        const struct debt_transfer *x = &i->transfers[k];

        ENTRY(*x->stamp.hash ? "stamp" : "paid", x->creditor, x->amount_cents);
        e[n - 1].account = x->iban;
        e[n - 1].transfer_number = x->number;
    }
#undef ENTRY
    return db_entry_add(db, e, n, now_us);
}

static bool stamps_differ(const struct taking *t)
{
    bool asked[DEBT_TRANSFERS_MAX + 1] = {false};

    for (int k = 0; k < t->instalment->n_transfers; k++)
        asked[t->instalment->transfers[k].number] = *t->instalment->transfers[k].stamp.hash;
    for (int n = 1; n <= DEBT_TRANSFERS_MAX; n++)
        if (asked[n] != (t->payment.stamps[n] != NULL)) return true;
    return false;
}

static enum err anomaly_add_tx(struct db *db, const struct taking *t, const char *kind,
                               int64_t now_us)
{
    return db_anomaly_add(db, kind, t->payment.id, t->payment.creditor, t->payment.amount_cents,
                          now_us);
}

/* A stamp too many or too few refuses no money: a person looks. */
static enum err stamps_tx(struct db *db, const struct taking *t, int64_t now_us)
{
    enum err rc;

    TRY(db_payment_add_stamps(db, &t->payment));
    if (stamps_differ(t)) TRY(anomaly_add_tx(db, t, "stamp-differs", now_us));
out:
    return rc;
}

static enum err counts_tx(struct db *db, struct taking *t, enum position_state next)
{
    enum err rc;

    TRY(db_position_set_counts(db, t->position, next));
    t->position->state = next;
    t->position->ver++;
out:
    return rc;
}

static enum err pay_tx(struct db *db, struct env *env, struct taking *t,
                       const struct payment_rule *rule, int64_t now_us)
{
    enum err rc;

    service_position_step(t->position, t->instalment->option_id, rule, t->payment.state);
    TRY(db_instalment_set_paid(db, t->instalment));
    t->instalment->state = POSITION_PAID;
    t->instalment->ver++;
    TRY(counts_tx(db, t,
                  t->position->paid_count == t->notice.option_instalments ? POSITION_PAID
                                                                          : t->position->state));
    TRY(entries_add_tx(db, t, false, now_us));
    TRY(stamps_tx(db, t, now_us));
    TRY(service_notify_make(env, &t->payment, &t->notice, &t->notify));
    TRY(db_receipt_add(db, t->notify.receipts, t->notify.n_receipts, now_us));
    TRY(db_outbox_add(db, t->notify.messages, t->notify.n_messages, now_us));
    if (rule->effect == EFFECT_PAY_LATE) TRY(anomaly_add_tx(db, t, "late", now_us));
out:
    return rc;
}

/* It is over without being paid: whoever held the position no longer does. */
static enum err leave_tx(struct db *db, struct taking *t, const struct payment_rule *rule)
{
    if (t->payment.state != PAYMENT_ACTIVE) return ERR_NONE;
    service_position_step(t->position, 0, rule, t->payment.state);
    return counts_tx(db, t, t->position->state);
}

enum err service_take_tx(struct db *db, struct env *env, struct taking *t,
                         const struct payment_rule *rule, int64_t now_us)
{
    enum err rc;

    switch (rule->effect) {
    case EFFECT_REVERSE: /* an operator's: reverse.h */
    case EFFECT_REFUND:
        return BUG("an outcome that gives money back");
    case EFFECT_NONE:
        return ERR_NONE;
    case EFFECT_CONTRADICT:
        return anomaly_add_tx(db, t, "outcome-contradicts", now_us);
    case EFFECT_REOPEN:
        TRY(db_payment_set_state(db, &t->payment, rule->next));
        TRY(leave_tx(db, t, rule));
        break;
    case EFFECT_SUSPEND:
        TRY(db_payment_set_state(db, &t->payment, rule->next));
        TRY(leave_tx(db, t, rule));
        TRY(entries_add_tx(db, t, true, now_us));
        TRY(stamps_tx(db, t, now_us));
        TRY(anomaly_add_tx(db, t, "duplicate", now_us));
        TRY(db_psp_match_suspended_add(db, t->payment.id));
        break;
    case EFFECT_PAY:
    case EFFECT_PAY_LATE:
        TRY(db_payment_set_state(db, &t->payment, rule->next));
        TRY(pay_tx(db, env, t, rule, now_us));
        break;
    }
    t->payment.state = rule->next;
out:
    return rc;
}
