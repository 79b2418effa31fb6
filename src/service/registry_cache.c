/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_cache.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/registry.h"
#include "service/registry.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LOOK_US = 1000000, SWITCHES_MAX = 1 << 20 };

/* A loaded registry; freed when it is not the current one and nobody holds it. */
struct snapshot {
    struct registry *registry;
    unsigned long holders;
    struct snapshot *older;
};
struct service_registry {
    pthread_mutex_t lock;
    struct snapshot *current; /* and, behind it, older ones that are still held */
    struct buf switches;      /* those applied to current: changed by the looker only */
    int64_t looked_us;
    bool looking;
};

static void snapshot_free(struct snapshot *s)
{
    registry_free(&s->registry);
    free(s);
}

/* Forget older ones that nobody holds. Under lock. */
static void sweep(struct snapshot *current)
{
    struct snapshot **at = &current->older;

    while (*at != NULL) {
        struct snapshot *s = *at;

        if (s->holders > 0) {
            at = &s->older;
            continue;
        }
        *at = s->older;
        snapshot_free(s);
    }
}

/* NULL with *out_rc when it cannot be loaded. */
static struct snapshot *load(struct db *db, enum err *out_rc)
{
    struct snapshot *s = calloc(1, sizeof *s);

    if (s == NULL) {
        *out_rc = err_set(ERR_MEMORY, "the registry");
        return NULL;
    }
    *out_rc = service_registry_load(db, &s->registry);
    if (*out_rc == ERR_NONE) return s;
    free(s);
    return NULL;
}

enum err service_registry_open(struct db *db, struct service_registry **out)
{
    struct service_registry *cache = calloc(1, sizeof *cache);
    int64_t version;
    enum err rc;

    if (cache == NULL) return err_set(ERR_MEMORY, "the registry");
    (void)pthread_mutex_init(&cache->lock, NULL);
    cache->switches = (struct buf)BUF_INIT(SWITCHES_MAX);
    /* State first: what changes between the two is seen as a change at the next look. */
    TRY(db_registry_state(db, &version, &cache->switches));
    cache->current = load(db, &rc);
    if (cache->current == NULL) goto out;
    cache->looked_us = clock_monotonic_us();
    *out = cache;
    cache = NULL;
out:
    service_registry_close(&cache);
    return rc;
}

void service_registry_close(struct service_registry **cache)
{
    struct service_registry *c = *cache;

    if (c == NULL) return;
    while (c->current != NULL) {
        struct snapshot *s = c->current;

        c->current = s->older;
        snapshot_free(s);
    }
    buf_free(&c->switches);
    (void)pthread_mutex_destroy(&c->lock);
    free(c);
    *cache = NULL;
}

/* Load anew when the database's state is not the one that was loaded. Only one thread at a time is
 * in here: it alone changes current and switches. */
static enum err look(struct service_registry *cache, struct db *db)
{
    struct buf switches = BUF_INIT(SWITCHES_MAX), swap;
    struct snapshot *fresh = NULL;
    int64_t version;
    enum err rc;

    TRY(db_registry_state(db, &version, &switches));
    if (version == cache->current->registry->version &&
        strcmp(buf_str(&switches), buf_str(&cache->switches)) == 0)
        goto out;
    fresh = load(db, &rc);
    if (fresh == NULL) goto out;
    (void)pthread_mutex_lock(&cache->lock);
    fresh->older = cache->current;
    cache->current = fresh;
    sweep(cache->current);
    (void)pthread_mutex_unlock(&cache->lock);
    swap = cache->switches;
    cache->switches = switches;
    switches = swap;
    log_event(LOG_INFO, "registry.loaded", LOG_INT("version", fresh->registry->version));
out:
    buf_free(&switches);
    return rc;
}

/* Is it this caller's turn to look? */
static bool turn_take(struct service_registry *cache)
{
    int64_t now_us = clock_monotonic_us();
    bool mine;

    (void)pthread_mutex_lock(&cache->lock);
    mine = !cache->looking && now_us - cache->looked_us >= LOOK_US;
    if (mine) cache->looking = true;
    (void)pthread_mutex_unlock(&cache->lock);
    return mine;
}

static void turn_end(struct service_registry *cache)
{
    (void)pthread_mutex_lock(&cache->lock);
    cache->looked_us = clock_monotonic_us();
    cache->looking = false;
    (void)pthread_mutex_unlock(&cache->lock);
}

const struct registry *service_registry_current(struct service_registry *cache, struct db *db)
{
    const struct registry *registry;

    if (turn_take(cache)) {
        enum err rc = look(cache, db);

        if (rc != ERR_NONE) log_err("registry.not_loaded", rc);
        err_clear();
        turn_end(cache);
    }
    (void)pthread_mutex_lock(&cache->lock);
    cache->current->holders++;
    registry = cache->current->registry;
    (void)pthread_mutex_unlock(&cache->lock);
    return registry;
}

void service_registry_release(struct service_registry *cache, const struct registry *registry)
{
    struct snapshot *s;

    if (registry == NULL) return;
    (void)pthread_mutex_lock(&cache->lock);
    s = cache->current;
    while (s != NULL && s->registry != registry)
        s = s->older;
    if (s != NULL) {
        s->holders--;
        sweep(cache->current);
    }
    (void)pthread_mutex_unlock(&cache->lock);
}
