/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/psp_call.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crash.h"
#include "service/check.h"
#include "service/expire.h"
#include "service/journal.h"
#include "service/key.h"
#include "service/limit.h"
#include "service/shadow.h"
#include "service/shares.h"
#include "service/station_ask.h"
#include "service/station_claim.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_MAX = 64 * 1024 };

struct activation {
    struct env *env;
    const struct psp_call *call;
    struct check_facts facts;
    struct db_key_name name;
    struct db_payment payment; /* id and token are made before the transaction [R1] */
    struct db_notice notice;
    struct db_key key;
    struct psp_answer answer;
    struct buf *out;
    enum outcome refused;       /* by the checks that need no position */
    struct db_channel_day used; /* of the channel's limit for the day, where it has one */
    bool answered;              /* nothing is left to decide */
    /* of an Ente with a station of its own */
    struct station_claim claim;
    struct shadow_ids ids;
    struct station_answer *said;
};

static const char *settles_name(const struct check_facts *f)
{
    bool ente = f->channel->settles == SETTLES_ENTE || f->psp->settles == SETTLES_ENTE;

    return ente ? "ente" : "hub";
}

/* The notice as it is now: payments past their end are expired first, and everything read anew. */
static enum err notice_read_tx(struct db *db, struct activation *a)
{
    enum err rc;
    bool expired, ended;

    TRY(db_notice_read(db, a->call->fiscal_code, a->call->notice_number, &a->name, &a->notice,
                       &a->key));
    TRY(db_now(db, &a->facts.now_us));
    ended = a->notice.live_payment && a->notice.live_expires_us <= a->facts.now_us;
    if (!ended && a->notice.position.live_count == 0) goto out;
    if (!ended && a->notice.position.begun_option == a->notice.instalment.option_id) goto out;
    TRY(service_expire_position_tx(db, a->notice.position.id, a->facts.now_us, &expired));
    if (expired)
        TRY(db_notice_read(db, a->call->fiscal_code, a->call->notice_number, &a->name, &a->notice,
                           &a->key));
out:
    return rc;
}

static bool day_limited(const struct activation *a)
{
    return a->refused == OUTCOME_OK && a->facts.channel->day_max_cents > 0;
}

static enum err reserve_tx(struct db *db, struct activation *a)
{
    enum err rc;
    struct debt_position *position = &a->notice.position;
    struct db_payment *p = &a->payment;
    int64_t validity_ms =
        a->call->expiration_ms ? a->call->expiration_ms : config_int(CONFIG_TOKEN_VALIDITY);

    if (a->facts.answer)
        TRY(service_shadow_store_tx(db, &a->ids, a->call->fiscal_code, a->call->notice_number,
                                    a->facts.station->code, &a->notice, a->facts.now_us));
    p->instalment_id = a->notice.instalment.id;
    p->amount_cents = a->notice.instalment.amount_cents;
    service_shares_keep(p, &a->notice.instalment);
    p->activated_us = a->facts.now_us;
    p->expires_us = a->facts.now_us + validity_ms * 1000;
    TRY(db_payment_add(db, p)); /* a second live one is a DUPLICATE: run again, row 13 [R4] */
    position->begun_option = a->notice.instalment.option_id;
    position->live_count++;
    TRY(db_position_set_counts(db, position, position->state)); /* [R5] */
    if (day_limited(a)) {
        a->used.cents += p->amount_cents;
        TRY(db_channel_day_set(db, p->channel, &a->used));
    }
    a->answer.token = p->token;
out:
    return rc;
}

/* What the station said, in the place of what the hub knew; if it is still asked for. */
static enum err said_take_tx(struct db *db, struct activation *a)
{
    enum err rc;
    bool in_time;

    TRY(service_station_claim_end_tx(db, &a->claim, a->facts.now_us, &in_time));
    if (!in_time) {
        memset(a->said, 0, sizeof *a->said);
        a->said->outcome = OUTCOME_STAZIONE_TIMEOUT;
    }
    service_station_apply(a->said, &a->notice);
out:
    return rc;
}

static enum err notice_check_tx(struct db *db, struct activation *a)
{
    enum err rc = ERR_NONE;

