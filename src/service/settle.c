/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/settle.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crash.h"
#include "base/log.h"
#include "db/journal.h"
#include "db/settlement.h"
#include "domain/amount.h"
#include "domain/calendar.h"
#include "domain/text.h"

#include <stdio.h>
#include <string.h>

enum { DUE_MEMORY = 16 * 1024 * 1024 };
static const char KIND[] = "riversamento";

const struct registry_subscription *service_settle_driver(const struct registry *registry,
                                                          const char *creditor, const char *account)
{
    const struct registry_creditor *c = registry_creditor_find(registry, creditor);
    const struct registry_account *a = c ? registry_account_find(c, account) : NULL;
    const char *bank = a && *a->bank ? a->bank : c ? c->bank : "";
    const struct registry_subscription *own = NULL;
    bool waits = false;

    for (size_t i = 0; i < registry->n_subscriptions; i++) {
        const struct registry_subscription *s = &registry->subscriptions[i];

        if (s->audience == FLOW_AUDIENCE_BANK && !strcmp(s->party, bank)) {
            if (s->enabled) return s;
            waits = true;
        }
        if (!s->enabled) continue;
        if (s->audience == FLOW_AUDIENCE_ENTE && !own && !strcmp(s->party, creditor)) own = s;
    }
    /* An Ente is told of no money that its bank is not ordered to pay. */
    return waits ? NULL : own;
}

/* The accounts that are due, buffered: each is worked on with the same connection. */
struct due_list {
    struct arena arena;
    struct due_item {
        struct due_item *next;
        struct db_due due;
    } * first, **tail;
    struct db_due row;
};

static enum err due_row(void *cls)
{
    struct due_list *l = cls;
    struct due_item *item = arena_alloc(&l->arena, sizeof *item);

    if (!item) return err_set(ERR_LIMIT, "accounts due");
    item->due = l->row;
    *l->tail = item;
    l->tail = &item->next;
    return ERR_NONE;
}

/* dataRegolamento, then who sends it, then a progressive: at most 35 characters. */
static void flow_id_make(int64_t id, const char *day, char out[36])
{
    char number[14];

    text_base36(id, number);
    snprintf(out, 36, "%s%.10s-%s", day, config_text(CONFIG_HUB_NODE_ID), number);
}

struct closing {
    const struct registry *registry;
    const char *subscription;
    int64_t cut_off_us;
    const struct db_due *due;
    struct db_settlement s;
    int64_t id;                /* of a new one, made before the transaction [R12] */
    int64_t joined;            /* by the last step */
    int64_t reversed, reached; /* reversals looked at before a step, and after it */
};

/* Go on with the one that is OPEN, or begin one where something waits. */
static enum err open_tx(struct db *db, void *cls)
{
    enum err rc;
    bool any;
    struct closing *c = cls;
    struct db_settlement fresh = {.id = c->id};

    TRY(db_now(db, &fresh.created_us));
    snprintf(fresh.kind, sizeof fresh.kind, "%s", KIND);
    snprintf(fresh.subscription, sizeof fresh.subscription, "%s", c->subscription);
    memcpy(fresh.creditor, c->due->creditor, sizeof fresh.creditor);
    memcpy(fresh.account, c->due->account, sizeof fresh.account);
    memcpy(fresh.settles, c->due->settles, sizeof fresh.settles);
    fresh.cut_off_us = c->cut_off_us;
    /* of the transfer: banks settle on no other */
    calendar_date_print(calendar_target_day(calendar_rome_day_number(fresh.created_us)), fresh.day);
    flow_id_make(fresh.id, fresh.day, fresh.flow_id);
    TRY(db_settlement_find_open(db, &fresh, &c->s));
    if (c->s.id) goto out;
    TRY(db_settlement_waiting(db, &fresh, &any));
    if (!any) goto out;
    TRY(db_settlement_add(db, &fresh));
    c->s = fresh;
out:
    return rc;
}

static enum err join_tx(struct db *db, void *cls)
{
    enum err rc;
    struct closing *c = cls;
    struct db_settlement now;

    c->joined = 0;
    TRY(db_settlement_find_open(db, &c->s, &now));
    /* no more than one credit transfer, and the Ente's flow of it, may hold */
    if (now.id == c->s.id) TRY(db_settlement_join(db, &now, AMOUNT_CENTS_MAX, &c->joined));
out:
    return rc;
}

static enum err join_reversed_tx(struct db *db, void *cls)
{
    enum err rc;
    struct closing *c = cls;
    int64_t cursor = c->reversed;
    struct db_settlement now;

    c->reached = 0;
    TRY(db_settlement_find_open(db, &c->s, &now));
    if (now.id != c->s.id) goto out;
    TRY(db_settlement_join_reversed(db, &now, &cursor));
    c->reached = cursor;
out:
    return rc;
}

/* Who tells it: its bank, when the hub holds the money, and its Ente, also one that takes no flows
 * for a while. */
