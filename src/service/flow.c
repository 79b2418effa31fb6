/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/flow.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crash.h"
#include "base/log.h"
#include "db/journal.h"
#include "domain/calendar.h"
#include "domain/text.h"
#include "flow/deliver.h"
#include "service/flow_frame.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    RUN_MEMORY = 64 * 1024 * 1024,
    FORMATS_MAX = 32,
    SETTLEMENTS_MAX = 100000, /* that one flow may hold: of before a flow had its limit, too */
    FLOW_SETTLEMENTS = 450,   /* of a new one: each a row joined and one no longer due [R13] */
    LIST_PAGE = 100,
    RECORD_BATCH = 100, /* flows that one transaction says are published [R13] */
    NODE_ID_MAX = 10,
    BUSY_WAIT_MS = 300000
};

/* Settlements of one flow, in order of id. */
struct settlement_list {
    struct arena *arena;
    struct db_settlement *items, row;
    size_t n, room;
};

static enum err settlement_row(void *cls)
{
    struct settlement_list *l = cls;

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

/* A flow of this run: its row, its file while that is unfinished, where it will be. */
struct run_flow {
    struct run_flow *next;
    const struct registry_subscription *subscription;
    struct db_flow flow;
    struct flow_made made;
    char path[FLOW_NAME_SIZE + 1024];
    bool is_made;
};

struct running {
    struct env *env;
    struct service_flow_run *run;
    struct arena arena;
    struct {
        char name[36];
        struct flow_format *format;
    } formats[FORMATS_MAX];
    size_t n_formats;
    struct run_flow *first, **tail;
};

static enum err format_get(struct running *r, const char *name, struct flow_format **out)
{
    enum err rc;
    char dir[1024], lib[1024];

    for (size_t i = 0; i < r->n_formats; i++)
        if (!strcmp(r->formats[i].name, name)) {
            *out = r->formats[i].format;
            return ERR_NONE;
        }
    if (r->n_formats == FORMATS_MAX) return err_set(ERR_LIMIT, "formats");
    snprintf(dir, sizeof dir, "%s/xslt/flow/%s", config_text(CONFIG_HUB_SHARE), name);
    snprintf(lib, sizeof lib, "%s/xslt/lib", config_text(CONFIG_HUB_SHARE));
    TRY(flow_format_open(dir, lib, out));
    snprintf(r->formats[r->n_formats].name, sizeof r->formats[0].name, "%s", name);
    r->formats[r->n_formats++].format = *out;
out:
    return rc;
}

/* ---- from settlements to rows of flows ---- */

struct planning {
    struct running *r;
    const struct registry_subscription *subscription;
    const struct flow_format *format;
    bool made;
};

/* A bank's MsgId, never given twice [F52]. */
static void message_id_make(struct db_flow *f)
{
    char number[14];

    text_base36(f->id, number);
    snprintf(f->message_id, sizeof f->message_id, "%.10s-%s-%s", config_text(CONFIG_HUB_NODE_ID),
             f->day, number);
}

static enum err flow_add_tx(struct db *db, struct planning *p, const struct db_settlement *items,
                            size_t n, bool bank)
{
    enum err rc;
    struct db_flow f = {.id = clock_id_new()};
    struct flow_frame name_frame = {.id = ""};
    struct db_journal_row row;

    TRY(db_now(db, &f.created_us));
    TRY(db_flow_next_seq(db, p->subscription->code, &f.seq));
    calendar_rome_day(f.created_us, f.day);
    snprintf(f.subscription, sizeof f.subscription, "%s", p->subscription->code);
    snprintf(f.format, sizeof f.format, "%s", p->subscription->format);
    snprintf(f.party, sizeof f.party, "%s", p->subscription->party);
    if (bank)
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
    TRY(db_flow_join(db, &f, items, n));
    db_journal_set(&row, "worker", "flow.made", bank ? "" : f.party, "", "OK");
    row.object_id = f.id;
    TRY(db_journal_add(db, &row, 1));
    p->made = true;
out:
    return rc;
}

/* The next flow of a subscription, decided on what it is to tell now: run again, it finds less. */
static enum err plan_tx(struct db *db, void *cls)
{
    enum err rc;
    struct planning *p = cls;
    bool bank = p->subscription->audience == FLOW_AUDIENCE_BANK;
    struct arena arena = ARENA_INIT(RUN_MEMORY); /* not the run's: this is called once a flow */
    struct settlement_list l = {.arena = &arena};

