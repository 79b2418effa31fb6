/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/reverse.h"

#include "base/clock.h"
#include "base/crash.h"
#include "db/journal.h"
#include "domain/calendar.h"
#include "domain/notice.h"
#include "domain/text.h"
#include "service/anomaly.h"
#include "service/expire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { REASON_MAX = 140, REFERENCE_MAX = 35, KEY_MAX = 70, QUESTIONS_MAX = 16 };

/* What of a payment is turned round into what. The fee is not: it was never the hub's, and whether
 * the PSP gives it back is between it and the payer. */
static const struct {
    const char *paid, *reversed;
} kinds[] = {{"collected", "returned"},
             {"paid", "reversed"},
             {"stamp", "unstamped"},
             {"suspense", "refunded"}};

struct reversing {
    struct env *env;
    const struct reversal_order *order;
    char key[81];
    int64_t id; /* made before the transaction [R12] */
    struct reversal_payment *out;
    enum reversal_result result;
    const char *refusal;
};

/* ---- which payment ---- */

struct naming {
    struct db_payment_name row, found;
    int to_reverse, reversed; /* how many of each */
    bool any;
};

static enum err name_row(void *cls)
{
    struct naming *n = cls;
    enum payment_state state = payment_state_parse(n->row.state);
    bool may = payment_rule_find(state, PAYMENT_ON_REVERSAL)->effect != EFFECT_NONE;

    n->to_reverse += may;
    n->reversed += state == PAYMENT_REVERSED;
    if (may || (n->to_reverse == 0 && state == PAYMENT_REVERSED) ||
        (n->to_reverse == 0 && n->reversed == 0))
        n->found = n->row;
    n->any = true;
    return ERR_NONE;
}

/* Someone may have paid an IUV again, or twice: what can be reversed is meant, if that is one. */
static enum err payment_name(struct db *db, const struct registry *registry, const char *what,
                             const char *creditor, struct db_payment_name *out)
{
    enum err rc;
    bool token;
    struct naming n = {.any = false};
    struct notice notice;

    TRY(db_payment_by_token(db, what, &n.row, name_row, &n));
    token = n.any;
    for (size_t i = 0; !token && i < registry->n_creditors; i++)
        if (!creditor || !strcmp(creditor, registry->creditors[i].code))
            TRY(db_payment_by_iuv(db, registry->creditors[i].code, what, &n.row, name_row, &n));
    if (!n.any && notice_split(what, &notice))
        return err_setf(ERR_NOT_FOUND, "payment %.40s: of a notice number say the IUV, %s", what,
                        notice.iuv);
    if (!n.any) return err_setf(ERR_NOT_FOUND, "payment %.40s", what);
    if (n.to_reverse > 1)
        return err_setf(ERR_USAGE, "%.40s: several payments took money: say a token", what);
    *out = n.found;
out:
    return rc;
}

struct waiting {
    struct db_reversal_wait row;
    int64_t cents;
};

static enum err waiting_row(void *cls)
{
    struct waiting *w = cls;

    w->cents += w->row.amount_cents;
    return ERR_NONE;
}

static enum err waiting_read(struct db *db, struct reversal_payment *out)
{
    enum err rc = ERR_NONE;
    struct waiting w = {.cents = 0};
    const struct db_reversal_wait_query query = {.payment_id = out->payment.id};

    if (out->reversal.id)
        TRY(db_reversal_wait_list(db, &query, DB_ENTRIES_MAX, &w.row, waiting_row, &w));
    out->waiting_cents = w.cents;
out:
    return rc;
}

static enum err payment_read(struct db *db, const struct db_payment_name *name,
                             struct reversal_payment *out)
{
    enum err rc;
    const struct db_key_name no_key = {"", "", ""};
    struct db_key none = {.found = false};

    TRY(db_payment_read(db, name->psp, name->token, &no_key, &out->payment, &out->notice, &none));
    TRY(db_reversal_find(db, out->payment.id, &out->reversal));
out:
    return rc;
}

/* ---- what is written ---- */

struct entries {
    struct db_entry_row row, paid[DB_ENTRIES_MAX];
    const char *kind[DB_ENTRIES_MAX]; /* what becomes of it */
    size_t n;
};

static enum err entry_row(void *cls)
{
    struct entries *e = cls;

    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        if (!strcmp(e->row.kind, kinds[k].paid)) {
            if (e->n == DB_ENTRIES_MAX) return BUG("a payment with too many entries");
            e->kind[e->n] = kinds[k].reversed;
            e->paid[e->n++] = e->row;
        }
    return ERR_NONE;
}

/* What no settlement holds yet goes out together with what takes it back, or not at all. */
static enum err due_tx(struct db *db, const struct db_entry *reversed,
                       const struct db_entry_row *paid)
{
    enum err rc;
    bool was;
    struct db_entry due = *reversed;

    due.id = paid->id;
    TRY(db_reversal_take_due(db, &due, &was));
    TRY(db_reversal_wait(db, reversed, was ? paid->id : 0));
out:
    return rc;
}

