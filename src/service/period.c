/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/period.h"

#include "base/log.h"
#include "db/journal.h"
#include "domain/period.h"
#include "service/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMORY = 16 * 1024 * 1024 };

/* A subscription with its row. */
struct item {
    struct service_period at;
    int64_t ends_us; /* of the period to close; 0: none is due */
};

struct items {
    struct arena arena;
    struct item *items;
    size_t n;
    struct db_period row;
};

static bool is(const char *text, const char *other)
{
    return strcmp(text, other) == 0;
}

static bool bank(const struct registry_subscription *s)
{
    return s->audience == FLOW_AUDIENCE_BANK;
}

/* What a row's rule is compared with: one that was disabled or manual meanwhile begins anew. */
static const char *rule_of(const struct registry_subscription *s)
{
    return s->enabled ? s->period : "disabled";
}

/* The registry was checked when it was imported: what does not read is no period of ours. */
static bool timed(const struct registry_subscription *s, struct period *out)
{
    if (!s->enabled) return false;
    if (period_parse(s->period, out) == ERR_NONE) return out->kind == PERIOD_TIMED;
    err_clear();
    return false;
}

/* Rows come in order of code, as the items are. */
static enum err row_take(void *cls)
{
    struct items *l = cls;

    for (size_t i = 0; i < l->n; i++)
        if (is(l->items[i].at.subscription->code, l->row.subscription))
            l->items[i].at.last = l->row;
    return ERR_NONE;
}

static void next_find(struct item *i, int64_t now_us)
{
    struct service_period *at = &i->at;
    struct period p;

    at->next_us = i->ends_us = 0;
    if (!timed(at->subscription, &p) || *at->last.subscription == '\0') return;
    if (!is(at->last.state, "CLOSED")) {
        i->ends_us = at->next_us = at->last.ends_us; /* a run was cut off: it goes on */
        return;
    }
    if (!is(at->last.rule, rule_of(at->subscription))) return;
    if (!period_next(&p, bank(at->subscription), at->last.ends_us, &at->next_us)) return;
    if (at->next_us <= now_us) i->ends_us = at->next_us;
}

static enum err items_read(struct env *env, struct items *l)
{
    enum err rc;
    const struct registry *r = env->registry;
    int64_t now_us;

    l->n = 0;
    l->items = arena_alloc(&l->arena, (r->n_subscriptions + 1) * sizeof *l->items);
    if (!l->items) return err_set(ERR_LIMIT, "subscriptions");
    for (; l->n < r->n_subscriptions; l->n++)
        l->items[l->n] = (struct item){.at = {.subscription = &r->subscriptions[l->n]}};
    TRY(db_now(env->db, &now_us));
    TRY(db_period_list(env->db, &l->row, row_take, l));
    for (size_t i = 0; i < l->n; i++)
        next_find(&l->items[i], now_us);
out:
    return rc;
}

/* ---- the row of one ---- */

struct change {
    const struct registry_subscription *subscription;
    int64_t registry; /* its version */
    int64_t ends_us;
    struct db_period now;
};

/* One that is new, or has another rule than before, begins now. A worker that still holds an older
 * registry does not change the rule back: a period would be skipped. */
static enum err begin_tx(struct db *db, void *cls)
{
    enum err rc;
    struct change *c = cls;
    int64_t now_us;
    bool new;

    TRY(db_now(db, &now_us));
    TRY(db_period_find(db, c->subscription->code, &c->now));
    new = *c->now.subscription == '\0';
    if (!new && (!is(c->now.state, "CLOSED") || c->now.registry >= c->registry ||
                 is(c->now.rule, rule_of(c->subscription))))
        goto out;
    snprintf(c->now.subscription, sizeof c->now.subscription, "%s", c->subscription->code);
    snprintf(c->now.rule, sizeof c->now.rule, "%s", rule_of(c->subscription));
    snprintf(c->now.state, sizeof c->now.state, "CLOSED");
    c->now.registry = c->registry;
    c->now.ends_us = c->now.cut_off_us = now_us;
    TRY(new ? db_period_add(db, &c->now) : db_period_set(db, &c->now));
out:
    return rc;
}

static enum err begin(struct env *env, const struct service_period *at)
{
    struct change c = {.subscription = at->subscription, .registry = env->registry->version};
    struct period p;
    enum err rc;

