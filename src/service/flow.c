/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/flow.h"

#include "base/config.h"
#include "base/crash.h"
#include "base/log.h"
#include "db/journal.h"
#include "domain/period.h"
#include "flow/deliver.h"
#include "service/flow_frame.h"
#include "service/flow_hold.h"
#include "service/flow_plan.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    RUN_MEMORY = 64 * 1024 * 1024,
    LIST_PAGE = 100,
    RECORD_BATCH = 100, /* flows that one transaction says are published [R13] */
    NODE_ID_MAX = 10,
    BUSY_WAIT_MS = 300000
};

/* A flow of this run: its row, its file while that is unfinished, where it will be. */
struct run_flow {
    struct run_flow *next;
    const struct registry_subscription *subscription;
    struct db_flow flow;
    struct flow_made made;
    char path[FLOW_NAME_SIZE + 1024];
    bool is_made;
};

/* A format that this run opened. */
struct run_format {
    struct run_format *next;
    char name[36];
    struct flow_format *format;
};

struct running {
    struct env *env;
    struct service_flow_run *run;
    struct arena arena;
    struct run_format *formats;
    struct run_flow *first, **tail;
};

enum err service_flow_format(const char *name, struct flow_format **out)
{
    char dir[1024], lib[1024];

    snprintf(dir, sizeof dir, "%s/xslt/flow/%s", config_text(CONFIG_HUB_SHARE), name);
    snprintf(lib, sizeof lib, "%s/xslt/lib", config_text(CONFIG_HUB_SHARE));
    return flow_format_open(dir, lib, out);
}

const char *service_flow_misfit(const char *name, enum flow_audience audience, bool empty)
{
    struct flow_format *format = NULL;
    enum err rc = service_flow_format(name, &format);
    const char *why = "";

    if (rc == ERR_IO_READ)
        why = "no such format is installed";
    else if (rc == ERR_NONE && format->audience != audience)
        why = "it is no format for such a party";
    else if (rc == ERR_NONE && empty && !format->empty)
        why = "empty=\"yes\", but a file of it cannot be without records";
    err_clear();
    flow_format_close(&format);
    return why;
}

static enum err format_get(struct running *r, const char *name, struct flow_format **out)
{
    enum err rc;
    struct run_format *f = r->formats;

    while (f && strcmp(f->name, name) != 0)
        f = f->next;
    if (f) {
        *out = f->format;
        return ERR_NONE;
    }
    f = arena_alloc(&r->arena, sizeof *f);
    if (!f) return err_set(ERR_LIMIT, "formats");
    TRY(service_flow_format(name, &f->format));
    snprintf(f->name, sizeof f->name, "%s", name);
    f->next = r->formats;
    r->formats = f;
    *out = f->format;
out:
    return rc;
}

static enum err subscription_plan(struct running *r, const struct registry_subscription *s)
{
    enum err rc;
    struct flow_format *format;
    const struct db_period *period = r->run->period;
    struct flow_planning p = {.env = r->env, .subscription = s};

    if (period && !strcmp(period->subscription, s->code)) p.period = period;
    TRY(format_get(r, s->format, &format));
    p.format = format;
    TRY(flow_plan(&p));
out:
    return rc;
}

/* Does an Ente's subscription go with the one of this run: does that settle its money? */
static bool follows(const struct running *r, const struct registry_subscription *s)
{
    const struct registry_creditor *c = registry_creditor_find(r->env->registry, s->party);
    struct period p;

    if (!c || period_parse(s->period, &p) != ERR_NONE || p.kind != PERIOD_FOLLOW) return false;
    for (size_t i = 0; i < c->n_accounts; i++) {
        const struct registry_subscription *driver =
            service_settle_driver(r->env->registry, c->code, c->accounts[i].iban);

        if (driver && !strcmp(driver->code, r->run->subscription)) return true;
    }
    return false;
}

static bool wanted(const struct running *r, const struct registry_subscription *s)
{
    return !r->run->subscription || !strcmp(r->run->subscription, s->code) || follows(r, s);
}