    if (day_limited(a))
        TRY(service_limit_count(db, a->facts.registry, a->facts.channel, a->facts.now_us,
                                a->notice.instalment.amount_cents, &a->used));
    a->facts.day_cents = a->used.cents;
    a->answer.outcome = service_check_run(CHECK_NOTICE, &a->facts);
out:
    return rc;
}

/* Over its limit, too, a channel gets the answer again that it had within it [I6]. */
static enum outcome key_check(const struct activation *a)
{
    enum outcome o = service_check_run(CHECK_KEY, &a->facts);

    return a->refused != OUTCOME_OK && (o != OUTCOME_OK || !a->key.found) ? a->refused : o;
}

/* The key's answer, a refusal, or OUTCOME_OK: what is known now lets it be reserved. */
static enum err decide_tx(struct db *db, struct activation *a)
{
    enum err rc;

    buf_reset(a->out); /* forget the last try */
    a->answer.token = NULL;
    a->answered = true;
    /* First of all: what is read after it is what the channel's other activations left. */
    if (day_limited(a)) TRY(db_channel_day_lock(db, a->facts.channel->code, &a->used));
    TRY(notice_read_tx(db, a));
    if (a->facts.answer) TRY(said_take_tx(db, a));
    a->answer.outcome = key_check(a);
    if (a->answer.outcome != OUTCOME_OK) {
        TRY(a->env->psp_write(a->env->psp_write_cls, &a->answer, a->out));
        goto out;
    }
    if (a->key.found) { /* what was answered is answered again, byte for byte [I6] */
        TRY(buf_add(a->out, a->key.answer.bytes, a->key.answer.len));
        goto out;
    }
    a->answered = false;
    TRY(notice_check_tx(db, a));
out:
    return rc;
}

/* Its answer may be another in a moment: a key is not spent on it [W4]. */
static bool passing(const struct activation *a)
{
    return a->facts.answer && a->said->outcome != OUTCOME_OK;
}

static enum err answer_tx(struct db *db, struct activation *a)
{
    enum err rc;

    a->answered = true;
    TRY(a->env->psp_write(a->env->psp_write_cls, &a->answer, a->out));
    if (passing(a)) goto out;
    TRY(service_key_store_tx(db, &a->name, &a->key, a->call, a->out, a->facts.now_us,
                             a->answer.token ? a->payment.expires_us : 0));
out:
    return rc;
}

static enum err activate_tx(struct db *db, void *cls)
{
    enum err rc;
    struct activation *a = cls;
    struct db_journal_row row;

    TRY(decide_tx(db, a));
    if (a->answered) goto out;
    if (a->answer.outcome == OUTCOME_OK) TRY(reserve_tx(db, a));
    TRY(answer_tx(db, a));
    if (!a->answer.token) goto out;
    service_journal_psp(&row, a->call, OUTCOME_OK, a->out);
    row.object_id = a->payment.id;
    TRY(db_journal_add(db, &row, 1));
    CRASHPOINT("S2.pre");
out:
    return rc;
}

/* Before a station is asked: what the hub knows may refuse already, and so does another activation
 * that asks at this moment, which may be this one's first try [F26]. */
static enum err claim_tx(struct db *db, void *cls)
{
    enum err rc;
    struct activation *a = cls;
    bool ours;

    TRY(decide_tx(db, a));
    if (a->answered) goto out;
    if (a->answer.outcome != OUTCOME_OK) {
        TRY(answer_tx(db, a));
        goto out;
    }
    TRY(service_station_claim_tx(db, &a->claim, a->facts.station, a->facts.now_us, &ours));
    if (ours) goto out;
    a->answered = true;
    a->answer.outcome = OUTCOME_PAGAMENTO_IN_CORSO;
    TRY(a->env->psp_write(a->env->psp_write_cls, &a->answer, a->out));
out:
    return rc;
}

/* Recorded, asked, and only then decided: no transaction lasts as long as the call. */
static enum err station_ask(struct activation *a)
{
    enum err rc;

