/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/flow_plan.h"

#include "base/config.h"
#include "base/log.h"
#include "db/journal.h"
#include "domain/calendar.h"
#include "domain/text.h"

#include <stdio.h>
#include <string.h>

enum {
    SETTLEMENTS_MAX = 100000, /* that one flow may hold: of before a flow had its limit, too */
    FLOW_SETTLEMENTS = 450,   /* of a new one: each a row joined and one no longer due [R13] */
    PLAN_MEMORY = 64 * 1024 * 1024
};

enum err flow_settlement_row(void *cls)
{
    struct flow_settlements *l = cls;

    if (l->n == l->room) {
        size_t room = l->room ? l->room * 2 : 4;
        struct db_settlement *more = arena_alloc(l->arena, room * sizeof *more);

        if (!more || room > SETTLEMENTS_MAX) return err_set(ERR_LIMIT, "settlements of a flow");
        if (l->n) memcpy(more, l->items, l->n * sizeof *more);
        l->items = more;
        l->room = room;
    }
    l->items[l->n++] = l->row;
    return ERR_NONE;
}

/* A bank's MsgId, never given twice [F52]. */
static void message_id_make(struct db_flow *f)
{
    char number[14];

    text_base36(f->id, number);
    snprintf(f->message_id, sizeof f->message_id, "%.10s-%s-%s", config_text(CONFIG_HUB_NODE_ID),
             f->day, number);
}

/* n 0: for a period without payments. */
static enum err flow_add_tx(struct db *db, struct flow_planning *p,
                            const struct db_settlement *items, size_t n, bool bank)
{
    enum err rc;
    struct db_flow f = {.id = db_id_new(db)};
    struct flow_frame name_frame = {.id = ""};
    struct db_journal_row row;

    TRY(db_now(db, &f.created_us));
    TRY(db_flow_next_seq(db, p->subscription->code, &f.seq));
    calendar_date_print(calendar_target_day(calendar_rome_day_number(f.created_us)), f.day);
    snprintf(f.subscription, sizeof f.subscription, "%s", p->subscription->code);
    snprintf(f.format, sizeof f.format, "%s", p->subscription->format);
    snprintf(f.party, sizeof f.party, "%s", p->subscription->party);
    if (n == 0) f.cut_off_us = p->now.cut_off_us;
    if (bank || n == 0)
        message_id_make(&f);
    else
        memcpy(f.message_id, items[0].flow_id, sizeof f.message_id);
    for (size_t i = 0; i < n; i++) {
        f.total_cents += items[i].total_cents;
        f.count += bank ? 1 : items[i].count;
    }
    snprintf(name_frame.id, sizeof name_frame.id, "%s", f.message_id);
    calendar_rome_time(f.created_us, name_frame.created);
    snprintf(name_frame.execution_date, sizeof name_frame.execution_date, "%s", f.day);
    snprintf(name_frame.receiver.code, sizeof name_frame.receiver.code, "%s", f.party);
    name_frame.sequence = f.seq;
    TRY(flow_format_file_name(p->format, &name_frame, f.name));
    TRY(db_flow_add(db, &f));
    if (n > 0) TRY(db_flow_join(db, &f, items, n));
    db_journal_set(&row, "worker", "flow.made", bank ? "" : f.party, "", "OK");
    row.object_id = f.id;
    TRY(db_journal_add(db, &row, 1));
    p->made = true;
out:
    return rc;
}

/* Is the period still to be planned? [F49] */
static enum err period_look_tx(struct db *db, struct flow_planning *p, bool *out_open)
{
    enum err rc;

    *out_open = true;
    if (p->period == NULL) return ERR_NONE;
    TRY(db_period_find(db, p->period->subscription, &p->now));
    *out_open = strcmp(p->now.state, "OPEN") == 0 && p->now.ends_us == p->period->ends_us;
out:
    return rc;
}

/* All that is unsent is in flows: the period has its last one, if it wants one that is empty. */
static enum err period_planned_tx(struct db *db, struct flow_planning *p)
{
    enum err rc = ERR_NONE;

    if (p->period == NULL) return ERR_NONE;
    if (p->now.flows == 0 && p->subscription->empty) {
        if (p->format->empty)
            TRY(flow_add_tx(db, p, NULL, 0, false));
        else
            log_event(LOG_WARN, "flow.empty", LOG_TEXT("subscription", p->subscription->code),
                      LOG_TEXT("why", "its format takes no file without records"));
    }
    snprintf(p->now.state, sizeof p->now.state, "PLANNED");
    TRY(db_period_set(db, &p->now));
out:
    return rc;
}

/* The next flow of a subscription, decided on what it is to tell now: run again, it finds less. */
static enum err plan_tx(struct db *db, void *cls)
{
    enum err rc;
    struct flow_planning *p = cls;
    bool bank = p->subscription->audience == FLOW_AUDIENCE_BANK, open;
    struct arena arena = ARENA_INIT(PLAN_MEMORY);
    struct flow_settlements l = {.arena = &arena};

    p->made = false;
    TRY(period_look_tx(db, p, &open));
    if (!open) goto out;
    TRY(db_settlement_untold(db, p->subscription->code, bank ? FLOW_SETTLEMENTS : 1, &l.row,
                             flow_settlement_row, &l));
    if (l.n == 0) {
        TRY(period_planned_tx(db, p));
        goto out;
    }
    TRY(flow_add_tx(db, p, l.items, l.n, bank));
    if (p->period == NULL) goto out;
    p->now.flows++;
    TRY(db_period_set(db, &p->now));
out:
    arena_free(&arena);
    return rc;
}

enum err flow_plan(struct flow_planning *p)
{
    enum err rc;

    do {
        TRY(env_go_on(p->env));
        TRY(db_tx_run(p->env->db, "flow.plan", plan_tx, p));
    } while (p->made);
out:
    return rc;
}
