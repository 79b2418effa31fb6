/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/internal.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/metric.h"
#include "db/anomaly.h"
#include "db/flow.h"
#include "db/message.h"
#include "db/notice.h"
#include "db/outbox.h"
#include "db/reversal.h"
#include "db/station_call.h"
#include "domain/anomaly.h"
#include "service/deliver.h"
#include "service/expire.h"
#include "service/period.h"
#include "service/psp_flow.h"
#include "service/seal.h"
#include "service/sequence.h"
#include "service/settle.h"

enum { PURGE_BATCH = 1000, PURGE_MESSAGES = 200 };
#define PURGE_AFTER_US (INT64_C(86400) * 1000000)

enum err work_send(struct work_hand *hand, bool *out_any)
{
    enum err rc;
    const struct registry *registry = service_registry_current(hand->work->registry, hand->db);
    struct env env = {.db = hand->db, .registry = registry, .soap = hand->message};

    rc = service_deliver_next(&env, hand->http, hand->work->owner, out_any);
    service_registry_release(hand->work->registry, registry);
    return rc;
}

enum err work_expire(struct work_hand *hand, bool *out_any)
{
    return service_expire_next(hand->db, out_any);
}

enum err work_sequence(struct work_hand *hand, bool *out_any)
{
    return service_sequence_next(hand->db, hand->work->owner, out_any);
}

enum err work_seal(struct work_hand *hand, bool *out_any)
{
    return service_seal_next(hand->db, hand->work->owner, SEAL_REACH_US, out_any);
}

enum err work_seal_late(struct work_hand *hand, bool *out_any)
{
    return service_seal_next(hand->db, hand->work->owner, SEAL_REACH_LATE_US, out_any);
}

enum err work_seal_day(struct work_hand *hand, bool *out_any)
{
    return service_seal_next(hand->db, hand->work->owner, SEAL_REACH_DAY_US, out_any);
}

enum err work_seal_head(struct work_hand *hand, bool *out_any)
{
    *out_any = false;
    return service_seal_head(hand->db);
}

enum err work_flow(struct work_hand *hand, bool *out_any)
{
    enum err rc;
    bool failed;
    const struct registry *registry;
    struct env env = {.db = hand->db, .stop = &hand->work->stop};

    *out_any = false;
    if (clock_monotonic_us() < hand->rest_us) return ERR_NONE;
    registry = service_registry_current(hand->work->registry, hand->db);
    env.registry = registry;
    rc = service_period_next(&env, out_any, &failed);
    service_registry_release(hand->work->registry, registry);
    if (rc == ERR_NONE && failed)
        hand->rest_us = clock_monotonic_us() + config_int(CONFIG_WORK_BACKOFF) * 1000;
    return rc;
}

enum err work_reported(struct work_hand *hand, bool *out_any)
{
    return service_psp_flow_next(hand->db, out_any);
}

static enum err purge_tx(struct db *db, void *cls)
{
    enum err rc;
    int64_t now_us, calls, *keys = cls;

    TRY(db_now(db, &now_us));
    TRY(db_station_call_purge(db, now_us - PURGE_AFTER_US, PURGE_BATCH, &calls));
    TRY(db_key_purge(db, now_us - PURGE_AFTER_US, PURGE_BATCH, keys));
out:
    return rc;
}

enum err work_purge(struct work_hand *hand, bool *out_any)
{
    enum err rc;
    int64_t rows = 0;

    TRY(db_tx_run(hand->db, "purge", purge_tx, &rows));
    *out_any = rows == PURGE_BATCH;
out:
    return rc;
}

static enum err messages_tx(struct db *db, void *cls)
{
    return db_message_purge(db, PURGE_MESSAGES, cls);
}

enum err work_purge_messages(struct work_hand *hand, bool *out_any)
{
    enum err rc;
    int64_t rows = 0;

    TRY(db_tx_run(hand->db, "purge.messages", messages_tx, &rows));
    *out_any = rows == PURGE_MESSAGES;
out:
    return rc;
}

static enum err unowned_count(struct work_hand *hand, int64_t *out_accounts)
{
    enum err rc;
    const struct registry *registry = service_registry_current(hand->work->registry, hand->db);
    struct env env = {.db = hand->db, .registry = registry};

    rc = service_settle_unowned(&env, out_accounts);
    service_registry_release(hand->work->registry, registry);
    return rc;
}

struct open_row {
    struct db_anomaly_open row;
    int64_t oldest_s;
};

static enum err open_row(void *cls)
{
    struct open_row *o = cls;

    metric_set(METRIC_ANOMALIES, o->row.kind, o->row.count);
    if (o->row.oldest_s > o->oldest_s) o->oldest_s = o->row.oldest_s;
    return ERR_NONE;
}

/* A kind of which none is open any longer says 0. */
static enum err anomalies_gauge(struct db *db)
{
    enum err rc;
    struct open_row o = {.oldest_s = 0};

    for (size_t i = 0; i < anomaly_n_kinds; i++)
        metric_set(METRIC_ANOMALIES, anomaly_kinds[i].name, 0);
    TRY(db_anomaly_open(db, &o.row, open_row, &o));
    metric_set(METRIC_ANOMALY_AGE, NULL, o.oldest_s);
out:
    return rc;
}

static enum err reversals_gauge(struct db *db)
{
    enum err rc;
    int64_t entries, cents, oldest_s;

    TRY(db_reversal_waiting(db, &entries, &cents, &oldest_s));
    metric_set(METRIC_REVERSAL_AGE, NULL, oldest_s);
    metric_set(METRIC_REVERSAL_CENTS, NULL, cents);
out:
    return rc;
}

enum err work_gauge(struct work_hand *hand, bool *out_any)
{
    enum err rc;
    int64_t age, reported_age, parked, lanes, p50_us, p95_us, unsettled_age, flow_age, unowned;

    *out_any = false;
    TRY(db_outbox_age(hand->db, &age, &parked, &lanes));
    TRY(db_settlement_age(hand->db, &unsettled_age));
    TRY(db_flow_age(hand->db, &flow_age));
    TRY(db_psp_flow_age(hand->db, &reported_age));
    TRY(unowned_count(hand, &unowned));
    TRY(anomalies_gauge(hand->db));
    TRY(reversals_gauge(hand->db));
    metric_set(METRIC_PSP_FLOW_AGE, NULL, reported_age);
    metric_set(METRIC_OUTBOX_AGE, NULL, age);
    metric_set(METRIC_OUTBOX_PARKED, NULL, parked);
    metric_set(METRIC_OUTBOX_LANES, NULL, lanes);
    TRY(db_outbox_delivered(hand->db, &p50_us, &p95_us));
    metric_set(METRIC_OUTBOX_TIME, "0.5", p50_us);
    metric_set(METRIC_OUTBOX_TIME, "0.95", p95_us);
    metric_set(METRIC_UNSETTLED_AGE, NULL, unsettled_age);
    metric_set(METRIC_UNOWNED, NULL, unowned);
    metric_set(METRIC_FLOW_AGE, NULL, flow_age);
out:
    return rc;
}
