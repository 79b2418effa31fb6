/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/deliver.h"

#include "base/clock.h"
#include "base/config.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/metric.h"
#include "domain/text.h"
#include "service/journal.h"
#include "service/lane.h"
#include "soap/message.h"
#include "soap/receipt.h"

#include <stdio.h>
#include <string.h>

enum { PAYLOAD_MAX = 256 * 1024, ANSWER_MAX = 64 * 1024, TIMEOUT_DEFAULT_MS = 10000 };

struct claiming {
    struct db_outbox row;
    struct buf payload;
    const char *owner;
    bool may; /* its destination takes it now */
};

static enum err claim_tx(struct db *db, void *cls)
{
    enum err rc;
    struct claiming *c = cls;
    int64_t now_us;

    c->may = false;
    TRY(db_now(db, &now_us));
    TRY(db_outbox_pick(db, now_us, &c->row, &c->payload));
    if (!c->row.id) goto out;
    TRY(service_lane_enter_tx(db, &c->row, now_us, &c->may));
    if (c->may)
        TRY(db_outbox_claim(db, &c->row, c->owner, now_us + config_int(CONFIG_WORK_LEASE) * 1000));
out:
    return rc;
}

static const struct registry_destination *destination_find(const struct registry *registry,
                                                           const struct db_outbox *row)
{
    const struct registry_creditor *c = registry_creditor_find(registry, row->creditor);

    for (size_t i = 0; c && i < c->n_destinations; i++)
        if (!strcmp(c->destinations[i].code, row->destination)) return &c->destinations[i];
    return NULL;
}

/* Where the bytes go is today's registry; what they are was fixed with the payment. */
static enum err request_make(const struct env *env, const struct claiming *c,
                             struct net_http_request *q)
{
    const struct registry_destination *d = destination_find(env->registry, &c->row);
    const struct registry_station *s = NULL;

    if (!d || !d->enabled) return err_set(ERR_PEER_ADDRESS, "the destination is not enabled");
    *q = (struct net_http_request){.soap_action = c->row.kind,
                                   .content_type = "text/xml; charset=utf-8",
                                   .dedup_id = c->row.dedup_id,
                                   .body = c->payload.bytes,
                                   .body_len = c->payload.len,
                                   .answer_max = ANSWER_MAX};
    if (d->kind == DESTINATION_NOTIFY) {
        q->url = d->url;
        q->user = d->user && *d->user ? d->user : NULL;
        q->password = d->password;
        q->timeout_ms = d->timeout_ms;
    } else {
        s = registry_station_find(env->registry, d->station);
        if (!s || !s->enabled) return err_set(ERR_PEER_ADDRESS, "the station is not enabled");
        q->url = s->url;
        q->timeout_ms = s->timeout_ms;
    }
    if (q->timeout_ms <= 0) q->timeout_ms = TIMEOUT_DEFAULT_MS;
    return ERR_NONE;
}

static enum err answer_check(struct env *env, const struct db_outbox *row, int status,
                             const struct buf *answer)
{
    enum err rc = net_http_status(status);

    if (rc != ERR_NONE) return rc;
    if (!strcmp(row->kind, "notifyPayment"))
        return soap_notify_payment_read(env->soap, buf_str(answer), answer->len);
    return soap_pa_send_rt_read(env->soap, buf_str(answer), answer->len,
                                strcmp(row->kind, "paSendRTV2") ? 1 : 2);
}

static enum err send(struct env *env, struct net_http *http, const struct claiming *c,
                     struct buf *answer)
{
    enum err rc;
    struct net_http_request q;
    int status = 0;

    TRY(request_make(env, c, &q));
    TRY(net_http_post(http, &q, answer, &status));
    TRY(answer_check(env, &c->row, status, answer));
out:
    soap_message_reset(env->soap);
    return rc;
}

struct settling {
    struct lane_result lane;
    char error[200];
    struct db_journal_row line; /* each attempt has one */
    struct db_message *message; /* NULL: not kept */
};

static enum err line_tx(struct db *db, void *cls)
{
    const struct settling *s = cls;

    return db_journal_add(db, &s->line, 1);
}

static enum err message_tx(struct db *db, void *cls)
{
    return db_message_add(db, cls);
}

/* For itself: whatever is wrong with it, what became of the notification is noted. */
static void message_save(struct db *db, struct settling *s)
{
    enum err rc = s->message ? db_tx_run(db, "message", message_tx, s->message) : ERR_NONE;

    if (rc != ERR_NONE) log_err("message.keep", rc);
    err_clear();
}

