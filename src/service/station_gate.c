/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/station_gate.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metric.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A station whose calls take no longer is waited for at its cap, for as long at most: a moment's
 * crowd is no fault of its payers'. */
#define FAST_US INT64_C(250000)

/* A station that is being called, or failed last; else there is none. */
struct station_lane {
    struct station_lane *next;
    char station[36];
    int calls, failures, waiting;
    int64_t moved_us;  /* when a call last ended, or the first began */
    int64_t took_us;   /* the one that ended last */
    enum outcome last; /* of the failures */
};

struct station_gate {
    pthread_mutex_t mutex;
    pthread_cond_t left; /* some call ended */
    struct station_lane *lanes;
    int calls, calls_max; /* of all stations */
};

enum err station_gate_open(int workers, struct station_gate **out)
{
    struct station_gate *g = calloc(1, sizeof *g);
    pthread_condattr_t monotonic;

    if (!g) return err_set(ERR_MEMORY, "stations");
    pthread_mutex_init(&g->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&g->left, &monotonic);
    pthread_condattr_destroy(&monotonic);
    g->calls_max = workers - (workers + 3) / 4;
    if (g->calls_max < 1) g->calls_max = 1;
    *out = g;
    return ERR_NONE;
}

void station_gate_close(struct station_gate **gate)
{
    struct station_lane *next;

    if (!*gate) return;
    for (struct station_lane *l = (*gate)->lanes; l; l = next) {
        next = l->next;
        free(l);
    }
    pthread_cond_destroy(&(*gate)->left);
    pthread_mutex_destroy(&(*gate)->mutex);
    free(*gate);
    *gate = NULL;
}

static struct station_lane **lane_find(struct station_gate *g, const char *station)
{
    struct station_lane **at = &g->lanes;

    while (*at && strcmp((*at)->station, station) != 0)
        at = &(*at)->next;
    return at;
}

static bool is_narrow(const struct station_lane *l)
{
    return l->failures >= config_int(CONFIG_WORK_BREAKER);
}

/* The first that forbids it; OUTCOME_OK: none. */
static enum outcome judge(const struct station_gate *g, const struct station_lane *l)
{
    if (is_narrow(l) && l->calls > 0) return l->last;
    if (l->calls >= config_int(CONFIG_SERVE_STATION_WORKERS)) return OUTCOME_STAZIONE_TIMEOUT;
    return g->calls < g->calls_max ? OUTCOME_OK : OUTCOME_STAZIONE_TIMEOUT;
}

static bool is_fast(const struct station_lane *l)
{
    return l->took_us < FAST_US && clock_monotonic_us() - l->moved_us < FAST_US;
}

/* Until it is let in, or is no longer fast. */
static enum outcome wait_at_cap(struct station_gate *g, struct station_lane *l)
{
    enum outcome o = judge(g, l);
    int64_t until_us = clock_monotonic_us() + FAST_US;
    const struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};

    l->waiting++;
    while (o != OUTCOME_OK && !is_narrow(l) && is_fast(l))
        if (pthread_cond_timedwait(&g->left, &g->mutex, &until) == 0)
            o = judge(g, l);
        else
            break;
    l->waiting--;
    return o;
}

enum err station_gate_enter(struct station_gate *g, const char *station,
                            struct station_lane **out_lane, enum outcome *out_outcome)
{
    struct station_lane **at, *l;

    *out_lane = NULL;
    pthread_mutex_lock(&g->mutex);
    at = lane_find(g, station);
    if (!*at && (*at = calloc(1, sizeof **at)))
        snprintf((*at)->station, sizeof(*at)->station, "%s", station);
    l = *at;
    if (l) *out_outcome = wait_at_cap(g, l);
    if (l && *out_outcome == OUTCOME_OK) {
        if (l->calls == 0) l->moved_us = clock_monotonic_us();
        l->calls++;
        g->calls++;
        *out_lane = l;
    }
    pthread_mutex_unlock(&g->mutex);
    return l ? ERR_NONE : err_set(ERR_MEMORY, "stations");
}

/* Under the lock, whenever a lane became narrow or no longer is. */
static void failing_count(const struct station_gate *g)
{
    int n = 0;

    for (const struct station_lane *l = g->lanes; l; l = l->next)
        n += is_narrow(l);
    metric_set(METRIC_STATIONS_FAILING, NULL, n);
}

/* Under the lock. A lane that says nothing any more is dropped. */
static void lane_settle(struct station_gate *g, struct station_lane *l)
{
    if (l->calls > 0 || l->failures > 0 || l->waiting > 0) return;
    *lane_find(g, l->station) = l->next;
    free(l);
}

void station_gate_leave(struct station_gate *g, struct station_lane *l, int64_t took_us,
                        enum outcome outcome)
{
    bool failed =
        outcome == OUTCOME_STAZIONE_IRRAGGIUNGIBILE || outcome == OUTCOME_STAZIONE_TIMEOUT;
    bool was_narrow;

    pthread_mutex_lock(&g->mutex);
    was_narrow = is_narrow(l);
    l->calls--;
    g->calls--;
    l->moved_us = clock_monotonic_us();
    l->took_us = took_us;
    if (failed) l->last = outcome;
    if (!failed)
        l->failures = 0;
    else if (!was_narrow)
        l->failures++;
    if (is_narrow(l) != was_narrow) {
        log_event(was_narrow ? LOG_INFO : LOG_ERROR,
                  was_narrow ? "station.answers" : "station.failing",
                  LOG_TEXT("station", l->station), LOG_INT("failures", l->failures));
        failing_count(g);
    }
    pthread_cond_broadcast(&g->left);
    lane_settle(g, l);
    pthread_mutex_unlock(&g->mutex);
}

void station_gate_follow(struct station_gate *g, const struct registry *registry)
{
    const struct registry_station *station;
    struct station_lane *next;
    bool forgot = false;

    pthread_mutex_lock(&g->mutex);
    for (struct station_lane *l = g->lanes; l; l = next) {
        next = l->next;
        station = registry_station_find(registry, l->station);
        if (l->failures == 0 || (station && station->enabled && !station->hosted)) continue;
        log_event(LOG_INFO, "station.left", LOG_TEXT("station", l->station));
        l->failures = 0;
        lane_settle(g, l);
        forgot = true;
    }
    if (forgot) failing_count(g);
    pthread_mutex_unlock(&g->mutex);
}