/* What cannot be made for an Ente is left for the next run, and holds nobody else's money up [I12]:
 * its own format, or the folder of its files, is at fault. What a run is for must be made. */
static enum err left_out(struct running *r, const struct registry_subscription *s, enum err failed)
{
    if (failed == ERR_NONE || !s || s->audience != FLOW_AUDIENCE_ENTE ||
        err_class(failed) == ERR_CLASS_TRANSIENT ||
        (r->run->subscription && !strcmp(r->run->subscription, s->code)))
        return failed;
    log_event(LOG_ERROR, "flow.left_out", LOG_TEXT("subscription", s->code));
    log_err("flow.left_out", failed);
    err_clear();
    r->run->left_out++;
    return ERR_NONE;
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
    struct running *r = l->r;
    const struct registry_subscription *s =
        registry_subscription_find(r->env->registry, l->row.subscription);
    struct run_flow *f;

    l->n++;
    if (s && !s->enabled) return ERR_NONE; /* it waits, as what would follow it does */
    /* Another's flow that cannot be made is not in the way of this run's. */
    if (r->run->subscription && (!s || !wanted(r, s))) return ERR_NONE;
    f = arena_alloc(&r->arena, sizeof *f);
    if (!f) return err_set(ERR_LIMIT, "flows of a run");
    f->flow = l->row;
    f->subscription = s;
    *l->r->tail = f;
    l->r->tail = &f->next;
    return ERR_NONE;
}

/* Did a run that was cut off put it in place? It stays as it is, whatever registry and sheet would
 * make now [F14]. */
static bool flow_file_is_there(const struct db_flow *flow, const char *folder)
{
    struct hash want;
    bool there;

    if (flow->size == 0) return false; /* it was not written yet */
    memcpy(want.bytes, flow->sha256, sizeof want.bytes);
    there = flow_file_check(folder, flow->name, &want) == ERR_NONE;
    err_clear();
    return there;
}

static enum err flow_file_make(struct running *r, struct run_flow *f)
{
    enum err rc;
    struct flow_format *format;
    char folder[1024];

    if (!f->subscription)
        return err_setf(ERR_REGISTRY, "subscription %s left the registry", f->flow.subscription);
    TRY(format_get(r, f->flow.format, &format));
    TRY(flow_deliver_folder(config_text(CONFIG_FLOW_DIR), f->subscription->delivery, folder,
                            sizeof folder));
    snprintf(f->path, sizeof f->path, "%s/%s", folder, f->flow.name);
    if (flow_file_is_there(&f->flow, folder)) goto out;
    TRY(flow_content_make(r->env, &f->flow, format, folder, &f->made));
    f->is_made = true;
    memcpy(f->flow.sha256, f->made.sha256.bytes, sizeof f->flow.sha256);
    f->flow.size = f->made.size;
    f->flow.registry = r->env->registry->version;
out:
    return rc;
}

static enum err written_tx(struct db *db, void *cls)
{
    enum err rc = ERR_NONE;
    struct run_flow *f = cls;
    struct db_flow now;

    for (int i = 0; f && i < RECORD_BATCH; i++, f = f->next) {
        if (!f->is_made) continue;
        TRY(db_flow_get(db, f->flow.id, &now));
        if (strcmp(now.state, "MADE") != 0) continue; /* another run was as far */
        f->flow.ver = now.ver;
        TRY(db_flow_set_written(db, &f->flow));
    }
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
    struct hash hash;