static enum err settle_tx(struct db *db, void *cls)
{
    enum err rc;
    struct settling *s = cls;
    struct lane_result *r = &s->lane;
    int64_t now_us;

    TRY(db_now(db, &now_us));
    TRY(service_lane_leave_tx(db, r, now_us));
    TRY(db_outbox_settle(db, r->row, r->state, s->error, r->uncounted, now_us + r->wait_ms * 1000,
                         now_us));
    TRY(db_journal_add(db, &s->line, 1));
out:
    return rc;
}

/* Under a fence that another raised meanwhile nothing is noted but that it was sent: what becomes
 * of the notification, the other says [F50]. */
static enum err lost(struct db *db, struct settling *s)
{
    const struct db_outbox *o = s->lane.row;

    err_clear();
    log_event(LOG_WARN, "outbox.lease_lost", LOG_TEXT("ente", o->creditor),
              LOG_TEXT("destination", o->destination), LOG_INT("id", o->id),
              LOG_INT("payment", o->payment_id), LOG_INT("try", o->attempts));
    return db_tx_run(db, "outbox.line", line_tx, s);
}

static void line_set(struct settling *s, const struct exchange *exchange, enum err sent,
                     const struct buf *answer)
{
    const struct db_outbox *o = s->lane.row;
    char what[2 * sizeof s->error];

    db_journal_set(&s->line, "worker", o->kind, o->creditor, "",
                   sent == ERR_NONE ? "OK" : err_name(sent));
    s->line.object_id = o->payment_id;
    snprintf(what, sizeof what, "%s try %d%s%s", o->destination, o->attempts, *s->error ? ": " : "",
             s->error);
    text_copy(what, s->line.detail, sizeof s->line.detail);
    service_journal_exchange(&s->line, exchange, answer);
    s->message = service_message_make(MESSAGE_NOTIFICATIONS, exchange, answer);
}

static void note(const struct settling *s, enum err sent)
{
    const struct db_outbox *o = s->lane.row;
    const char *state = s->lane.state;

    metric_add(METRIC_OUTBOX_SENT, state, 1);
    if (sent == ERR_NONE) return;
    log_event(strcmp(state, "PARKED") ? LOG_WARN : LOG_ERROR,
              strcmp(state, "PARKED") ? "outbox.retry" : "outbox.parked",
              LOG_TEXT("ente", o->creditor), LOG_TEXT("destination", o->destination),
              LOG_INT("id", o->id), LOG_INT("payment", o->payment_id), LOG_INT("try", o->attempts),
              LOG_INT("next_ms", s->lane.wait_ms), LOG_TEXT("err", err_name(sent)),
              LOG_TEXT("why", s->error));
}

enum err service_deliver_next(struct env *env, struct net_http *http, const char *owner,
                              bool *out_any)
{
    enum err rc, sent;
    struct claiming c = {.payload = BUF_INIT(PAYLOAD_MAX), .owner = owner};
    struct settling s = {.lane = {.row = &c.row}};
    struct buf answer = BUF_INIT(ANSWER_MAX);
    struct exchange exchange;
    char why[2 * sizeof s.error];

    *out_any = false;
    TRY(db_tx_run(env->db, "outbox.claim", claim_tx, &c));
    if (!c.row.id) goto out;
    *out_any = true;
    if (!c.may) goto out;
    err_clear();
    CRASHPOINT("S9.post");
    exchange =
        (struct exchange){clock_id_new(), clock_monotonic_us(), c.payload.bytes, c.payload.len};
    sent = send(env, http, &c, &answer);
    CRASHPOINT("S10.post");
    s.lane.ok = sent == ERR_NONE;
    s.lane.away = sent != ERR_PEER_ANSWER;
    if (sent != ERR_NONE) {
        snprintf(why, sizeof why, "%s: %s", err_text(sent), err_detail()->field);
        text_mend(why, s.error, sizeof s.error); /* it may hold half a name of the peer's */
    }
    err_clear();
    line_set(&s, &exchange, sent, &answer);
    message_save(env->db, &s);
    rc = db_tx_run(env->db, "outbox.settle", settle_tx, &s);
    if (rc == ERR_DB_CONFLICT) {
        rc = lost(env->db, &s);
        goto out;
    }
    TRY(rc);
    note(&s, sent);
    if (s.lane.narrowed) TRY(service_lane_narrow(env->db, &c.row));
out:
    service_message_free(&s.message);
    buf_free(&answer);
    buf_free(&c.payload);
    return rc;
}