    if (*at->last.subscription == '\0'
            ? !timed(at->subscription, &p)
            : !is(at->last.state, "CLOSED") || is(at->last.rule, rule_of(at->subscription)))
        return ERR_NONE;
    rc = db_tx_run(env->db, "period.begin", begin_tx, &c);
    if (rc == ERR_DB_DUPLICATE) { /* another worker saw it too [F49] */
        err_clear();
        rc = ERR_NONE;
    }
    return rc;
}

static enum err open_tx(struct db *db, void *cls)
{
    enum err rc;
    struct change *c = cls;

    TRY(db_period_find(db, c->subscription->code, &c->now));
    if (!is(c->now.state, "CLOSED") || c->now.ends_us >= c->ends_us) goto out;
    c->now.ends_us = c->ends_us;
    TRY(period_cut_off(c->subscription->cut_off, c->ends_us, &c->now.cut_off_us));
    snprintf(c->now.state, sizeof c->now.state, "OPEN");
    c->now.flows = 0;
    TRY(db_period_set(db, &c->now));
out:
    return rc;
}

static enum err close_tx(struct db *db, void *cls)
{
    enum err rc;
    struct change *c = cls;
    struct db_journal_row row;

    TRY(db_period_find(db, c->subscription->code, &c->now));
    if (!is(c->now.state, "PLANNED") || c->now.ends_us != c->ends_us) goto out;
    snprintf(c->now.state, sizeof c->now.state, "CLOSED");
    TRY(db_period_set(db, &c->now));
    db_journal_set(&row, "worker", "period.closed", "", "", "OK");
    snprintf(row.detail, sizeof row.detail, "%s", c->subscription->code);
    TRY(db_journal_add(db, &row, 1));
out:
    return rc;
}

static void nobody_to_tell(void *cls, const struct db_flow *flow, const char *path)
{
    (void)cls, (void)flow, (void)path;
}

static enum err item_close(struct env *env, const struct item *i)
{
    enum err rc;
    struct change c = {.subscription = i->at.subscription, .ends_us = i->ends_us};
    struct db_period period;
    struct service_flow_run run = {
        .subscription = i->at.subscription->code, .period = &period, .tell = nobody_to_tell};

    TRY(db_tx_run(env->db, "period.open", open_tx, &c));
    period = c.now;
    if (period.ends_us != i->ends_us || is(period.state, "CLOSED"))
        goto out; /* another was faster */
    TRY(service_flow_run(env, &run));
    TRY(db_tx_run(env->db, "period.close", close_tx, &c));
    log_event(LOG_INFO, "period.closed", LOG_TEXT("subscription", run.subscription),
              LOG_INT("entries", run.settled.entries), LOG_INT("cents", run.settled.total_cents),
              LOG_INT("flows", run.flows));
out:
    return rc;
}

static int by_end(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    return (x->ends_us > y->ends_us) - (x->ends_us < y->ends_us);
}

enum err service_period_next(struct env *env, bool *out_any, bool *out_failed)
{
    enum err rc;
    struct items l = {.arena = ARENA_INIT(MEMORY)};

    *out_any = *out_failed = false;
    TRY(items_read(env, &l));
    for (size_t i = 0; i < l.n; i++)
        TRY(begin(env, &l.items[i].at));
    qsort(l.items, l.n, sizeof *l.items, by_end);
    for (size_t i = 0; i < l.n && !*out_any; i++) {
        enum err failed;

        if (l.items[i].ends_us == 0) continue;
        failed = item_close(env, &l.items[i]);
        *out_any = failed == ERR_NONE;
        if (failed == ERR_FLOW_BUSY ||
            failed == ERR_STOPPED) { /* who is at it, or comes, goes on */
            err_clear();
            break;
        }
        if (failed == ERR_NONE) continue;
        log_err("period.close", failed);
        err_clear();
        *out_failed = true;
        if (failed == ERR_FLOW_HELD) break; /* so are all */
    }
out:
    arena_free(&l.arena);
    return rc;
}

enum err service_period_list(struct env *env,
                             void (*each)(void *cls, const struct service_period *period),
                             void *cls)
{
    enum err rc;
    struct items l = {.arena = ARENA_INIT(MEMORY)};

    TRY(items_read(env, &l));
    for (size_t i = 0; i < l.n; i++)
        if (l.items[i].at.subscription->enabled) each(cls, &l.items[i].at);
out:
    arena_free(&l.arena);
    return rc;
}
