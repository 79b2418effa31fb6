/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* gethostname */
#include "work/work.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "listen/server.h"
#include "service/message.h"
#include "work/internal.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SENDERS_MAX = 64 };

#define LEAP_US INT64_C(60000000)

/* What the keeper does besides sending: how often at least, and whether --once waits for it. */
static const struct {
    work_step_fn *step;
    int64_t every_us;
    bool once;
} chores[] = {
    {work_expire, 0, true},
    {work_sequence, 0, true},
    /* The farthest first: after days without a worker the newest line would leave behind what was
     * open when the last one ended. */
    {work_seal_day, INT64_C(3600000000), false},
    {work_seal_late, INT64_C(10000000), true},
    {work_seal, INT64_C(1000000), true},
    {work_seal_head, INT64_C(60000000), true},
    {work_reported, 0, true},
    {work_purge, INT64_C(60000000), false},
    {work_purge_messages, INT64_C(60000000), false},
    {work_gauge, INT64_C(5000000), false},
};

enum err work_hand_open(struct work *work, struct work_hand *out)
{
    enum err rc;

    memset(out, 0, sizeof *out);
    out->work = work;
    TRY(db_open(DB_ROLE_WORK, &out->db));
    TRY(net_http_open(&out->http));
    TRY(soap_message_open(&out->message));
out:
    if (rc != ERR_NONE) work_hand_close(out);
    return rc;
}

void work_hand_close(struct work_hand *hand)
{
    soap_message_close(&hand->message);
    net_http_close(&hand->http);
    db_close(&hand->db);
}

static void pause_ms(int64_t ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&t, NULL);
}

/* One step; an error is told, and reads as nothing to do: the tick is the wait before the next. */
static bool step(struct work_hand *hand, work_step_fn *fn)
{
    bool any = false;
    enum err rc;

    err_clear();
    rc = fn(hand, &any);
    if (rc == ERR_NONE) return any;
    log_err("work.step", rc);
    return false;
}

/* A database that is away at start is waited for, like one that goes away later. */
static bool hand_open_wait(struct work *work, struct work_hand *hand)
{
    while (!atomic_load(&work->stop)) {
        enum err rc = work_hand_open(work, hand);

        if (rc == ERR_NONE) return true;
        log_err("work.open", rc);
        err_clear();
        pause_ms(config_int(CONFIG_WORK_TICK));
    }
    return false;
}

static void *repeat(struct work *work, work_step_fn *fn)
{
    struct work_hand hand;

    if (!hand_open_wait(work, &hand)) return NULL;
    while (!atomic_load(&work->stop))
        if (!step(&hand, fn)) pause_ms(config_int(CONFIG_WORK_TICK));
    work_hand_close(&hand);
    return NULL;
}

static void *sender(void *cls)
{
    return repeat(cls, work_send);
}

/* A thread of its own: a big flow takes minutes, and tokens end meanwhile. */
static void *closer(void *cls)
{
    return repeat(cls, work_flow);
}

static enum err once(struct work *work)
{
    enum err rc;
    struct work_hand hand;
    bool any;

    TRY(work_hand_open(work, &hand));
    do {
        any = false;
        while (step(&hand, work_send))
            any = true;
        for (size_t i = 0; i < ARRAY_LEN(chores); i++)
            if (chores[i].once) any |= step(&hand, chores[i].step);
        any |= step(&hand, work_flow);
    } while (any);
    work_hand_close(&hand);
out:
    return rc;
}

/* Did the clock leap since the last look: set right, or of a machine that slept? */
static bool leapt(int64_t *offset_us)
{
    int64_t was_us = *offset_us;

    *offset_us = clock_wall_us() - clock_monotonic_us();
    return llabs(*offset_us - was_us) > LEAP_US;
}

/* The keeper's rounds. After a leap all is due at once: what was saved during it is a day behind
 * the newest line soon, where the seal does not reach. */
