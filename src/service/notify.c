/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/notify.h"

#include "db/told.h"
#include "domain/calendar.h"
#include "soap/receipt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 256 * 1024 };

static const char *const kind_names[] = {
    [DESTINATION_PA_SEND_RT] = "paSendRT",
    [DESTINATION_PA_SEND_RT_V2] = "paSendRTV2",
    [DESTINATION_NOTIFY] = "notifyPayment",
};

static const char *name_or(const char *name, const char *otherwise)
{
    return name && *name ? name : otherwise;
}

/* Who collected elsewhere: the registry need not know them. */
static void told_fill(const struct db_told *told, struct soap_receipt *r)
{
    r->psp_name = told->psp_name;
    r->psp_fiscal_code = told->psp_fiscal_code;
    r->psp_vat = told->psp_vat;
    r->channel_kind = "national-node";
    r->channel_text = told->channel_description;
}

int64_t service_notify_paid_us(const struct db_payment *p)
{
    return p->told && p->told->paid_us ? p->told->paid_us : p->closed_us;
}

void service_notify_fill(const struct env *env, const struct db_payment *p,
                         const struct db_notice *n, struct soap_receipt *r)
{
    const struct registry_creditor *creditor = registry_creditor_find(env->registry, p->creditor);
    const struct registry_psp *psp = registry_psp_find(env->registry, p->psp);
    const struct registry_channel *channel = registry_channel_find(env->registry, p->channel);

    *r = (struct soap_receipt){0};
    r->token = p->token;
    r->creditor = p->creditor;
    r->company = name_or(creditor ? creditor->name : NULL, p->creditor);
    r->office = *n->position.office ? n->position.office : creditor ? creditor->office : "";
    r->own_id = n->position.own_id;
    r->debt_type = n->position.debt_type;
    r->instalment = &n->instalment;
    r->debtor = &n->position.debtor;
    r->metadata = n->position.metadata;
    r->psp = p->psp;
    r->channel = p->channel;
    if (p->told) {
        told_fill(p->told, r);
    } else {
        r->psp_fiscal_code = psp ? psp->fiscal_code : "";
        r->psp_vat = psp ? psp->vat : "";
        r->psp_name = name_or(psp ? psp->name : NULL, p->psp);
        r->channel_kind = channel_kind_name(channel ? channel->kind : CHANNEL_NONE);
        r->channel_text = name_or(p->payment_channel, r->channel_kind);
    }
    r->payer = &p->payer;
    r->method = p->method;
    r->payment_channel = p->payment_channel;
    r->touch_point = p->touch_point;
    r->note = p->note;
    r->pa_fee_cents = p->pa_fee_cents;
    r->bundle = p->bundle;
    r->ci_bundle = p->ci_bundle;
    r->stamps = p->stamps;
    for (int t = 0; t < n->instalment.n_transfers; t++) {
        const char *code = n->instalment.transfers[t].creditor;
        const struct registry_creditor *c = registry_creditor_find(env->registry, code);

        r->companies[t] = c ? c->name : NULL;
    }
    r->amount_cents = p->amount_cents;
    r->fee_cents = p->fee_cents;
    r->application_date = p->application_date;
    r->transfer_date = p->transfer_date;
}

/* A stamp has no place in paSendRT: its receipt goes in the version that has one. */
static enum destination_kind kind_for(const struct registry_destination *d,
                                      const struct soap_receipt *r)
{
    return d->kind == DESTINATION_PA_SEND_RT && soap_receipt_has_stamp(r)
               ? DESTINATION_PA_SEND_RT_V2
               : d->kind;
}

static enum err message_write(struct env *env, const struct registry_destination *d,
                              struct soap_receipt *r, struct buf *out)
{
    const struct registry_station *station;

    if (d->kind == DESTINATION_NOTIFY) return soap_notify_payment_write(env->soap, r, out);
    station = registry_station_find(env->registry, d->station);
    if (!station) return BUG("destination without station");
    r->station = station->code;
    r->broker = station->broker;
    return soap_pa_send_rt_write(env->soap, r, kind_for(d, r) == DESTINATION_PA_SEND_RT_V2 ? 2 : 1,
                                 out);
}

static enum err messages_add(struct env *env, const struct registry_creditor *creditor,
                             const struct db_receipt *receipt, struct soap_receipt *r,
                             struct notify *out)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < creditor->n_destinations; i++) {
        const struct registry_destination *d = &creditor->destinations[i];
        struct db_outbox_new *m = &out->messages[out->n_messages];

        if (!d->enabled) continue;
        if (out->n_messages == NOTIFY_MESSAGES_MAX) return err_set(ERR_LIMIT, "destinations");
        *m = (struct db_outbox_new){.id = db_id_new(env->db),
                                    .receipt_id = receipt->id,
                                    .payment_id = receipt->payment_id,
                                    .kind = kind_names[kind_for(d, r)],
                                    .payload = BUF_INIT(MESSAGE_MAX)};
        snprintf(m->creditor, sizeof m->creditor, "%s", creditor->code);
        snprintf(m->destination, sizeof m->destination, "%s", d->code);
        snprintf(m->dedup_id, sizeof m->dedup_id, "%" PRId64 "-%s", receipt->id, d->code);
        out->n_messages++; /* counted at once: its bytes are freed on any path */
        r->recipient = creditor->code;
        r->dedup_id = m->dedup_id;
        TRY(message_write(env, d, r, &m->payload));
    }
out:
    return rc;
}

static bool told(const struct notify *n, const char *creditor)
{
    for (size_t i = 0; i < n->n_receipts; i++)
        if (!strcmp(n->receipts[i].creditor, creditor)) return true;
    return false;
}

enum err service_notify_make(struct env *env, const struct db_payment *payment,
                             const struct db_notice *notice, struct notify *out)
{
    enum err rc = ERR_NONE;
    struct soap_receipt r;
    char paid_at[CALENDAR_TIME_SIZE], paid_at_utc[CALENDAR_UTC_SIZE];

    service_notify_free(out);
    service_notify_fill(env, payment, notice, &r);
    calendar_rome_time(service_notify_paid_us(payment), paid_at);
    calendar_utc_print(service_notify_paid_us(payment), paid_at_utc);
    r.paid_at = paid_at;
    r.paid_at_utc = paid_at_utc;
    for (int t = 0; t < notice->instalment.n_transfers; t++) {
        const char *code = notice->instalment.transfers[t].creditor;
        const struct registry_creditor *creditor = registry_creditor_find(env->registry, code);
        struct db_receipt *receipt = &out->receipts[out->n_receipts];

        if (told(out, code)) continue;
        *receipt = (struct db_receipt){db_id_new(env->db), payment->id, code, payment->token};
        out->n_receipts++;
        if (creditor) TRY(messages_add(env, creditor, receipt, &r, out));
    }
out:
    return rc;
}

void service_notify_free(struct notify *n)
{
    for (size_t i = 0; i < n->n_messages; i++)
        buf_free(&n->messages[i].payload);
    n->n_messages = n->n_receipts = 0;
}