/* The payment's own, as they were written, the other way round: they sum to 0 as those did [I3]. */
static enum err entries_tx(struct db *db, const struct db_reversal *r)
{
    enum err rc;
    struct entries l = {.n = 0};
    struct db_entry e[DB_ENTRIES_MAX];

    TRY(db_entry_list(db, r->payment_id, &l.row, entry_row, &l));
    for (size_t i = 0; i < l.n; i++) {
        const struct db_entry_row *p = &l.paid[i];
        bool collected = !strcmp(p->kind, "collected");

        e[i] = (struct db_entry){.id = db_id_new(db),
                                 .fact_id = r->id,
                                 .payment_id = r->payment_id,
                                 .transfer_number = p->transfer_number,
                                 .kind = l.kind[i],
                                 .creditor = p->creditor,
                                 .account = p->account,
                                 .instrument = p->instrument,
                                 .settles = p->settles,
                                 .amount_cents = collected ? r->amount_cents : -p->amount_cents,
                                 .day = r->day};
    }
    TRY(db_entry_add(db, e, l.n, r->created_us));
    for (size_t i = 0; i < l.n; i++)
        if (!strcmp(l.paid[i].kind, "paid")) TRY(due_tx(db, &e[i], &l.paid[i]));
out:
    return rc;
}

/* The debt is owed again: to the same notice, and where nothing else of the position is paid or
 * being paid, by any of its options [I4]. */
static enum err reopen_tx(struct db *db, const struct payment_rule *rule,
                          struct reversal_payment *p)
{
    enum err rc;

    service_position_step(&p->notice.position, 0, rule, p->payment.state);
    TRY(db_instalment_reopen(db, &p->notice.instalment));
    TRY(db_position_reopen(db, &p->notice.position));
    TRY(db_receipt_renumber(db, p->payment.id));
out:
    return rc;
}

/* What was in question about its money is settled: whoever reverses it says so. */
struct questions {
    int64_t id, ids[QUESTIONS_MAX];
    size_t n;
};

static enum err question_row(void *cls)
{
    struct questions *q = cls;

    if (q->n == QUESTIONS_MAX) return BUG("a payment with too many anomalies");
    q->ids[q->n++] = q->id;
    return ERR_NONE;
}

static enum err questions_tx(struct db *db, const struct db_reversal *r)
{
    enum err rc;
    struct questions q = {.n = 0};

    TRY(db_anomaly_of_payment(db, r->payment_id, &q.id, question_row, &q));
    for (size_t i = 0; i < q.n; i++) {
        struct anomaly_act act = {.id = q.ids[i],
                                  .actor = r->made_by,
                                  .event = ANOMALY_ON_CLOSE,
                                  .reason = ANOMALY_REASON_REFUNDED};

        service_anomaly_prepare(&act);
        TRY(service_anomaly_act_tx(db, &act));
    }
out:
    return rc;
}

static enum err journal_tx(struct db *db, const struct reversal_payment *p)
{
    struct db_journal_row row;

    db_journal_set(&row, p->reversal.made_by, "payment.reversed", p->payment.creditor,
                   p->payment.notice_number, "OK");
    row.object_id = p->payment.id;
    snprintf(row.detail, sizeof row.detail, "reversal %" PRId64 ", reference %s", p->reversal.id,
             p->reversal.reference);
    return db_journal_add(db, &row, 1);
}

static enum err write_tx(struct db *db, const struct reversing *v, const struct payment_rule *rule)
{
    enum err rc;
    struct reversal_payment *p = v->out;

    TRY(db_payment_reverse(db, &p->payment, rule->next));
    if (rule->effect == EFFECT_REVERSE) TRY(reopen_tx(db, rule, p));
    TRY(db_reversal_add(db, &p->reversal));
    TRY(entries_tx(db, &p->reversal));
    TRY(questions_tx(db, &p->reversal));
    TRY(journal_tx(db, p));
    p->payment.state = rule->next;
out:
    return rc;
}

static void reversal_fill(const struct reversing *v, int64_t now_us)
{
    struct reversal_payment *p = v->out;
    struct db_reversal *r = &p->reversal;

    *r = (struct db_reversal){.id = v->id,
                              .payment_id = p->payment.id,
                              .amount_cents = p->payment.amount_cents,
                              .created_us = now_us};
    snprintf(r->was, sizeof r->was, "%s", payment_state_name(p->payment.state));
    snprintf(r->reference, sizeof r->reference, "%s", v->order->reference);
    snprintf(r->reason, sizeof r->reason, "%s", v->order->reason);
    snprintf(r->made_by, sizeof r->made_by, "%s", v->order->actor);
    memcpy(r->key, v->key, sizeof r->key);
    memcpy(r->token, p->payment.token, sizeof r->token);
    memcpy(r->iuv, p->notice.instalment.iuv, sizeof r->iuv);
    calendar_rome_day(now_us, r->day);
}

