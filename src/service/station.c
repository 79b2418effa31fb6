/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/station.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "domain/text.h"
#include "net/http.h"
#include "service/station_gate.h"
#include "service/station_judge.h"

#include <stdio.h>
#include <stdlib.h>

enum { REQUEST_MAX = 64 * 1024, ANSWER_MAX = 256 * 1024, TIMEOUT_DEFAULT_MS = 10000 };

struct service_stations {
    struct xml_schema *schema; /* of what they answer, shared read-only */
    struct station_gate *gate;
};

enum err service_stations_open(const char *share, int workers, struct service_stations **out)
{
    enum err rc;
    struct service_stations *s = calloc(1, sizeof *s);
    char path[1024];

    if (!s) return err_set(ERR_MEMORY, "stations");
    snprintf(path, sizeof path, "%s/wsdl/node/paForNode.xsd", share);
    TRY(xml_schema_open(path, &s->schema));
    TRY(station_gate_open(workers, &s->gate));
    *out = s;
    s = NULL;
out:
    service_stations_close(&s);
    return rc;
}

void service_stations_close(struct service_stations **stations)
{
    if (!*stations) return;
    station_gate_close(&(*stations)->gate);
    xml_schema_close(&(*stations)->schema);
    free(*stations);
    *stations = NULL;
}

void service_stations_follow(struct service_stations *stations, const struct registry *registry)
{
    station_gate_follow(stations->gate, registry);
}

struct station_call service_station_call_begin(const struct registry_station *station,
                                               const char *operation, const char *answers)
{
    return (struct station_call){.station = station,
                                 .operation = operation,
                                 .answers = answers,
                                 .request = BUF_INIT(REQUEST_MAX),
                                 .answer = BUF_INIT(ANSWER_MAX)};
}

void service_station_call_free(struct station_call *call)
{
    buf_free(&call->request);
    buf_free(&call->answer);
}

static enum err carry(struct env *env, struct station_call *call)
{
    enum err rc;
    const struct registry_station *s = call->station;
    int status = 0;
    const struct net_http_request q = {
        .url = s->url,
        .soap_action = call->operation,
        .content_type = "text/xml; charset=utf-8",
        .body = call->request.bytes,
        .body_len = call->request.len,
        .timeout_ms = s->timeout_ms > 0 ? s->timeout_ms : TIMEOUT_DEFAULT_MS,
        .answer_max = ANSWER_MAX,
    };

    TRY(net_http_post(env->http, &q, &call->answer, &status));
    TRY(net_http_status(status));
out:
    return rc;
}

/* A peer's error as what it is answered as; false: the error is ours. */
static bool outcome_of(enum err err, enum outcome *out)
{
    static const struct {
        enum err err;
        enum outcome outcome;
    } table[] = {
        {ERR_NONE, OUTCOME_OK},
        {ERR_PEER_ADDRESS, OUTCOME_STAZIONE_IRRAGGIUNGIBILE},
        {ERR_PEER_CONNECT, OUTCOME_STAZIONE_IRRAGGIUNGIBILE},
        {ERR_PEER_TLS, OUTCOME_STAZIONE_IRRAGGIUNGIBILE},
        {ERR_PEER_LOST, OUTCOME_STAZIONE_IRRAGGIUNGIBILE},
        {ERR_TLS_FILE, OUTCOME_STAZIONE_IRRAGGIUNGIBILE},
        {ERR_PEER_TIMEOUT, OUTCOME_STAZIONE_TIMEOUT},
        {ERR_PEER_ANSWER, OUTCOME_STAZIONE_ERRORE},
    };

    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (table[i].err != err) continue;
        *out = table[i].outcome;
        return true;
    }
    return false;
}

static void tell(const struct station_call *call, enum err err)
{
    char why[sizeof err_detail()->field];

    text_mend(err_detail()->field, why, sizeof why); /* it may hold half a name of the peer's */
    log_event(LOG_WARN, "station.failed", LOG_TEXT("station", call->station->code),
              LOG_TEXT("operation", call->operation), LOG_TEXT("err", err_name(err)),
              LOG_TEXT("why", why));
    err_clear();
}

void service_station_broken(const struct station_call *call)
{
    tell(call, ERR_PEER_ANSWER);
}

enum err service_station_call(struct env *env, struct station_call *call, enum outcome *out_outcome)
{
    enum err rc, asked;
    struct station_lane *lane;
    char label[64];
    int64_t took_us;

    TRY(station_gate_enter(env->stations->gate, call->station->code, &lane, out_outcome));
    if (lane) {
        call->exchange = (struct exchange){clock_id_new(), clock_monotonic_us(),
                                           call->request.bytes, call->request.len};
        err_clear();
        asked = carry(env, call);
        if (asked == ERR_NONE)
            asked = station_judge_message(env->stations->schema, buf_str(&call->answer),
                                          call->answer.len, call->answers);
        if (!outcome_of(asked, out_outcome)) rc = asked;
        took_us = clock_monotonic_us() - call->exchange.started_us;
        station_gate_leave(env->stations->gate, lane, took_us, *out_outcome);
        TRY(rc);
        if (asked != ERR_NONE) tell(call, asked);
        metric_observe_us(METRIC_STATION_TIME, call->operation, took_us);
    }
    snprintf(label, sizeof label, "%.30s:%.30s", call->operation, outcome_name(*out_outcome));
    metric_add(METRIC_STATION, label, 1);
out:
    return rc;
}