static void *keeper(void *cls)
{
    struct work *work = cls;
    struct work_hand hand;
    int64_t due_us[ARRAY_LEN(chores)] = {0}, offset_us = 0;

    if (!hand_open_wait(work, &hand)) return NULL;
    while (!atomic_load(&work->stop)) {
        for (size_t i = 0; i < ARRAY_LEN(chores); i++) {
            if (leapt(&offset_us)) {
                memset(due_us, 0, sizeof due_us);
                i = 0;
            }
            if (clock_monotonic_us() < due_us[i]) continue;
            while (step(&hand, chores[i].step) && !atomic_load(&work->stop))
                ;
            due_us[i] = clock_monotonic_us() + chores[i].every_us;
        }
        pause_ms(config_int(CONFIG_WORK_TICK));
    }
    work_hand_close(&hand);
    return NULL;
}

/* From the start on: one that comes before somebody waits for it is not lost, and is no death. */
static void signals_block(sigset_t *out)
{
    sigemptyset(out);
    sigaddset(out, SIGTERM);
    sigaddset(out, SIGINT);
    sigaddset(out, SIGHUP);
    pthread_sigmask(SIG_BLOCK, out, NULL);
}

/* Until SIGTERM or SIGINT: the metrics listener waits for them, or nobody but us. */
static enum err wait_signal(const struct work *work, const sigset_t *signals,
                            struct listen_server *metrics)
{
    int got;

    if (metrics) return listen_run(metrics);
    while (sigwait(signals, &got) == 0 && got == SIGHUP)
        work->hangup();
    return ERR_NONE;
}

static void on_hangup(void *cls)
{
    const struct work *work = cls;

    work->hangup();
}

static enum err run(struct work *work, const struct work_options *options, const sigset_t *signals,
                    struct listen_server *metrics)
{
    enum err rc;
    pthread_t threads[SENDERS_MAX + 2];
    int n = 0, wanted = 2 + (int)config_int(CONFIG_WORK_SENDERS);

    while (n < wanted && pthread_create(&threads[n], NULL,
                                        n == 0   ? keeper
                                        : n == 1 ? closer
                                                 : sender,
                                        work) == 0)
        n++;
    log_event(LOG_INFO, "work.start", LOG_TEXT("owner", work->owner), LOG_INT("threads", n));
    options->started(options->cls, metrics ? listen_metrics_port(metrics) : -1);
    rc = wait_signal(work, signals, metrics);
    atomic_store(&work->stop, true);
    while (n > 0)
        pthread_join(threads[--n], NULL);
    log_event(LOG_INFO, "work.stop", LOG_TEXT("owner", work->owner));
    return rc;
}

static enum err metrics_open(struct work *work, struct listen_server **out)
{
    const struct listen_options options = {.port = -1,
                                           .tls_port = -1,
                                           .loops = 1,
                                           .hangup = on_hangup,
                                           .hangup_cls = work,
                                           .metrics_address = config_text(CONFIG_METRICS_ADDRESS),
                                           .metrics_port =
                                               (int)config_int(CONFIG_WORK_METRICS_PORT)};

    return options.metrics_port < 0 ? ERR_NONE : listen_open(&options, out);
}

enum err work_run(const struct work_options *options)
{
    enum err rc;
    struct work work = {.hangup = options->hangup};
    struct db *db = NULL;
    struct listen_server *metrics = NULL;
    char host[40] = "";
    sigset_t signals;

    if (!options->once) signals_block(&signals);
    gethostname(host, sizeof host - 1);
    snprintf(work.owner, sizeof work.owner, "%s/%ld", host, (long)getpid());
    TRY(db_open(DB_ROLE_WORK, &db));
    TRY(db_check(db));
    TRY(service_message_init());
    TRY(service_registry_open(db, &work.registry));
    if (options->once) {
        TRY(once(&work));
        goto out;
    }
    TRY(metrics_open(&work, &metrics));
    TRY(run(&work, options, &signals, metrics));
out:
    listen_close(&metrics);
    service_registry_close(&work.registry);
    service_message_forget();
    db_close(&db);
    return rc;
}