static enum err tell_tx(struct db *db, const struct registry *registry,
                        const struct db_settlement *s)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < registry->n_subscriptions; i++) {
        const struct registry_subscription *to = &registry->subscriptions[i];
        bool bank = to->audience == FLOW_AUDIENCE_BANK && !strcmp(to->code, s->subscription) &&
                    !strcmp(s->settles, "hub");
        bool ente = to->audience == FLOW_AUDIENCE_ENTE && !strcmp(to->party, s->creditor);

        if (bank || ente) TRY(db_settlement_tell(db, s, to->code));
    }
out:
    return rc;
}

static enum err seal_tx(struct db *db, void *cls)
{
    enum err rc;
    struct closing *c = cls;
    struct db_settlement now;
    struct db_journal_row row;

    TRY(db_settlement_find_open(db, &c->s, &now));
    if (now.id != c->s.id) goto out; /* another run sealed it meanwhile */
    TRY(db_settlement_seal(db, &now));
    if (now.count) TRY(tell_tx(db, c->registry, &now));
    c->s = now;
    db_journal_set(&row, "worker", "settlement.sealed", now.creditor, "", "OK");
    row.object_id = now.id;
    TRY(db_journal_add(db, &row, 1));
out:
    return rc;
}

static enum err settlement_close(struct env *env, struct closing *c, struct service_settled *out)
{
    enum err rc;

    c->id = clock_id_new();
    TRY(db_tx_run(env->db, "settlement.open", open_tx, c));
    if (c->s.id == 0) goto out;
    do { /* a long one is joined in pieces, OPEN until it is whole [F42] */
        TRY(env_go_on(env));
        TRY(db_tx_run(env->db, "settlement.join", join_tx, c));
    } while (c->joined == DB_SETTLEMENT_BATCH);
    CRASHPOINT("S12.joined");
    do {
        c->reversed = c->reached;
        TRY(env_go_on(env));
        TRY(db_tx_run(env->db, "settlement.join_reversed", join_reversed_tx, c));
    } while (c->reached);
    CRASHPOINT("S12.reversed");
    TRY(db_tx_run(env->db, "settlement.seal", seal_tx, c));
    out->settlements++;
    out->entries += c->s.count;
    out->total_cents += c->s.total_cents;
out:
    return rc;
}

/* Money that nobody closes a period for is told each time: the end of an IBAN names the account. */
static void unowned_tell(const struct db_due *due)
{
    size_t len = strlen(due->account);

    log_event(LOG_WARN, "settlement.unowned", LOG_TEXT("ente", due->creditor),
              LOG_TEXT("account_end", due->account + (len > 4 ? len - 4 : 0)));
}

struct counting {
    const struct registry *registry;
    struct db_due row;
    int64_t unowned;
};

static enum err unowned_count(void *cls)
{
    struct counting *c = cls;

    c->unowned += !service_settle_driver(c->registry, c->row.creditor, c->row.account);
    return ERR_NONE;
}

enum err service_settle_unowned(struct env *env, int64_t *out_accounts)
{
    enum err rc;
    struct counting c = {.registry = env->registry};

    TRY(db_settlement_due(env->db, &c.row, unowned_count, &c));
    *out_accounts = c.unowned;
out:
    return rc;
}

/* One that a killed run left OPEN has the cut-off of its own period, and one may be full: what is
 * left is in the next one [F48]. */
static enum err account_close(struct env *env, struct closing *c, struct service_settled *out)
{
    enum err rc;

    do {
        TRY(settlement_close(env, c, out));
    } while (c->s.id != 0);
out:
    return rc;
}

enum err service_settle(struct env *env, const char *subscription, int64_t cut_off_us,
                        struct service_settled *out)
{
    enum err rc = ERR_NONE;
    struct due_list l = {.arena = ARENA_INIT(DUE_MEMORY)};
    struct closing c;

    memset(out, 0, sizeof *out);
    l.tail = &l.first;
    if (cut_off_us == 0) TRY(db_now(env->db, &cut_off_us));
    TRY(db_settlement_due(env->db, &l.row, due_row, &l));
    for (const struct due_item *i = l.first; i; i = i->next) {
        const struct registry_subscription *s =
            service_settle_driver(env->registry, i->due.creditor, i->due.account);

        if (!s) {
            unowned_tell(&i->due);
            out->unowned += !subscription; /* it is no business of one subscription's */
            continue;
        }
        if (subscription && strcmp(subscription, s->code) != 0) continue;
        if (s->holds == FLOW_HOLDS_RECONCILED) { /* nothing is reconciled yet */
            out->held++;
            continue;
        }
        c = (struct closing){.registry = env->registry,
                             .subscription = s->code,
                             .cut_off_us = cut_off_us,
                             .due = &i->due};
        TRY(account_close(env, &c, out));
    }
out:
    arena_free(&l.arena);
    return rc;
}