    p->made = false;
    TRY(db_settlement_untold(db, p->subscription->code, bank ? FLOW_SETTLEMENTS : 1, &l.row,
                             settlement_row, &l));
    if (l.n) TRY(flow_add_tx(db, p, l.items, l.n, bank));
out:
    arena_free(&arena);
    return rc;
}

static enum err subscription_plan(struct running *r, const struct registry_subscription *s)
{
    enum err rc;
    struct flow_format *format;
    struct planning p = {.r = r, .subscription = s};

    TRY(format_get(r, s->format, &format));
    p.format = format;
    do {
        TRY(db_tx_run(r->env->db, "flow.plan", plan_tx, &p));
    } while (p.made);
out:
    return rc;
}

/* ---- from rows to files ---- */

struct flow_rows {
    struct running *r;
    struct db_flow row;
    int n; /* of this page */
};

static enum err flow_row(void *cls)
{
    struct flow_rows *l = cls;
    struct run_flow *f = arena_alloc(&l->r->arena, sizeof *f);

    if (!f) return err_set(ERR_LIMIT, "flows of a run");
    f->flow = l->row;
    f->subscription = registry_subscription_find(l->r->env->registry, l->row.subscription);
    *l->r->tail = f;
    l->r->tail = &f->next;
    l->n++;
    return ERR_NONE;
}

static enum err flow_file_make(struct running *r, struct run_flow *f)
{
    enum err rc;
    struct settlement_list l = {.arena = &r->arena};
    struct flow_content c = {.env = r->env, .subscription = f->subscription, .flow = &f->flow};
    struct flow_format *format;
    struct flow_source source;
    char folder[1024];

    if (!f->subscription)
        return err_setf(ERR_REGISTRY, "subscription %s left the registry", f->flow.subscription);
    TRY(format_get(r, f->flow.format, &format));
    TRY(flow_deliver_folder(config_text(CONFIG_FLOW_DIR), f->subscription->delivery, folder,
                            sizeof folder));
    snprintf(f->path, sizeof f->path, "%s/%s", folder, f->flow.name);
    TRY(db_settlement_of_flow(r->env->db, f->flow.id, &l.row, settlement_row, &l));
    c.settlements = l.items;
    c.n_settlements = l.n;
    TRY(flow_content_open(&c));
    source = flow_content_source(&c);
    TRY(flow_make(format, &c.frame, &source, folder, f->flow.name, &f->made));
    f->is_made = true;
    memcpy(f->flow.sha256, f->made.sha256.bytes, sizeof f->flow.sha256);
    f->flow.size = f->made.size;
out:
    return rc;
}

static enum err published_tx(struct db *db, void *cls)
{
    enum err rc = ERR_NONE;
    struct run_flow *f = cls;
    int64_t now_us;
    struct db_flow now;
    struct db_journal_row row;

    TRY(db_now(db, &now_us));
    for (int i = 0; f && i < RECORD_BATCH; i++, f = f->next) {
        TRY(db_flow_get(db, f->flow.id, &now));
        if (strcmp(now.state, "MADE") != 0) continue; /* another run was as far */
        f->flow.ver = now.ver;
        TRY(db_flow_set_published(db, &f->flow, now_us, f->path));
        db_journal_set(&row, "worker", "flow.published", "", "", "OK");
        row.object_id = f->flow.id;
        TRY(db_journal_add(db, &row, 1));
    }
out:
    return rc;
}

/* Of this run, and of one before that did not come as far. */
static enum err flows_read(struct running *r)
{
    enum err rc;
    struct flow_rows l = {.r = r};
    const char *only = r->run->subscription ? r->run->subscription : "";

