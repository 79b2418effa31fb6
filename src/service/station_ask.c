/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/station_ask.h"

#include "service/journal.h"
#include "service/station.h"
#include "service/station_judge.h"
#include "soap/message.h"

#include <stdio.h>
#include <string.h>

static struct soap_station_question question(const struct registry_station *station,
                                             const struct psp_call *call)
{
    return (struct soap_station_question){.creditor = call->fiscal_code,
                                          .broker = station->broker,
                                          .station = station->code,
                                          .notice_number = call->notice_number,
                                          .amount_cents = call->amount_cents,
                                          .note = call->note,
                                          .due_date = call->due_date};
}

/* An answer that was read, or could not be: both are told to the log when they do not hold. */
static enum err settle(const struct station_call *call, enum err read, const char *breaks,
                       struct station_answer *out)
{
    if (read == ERR_NONE && breaks) read = err_set(ERR_PEER_ANSWER, breaks);
    if (read != ERR_PEER_ANSWER) return read;
    service_station_broken(call);
    memset(&out->said, 0, sizeof out->said);
    out->outcome = OUTCOME_STAZIONE_ERRORE;
    return ERR_NONE;
}

/* Whom was asked what, and what it said. */
static enum err line_note(struct env *env, const struct station_call *c,
                          const struct psp_call *call, const struct station_answer *a)
{
    const char *notice = *call->notice_number ? call->notice_number : a->said.notice_number;
    struct db_journal_row row;
    const char *said = *a->said.fault.code ? a->said.fault.code : outcome_code(a->outcome);
    char actor[sizeof "station/" + REGISTRY_CODE_MAX];

    if (!c->exchange.line_id) return ERR_NONE; /* answered for at once: nobody was asked */
    snprintf(actor, sizeof actor, "station/%s", c->station->code);
    db_journal_set(&row, actor, c->operation, call->fiscal_code, notice, *said ? said : "OK");
    service_journal_exchange(&row, &c->exchange, &c->answer);
    return service_journal_keep(env->db, &row,
                                service_message_make(MESSAGE_STATIONS, &c->exchange, &c->answer));
}

enum err service_station_verify(struct env *env, const struct registry_station *station,
                                const struct psp_call *call, struct station_answer *out)
{
    enum err rc;
    const struct soap_station_question q = question(station, call);
    struct station_call c =
        service_station_call_begin(station, "paVerifyPaymentNotice", "paVerifyPaymentNoticeRes");

    memset(out, 0, sizeof *out);
    TRY(soap_pa_verify_write(env->soap, &q, &c.request));
    TRY(service_station_call(env, &c, &out->outcome));
    if (out->outcome == OUTCOME_OK) {
        rc = soap_pa_verify_read(env->soap, buf_str(&c.answer), c.answer.len, &out->said);
        TRY(settle(&c, rc, station_judge_verify(&out->said, call->fiscal_code), out));
    }
    TRY(line_note(env, &c, call, out));
out:
    soap_message_reset(env->soap);
    service_station_call_free(&c);
    return rc;
}

enum err service_station_get(struct env *env, const struct registry_station *station,
                             const struct psp_call *call, struct station_answer *out)
{
    enum err rc;
    const struct soap_station_question q = question(station, call);
    bool v2 = station->version == 2;
    struct station_call c =
        service_station_call_begin(station, v2 ? "paGetPaymentV2" : "paGetPayment",
                                   v2 ? "paGetPaymentV2Response" : "paGetPaymentRes");

    memset(out, 0, sizeof *out);
    TRY(soap_pa_get_payment_write(env->soap, &q, station->version, &c.request));
    TRY(service_station_call(env, &c, &out->outcome));
    if (out->outcome == OUTCOME_OK) {
        rc = soap_pa_get_payment_read(env->soap, buf_str(&c.answer), c.answer.len, station->version,
                                      &out->said);
        TRY(settle(&c, rc, station_judge_get(&out->said, call->notice_number), out));
    }
    TRY(line_note(env, &c, call, out));
out:
    soap_message_reset(env->soap);
    service_station_call_free(&c);
    return rc;
}

enum err service_station_demand(struct env *env, const struct registry_station *station,
                                const char *id_servizio, const struct psp_call *call,
                                struct station_answer *out)
{
    enum err rc;
    struct soap_station_question q = question(station, call);
    struct station_call c = service_station_call_begin(station, "paDemandPaymentNotice",
                                                       "paDemandPaymentNoticeResponse");

    memset(out, 0, sizeof *out);
    q.service_id = id_servizio;
    q.service = call->service;
    q.service_data = call->service_data;
    TRY(soap_pa_demand_write(env->soap, &q, &c.request));
    TRY(service_station_call(env, &c, &out->outcome));
    if (out->outcome == OUTCOME_OK) {
        rc = soap_pa_demand_read(env->soap, buf_str(&c.answer), c.answer.len, &out->said);
        TRY(settle(&c, rc, NULL, out));
    }
    TRY(line_note(env, &c, call, out));
out:
    soap_message_reset(env->soap);
    service_station_call_free(&c);
    return rc;
}

void service_station_apply(const struct station_answer *answer, struct db_notice *notice)
{
    const struct debt_instalment *said = &answer->said.instalment;
    struct debt_instalment *i = &notice->instalment;
    struct debt_position *p = &notice->position;

    i->amount_cents = said->amount_cents;
    memcpy(i->iuv, said->iuv, sizeof i->iuv);
    memcpy(i->due_date, said->due_date, sizeof i->due_date);
    memcpy(i->description, said->description, sizeof i->description);
    memcpy(i->transfers, said->transfers, sizeof i->transfers);
    i->n_transfers = said->n_transfers;
    i->metadata = NULL;      /* what it says is the position's */
    i->payable_until[0] = 0; /* the station says each time whether it may be paid */
    p->debtor = answer->said.position.debtor;
    memcpy(p->description, answer->said.position.description, sizeof p->description);
    memcpy(p->office, answer->said.position.office, sizeof p->office);
    memcpy(p->metadata, answer->said.position.metadata, sizeof p->metadata);
}