    TRY(db_now(db, &now_us));
    for (int i = 0; f && i < RECORD_BATCH; i++, f = f->next) {
        TRY(db_flow_get(db, f->flow.id, &now));
        if (strcmp(now.state, "MADE") != 0) continue; /* another run was as far */
        f->flow.ver = now.ver;
        TRY(db_flow_set_published(db, &f->flow, now_us, f->path));
        db_journal_set(&row, "worker", "flow.published", "", "", "OK");
        row.object_id = f->flow.id;
        memcpy(hash.bytes, f->flow.sha256, sizeof hash.bytes);
        crypto_hash_hex(&hash, row.detail); /* what the audit compares it with, for ever [I8] */
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

    r->tail = &r->first;
    do {
        l.n = 0;
        TRY(db_flow_list(r->env->db, "", "MADE", l.row.id, LIST_PAGE, &l.row, flow_row, &l));
    } while (l.n == LIST_PAGE);
out:
    return rc;
}

static enum err record(struct running *r, const char *name,
                       enum err (*tx)(struct db *db, void *cls))
{
    enum err rc = ERR_NONE;
    struct run_flow *f = r->first;

    while (f) {
        TRY(db_tx_run(r->env->db, name, tx, f));
        for (int i = 0; f && i < RECORD_BATCH; i++)
            f = f->next;
    }
out:
    return rc;
}

/* Those that could be made stay in the list. */
static enum err files_make(struct running *r)
{
    enum err rc = ERR_NONE;

    for (struct run_flow *f, **at = &r->first; (f = *at);) {
        const int64_t before = r->run->left_out;

        TRY(env_go_on(r->env)); /* from here on it is quick */
        TRY(left_out(r, f->subscription, flow_file_make(r, f)));
        if (r->run->left_out > before)
            *at = f->next;
        else
            at = &f->next;
    }
out:
    return rc;
}

/* All files are made and checked before the first is published. What each is, is recorded before it
 * is in place, so that the next run knows it for ours [I7]; that it is, only then. */
static enum err files_publish(struct running *r)
{
    enum err rc = ERR_NONE;

    TRY(flows_read(r));
    TRY(files_make(r));
    CRASHPOINT("S13.made");
    TRY(record(r, "flow.written", written_tx));
    CRASHPOINT("S13.written");
    for (struct run_flow *f = r->first; f; f = f->next)
        if (f->is_made) TRY(flow_file_publish(&f->made.file, &f->made.sha256));
    CRASHPOINT("S13.renamed");
    TRY(record(r, "flow.published", published_tx));
    CRASHPOINT("S13.post");
    for (struct run_flow *f = r->first; f; f = f->next) {
        TRY(db_flow_get(r->env->db, f->flow.id, &f->flow)); /* as it is now */
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

/* @param code  NULL: all are meant */
static enum err subscription_check(const struct registry *registry, const char *code)
{
    const struct registry_subscription *s =
        code ? registry_subscription_find(registry, code) : NULL;

    if (!code || (s && s->enabled)) return ERR_NONE;
    if (!s) return err_setf(ERR_NOT_FOUND, "subscription %s", code);
    return err_setf(ERR_DATA, "subscription %s: it is disabled, or its bank is", code);
}

enum err service_flow_run(struct env *env, struct service_flow_run *run)
{
    enum err rc;
    struct running r = {.env = env, .run = run, .arena = ARENA_INIT(RUN_MEMORY)};
    const struct registry *registry = env->registry;
    int lock = -1;

    run->flows = run->left_out = 0;
    TRY(subscription_check(registry, run->subscription));
    TRY(node_id_check());
    TRY(service_flow_held(env->db));
    /* Two at once would take each other's unfinished files for what a killed run left. */
    TRY(flow_deliver_lock(config_text(CONFIG_FLOW_DIR), run->period ? 0 : BUSY_WAIT_MS, &lock));
    TRY(service_settle(env, run->subscription, run->period ? run->period->cut_off_us : 0,
                       &run->settled));
    CRASHPOINT("S12.post");
    for (size_t i = 0; i < registry->n_subscriptions; i++) {
        const struct registry_subscription *s = &registry->subscriptions[i];

        if (s->enabled && wanted(&r, s)) TRY(left_out(&r, s, subscription_plan(&r, s)));
    }
    CRASHPOINT("S12.planned");
    TRY(files_publish(&r));
out:
    for (struct run_format *f = r.formats; f; f = f->next)
        flow_format_close(&f->format);
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