    r->tail = &r->first;
    do {
        l.n = 0;
        TRY(db_flow_list(r->env->db, only, "MADE", l.row.id, LIST_PAGE, &l.row, flow_row, &l));
    } while (l.n == LIST_PAGE);
out:
    return rc;
}

static enum err published_record(struct running *r)
{
    enum err rc = ERR_NONE;
    struct run_flow *f = r->first;

    while (f) {
        TRY(db_tx_run(r->env->db, "flow.published", published_tx, f));
        for (int i = 0; f && i < RECORD_BATCH; i++)
            f = f->next;
    }
out:
    return rc;
}

/* All files are made and checked before the first is published; only then it is recorded. */
static enum err files_publish(struct running *r)
{
    enum err rc = ERR_NONE;

    TRY(flows_read(r));
    for (struct run_flow *f = r->first; f; f = f->next)
        TRY(flow_file_make(r, f));
    CRASHPOINT("S13.made");
    for (struct run_flow *f = r->first; f; f = f->next)
        TRY(flow_file_publish(&f->made.file, &f->made.sha256));
    CRASHPOINT("S13.renamed");
    TRY(published_record(r));
    CRASHPOINT("S13.post");
    for (struct run_flow *f = r->first; f; f = f->next) {
        r->run->flows++;
        log_event(LOG_INFO, "flow.published", LOG_TEXT("subscription", f->flow.subscription),
                  LOG_TEXT("flow", f->flow.message_id), LOG_INT("count", f->flow.count),
                  LOG_INT("cents", f->flow.total_cents));
        r->run->tell(r->run->cls, &f->flow, f->path);
    }
out:
    for (struct run_flow *f = r->first; f; f = f->next)
        if (f->is_made) flow_file_discard(&f->made.file);
    return rc;
}

/* The node's id stands in flow ids and causali: SEPA characters that no slash cuts. */
static enum err node_id_check(void)
{
    const char *id = config_text(CONFIG_HUB_NODE_ID);
    size_t len = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    if (len >= 1 && len <= NODE_ID_MAX && !id[len]) return ERR_NONE;
    return err_set(ERR_CONFIG, "hub.node_id: 1 to 10 letters, digits and hyphens expected");
}

enum err service_flow_run(struct env *env, struct service_flow_run *run)
{
    enum err rc;
    struct running r = {.env = env, .run = run, .arena = ARENA_INIT(RUN_MEMORY)};
    const struct registry *registry = env->registry;
    int lock = -1;

    run->flows = 0;
    if (run->subscription && !registry_subscription_find(registry, run->subscription))
        return err_setf(ERR_NOT_FOUND, "subscription %s", run->subscription);
    TRY(node_id_check());
    /* Two at once would take each other's unfinished files for what a killed run left. */
    TRY(flow_deliver_lock(config_text(CONFIG_FLOW_DIR), BUSY_WAIT_MS, &lock));
    TRY(service_settle(env, run->subscription, &run->settled));
    CRASHPOINT("S12.post");
    for (size_t i = 0; i < registry->n_subscriptions; i++) {
        const struct registry_subscription *s = &registry->subscriptions[i];

        if (!s->enabled || (run->subscription && strcmp(run->subscription, s->code) != 0)) continue;
        TRY(subscription_plan(&r, s));
    }
    CRASHPOINT("S12.planned");
    TRY(files_publish(&r));
out:
    for (size_t i = 0; i < r.n_formats; i++)
        flow_format_close(&r.formats[i].format);
    arena_free(&r.arena);
    flow_deliver_unlock(&lock);
    return rc;
}

enum err service_flow_verify(const char *path, const struct db_flow *flow)
{
    enum err rc;
    struct hash have, want;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0) return err_set(ERR_IO_READ, path);
    memcpy(want.bytes, flow->sha256, sizeof want.bytes);
    TRY(crypto_hash_fd(fd, &have));
    if (!crypto_hash_equal(&have, &want)) rc = err_set(ERR_FLOW_CHANGED, path);
out:
    close(fd);
    return rc;
}