    a->ids = service_shadow_ids();
    a->claim = (struct station_claim){clock_id_new(), a->call->fiscal_code, a->call->notice_number};
    TRY(db_tx_run(a->env->db, "activate.claim", claim_tx, a));
    if (a->answered) goto out;
    CRASHPOINT("S1.claimed");
    TRY(service_station_get(a->env, a->facts.station, a->call, a->said));
    a->facts.answer = a->answer.station = a->said;
    CRASHPOINT("S1.asked");
out:
    return rc;
}

static enum err limits_read(struct env *env, struct check_facts *facts)
{
    enum err rc = ERR_NONE;
    const struct registry_channel *c = facts->channel;
    struct db_channel_day day;

    if (!c || (c->hour_from == c->hour_to && !c->day_max_cents)) return ERR_NONE;
    TRY(db_now(env->db, &facts->now_us));
    if (!c->day_max_cents) goto out;
    TRY(db_channel_day_look(env->db, c->code, &day));
    TRY(service_limit_count(env->db, env->registry, c, facts->now_us, facts->call->amount_cents,
                            &day));
    facts->day_cents = day.cents;
out:
    return rc;
}

static void activation_begin(struct activation *a, struct env *env, const struct psp_call *call,
                             struct buf *out)
{
    memset(a, 0, sizeof *a);
    a->env = env;
    a->call = call;
    a->out = out;
    a->key.answer = (struct buf)BUF_INIT(ANSWER_MAX);
    service_check_prepare(call, env->registry, &a->facts);
    a->facts.notice = &a->notice;
    a->facts.key = &a->key;
    a->facts.expiration_max_ms = config_int(CONFIG_TOKEN_VALIDITY_MAX);
    a->answer = (struct psp_answer){
        .call = call, .registry = env->registry, .expiration_max_ms = a->facts.expiration_max_ms};
    a->name = service_key_name(call);
}

static void payment_begin(struct activation *a)
{
    struct db_payment *p = &a->payment;

    p->id = clock_id_new();
    p->state = PAYMENT_ACTIVE;
    clock_token_new(p->token);
    snprintf(p->creditor, sizeof p->creditor, "%s", a->facts.creditor->code);
    snprintf(p->psp, sizeof p->psp, "%s", a->facts.psp->code);
    snprintf(p->channel, sizeof p->channel, "%s", a->facts.channel->code);
    snprintf(p->settles, sizeof p->settles, "%s", settles_name(&a->facts));
    snprintf(p->asked_method, sizeof p->asked_method, "%s", a->call->method);
    snprintf(p->note, sizeof p->note, "%s", a->call->note);
    snprintf(p->touch_point, sizeof p->touch_point, "%s", a->call->touch_point);
}

enum err service_activate(struct env *env, const struct psp_call *call, enum outcome *out_outcome,
                          struct buf *out)
{
    enum err rc;
    struct activation a;
    struct station_answer said; /* filled only where a station is asked */
    struct db_journal_row row;

    activation_begin(&a, env, call, out);
    a.said = &said;
    TRY(limits_read(env, &a.facts));
    a.answer.outcome = a.refused = service_check_run(CHECK_REGISTRY, &a.facts);
    if (a.refused == OUTCOME_OK) {
        payment_begin(&a);
        a.answer.notice = &a.notice;
        a.answer.creditor = a.facts.creditor;
        if (!service_check_hosted(&a.facts)) TRY(station_ask(&a));
        if (!a.answered) TRY(db_tx_run(env->db, "activate", activate_tx, &a));
        if (a.answer.token) CRASHPOINT("S2.post");
    } else if (a.refused == OUTCOME_LIMITE_CANALE && *a.name.key) {
        TRY(db_tx_run(env->db, "activate", activate_tx, &a));
    } else {
        TRY(env->psp_write(env->psp_write_cls, &a.answer, out));
    }
    if (!a.answer.token) { /* what changed something is in the journal already */
        service_journal_psp(&row, call, a.answer.outcome, out);
        service_key_note(&row, &a.key, a.answer.outcome);
        TRY(service_journal_note(env->db, &row));
    }
    *out_outcome = a.answer.outcome;
out:
    buf_free(&a.key.answer);
    return rc;
}