/* ---- the order ---- */

static bool same(const struct reversal_order *o, const struct db_reversal *r)
{
    return !strcmp(o->reason, r->reason) && !strcmp(o->reference, r->reference) &&
           (!strcmp(o->what, r->token) || !strcmp(o->what, r->iuv));
}

static enum err known_tx(struct db *db, struct reversing *v)
{
    enum err rc = ERR_NONE;
    struct db_payment_name name;

    if (!same(v->order, &v->out->reversal)) {
        v->result = REVERSAL_REFUSED;
        v->refusal = "the key was used for another reversal";
        goto out;
    }
    v->result = REVERSAL_SAID;
    TRY(payment_name(db, v->env->registry, v->out->reversal.token, NULL, &name));
    TRY(payment_read(db, &name, v->out));
out:
    return rc;
}

static enum err order_tx(struct db *db, struct reversing *v)
{
    enum err rc;
    const struct reversal_order *o = v->order;
    const struct payment_rule *rule;
    struct db_payment_name name;
    int64_t now_us;

    memset(v->out, 0, sizeof *v->out);
    v->result = REVERSAL_REFUSED;
    v->refusal = "";
    TRY(db_now(db, &now_us));
    TRY(db_reversal_find_key(db, o->actor, v->key, &v->out->reversal));
    if (v->out->reversal.id) {
        TRY(known_tx(db, v));
        goto out;
    }
    TRY(payment_name(db, v->env->registry, o->what, o->creditor, &name));
    TRY(payment_read(db, &name, v->out));
    rule = payment_rule_find(v->out->payment.state, PAYMENT_ON_REVERSAL);
    if (rule->effect == EFFECT_NONE) {
        v->refusal = v->out->reversal.id ? "it was reversed before" : "it took no money";
        goto out;
    }
    v->result = REVERSAL_MADE;
    reversal_fill(v, now_us);
    if (o->dry_run) goto out;
    TRY(write_tx(db, v, rule));
out:
    return rc;
}

/* What waits of it is read together: once it is saved, nothing may fail that says so. */
static enum err reverse_tx(struct db *db, void *cls)
{
    enum err rc;
    struct reversing *v = cls;

    TRY(order_tx(db, v));
    TRY(waiting_read(db, v->out));
    CRASHPOINT("V2.pre");
out:
    return rc;
}

static bool visible(const char *text, size_t max)
{
    size_t n = strlen(text);

    for (const char *c = text; *c; c++)
        if (*c < '!' || *c > '~') return false;
    return n >= 1 && n <= max;
}

static bool is_reason(const char *text)
{
    enum err rc = text_check(text, 1, REASON_MAX);

    err_clear(); /* said in the option's own words */
    return rc == ERR_NONE;
}

static enum err order_check(const struct reversal_order *o)
{
    if (!o->reason || !is_reason(o->reason))
        return err_setf(ERR_USAGE, "--reason: 1 to %d characters, why it is reversed", REASON_MAX);
    if (!o->reference || !visible(o->reference, REFERENCE_MAX))
        return err_setf(ERR_USAGE,
                        "--reference: the collector's id of the revocation, 1 to %d letters, "
                        "digits and signs",
                        REFERENCE_MAX);
    if (!visible(o->what, REFERENCE_MAX))
        return err_set(ERR_USAGE, "the token or the IUV of a payment expected");
    if (o->key && !visible(o->key, KEY_MAX))
        return err_setf(ERR_USAGE, "--key: 1 to %d letters, digits and signs", KEY_MAX);
    return ERR_NONE;
}

enum err service_reverse(struct env *env, const struct reversal_order *order,
                         struct reversal_payment *out, enum reversal_result *out_result,
                         const char **out_refusal)
{
    enum err rc;
    struct reversing v = {.env = env, .order = order, .id = clock_id_new(), .out = out};

    TRY(order_check(order));
    snprintf(v.key, sizeof v.key, "%s%s%s", order->key ? order->key : order->what,
             order->key ? "" : " ", order->key ? "" : order->reference);
    TRY(db_tx_run(env->db, "reverse", reverse_tx, &v));
    if (v.result == REVERSAL_MADE && !order->dry_run) CRASHPOINT("V2.post");
    *out_result = v.result;
    *out_refusal = v.refusal;
out:
    return rc;
}

enum err service_reverse_look(struct env *env, const char *what, const char *creditor,
                              struct reversal_payment *out)
{
    enum err rc;
    struct db_payment_name name;

    memset(out, 0, sizeof *out);
    TRY(payment_name(env->db, env->registry, what, creditor, &name));
    TRY(payment_read(env->db, &name, out));
    TRY(waiting_read(env->db, out));
out:
    return rc;
}
