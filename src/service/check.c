/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/check.h"

#include "domain/calendar.h"
#include "service/credential.h"
#include "service/payable.h"
#include "service/station_ask.h"

#include <stdio.h>
#include <string.h>

typedef enum outcome check_fn(const struct check_facts *f);

static enum outcome check_message(const struct check_facts *f)
{
    return f->call->valid ? OUTCOME_OK : OUTCOME_SINTASSI;
}

static enum outcome check_psp(const struct check_facts *f)
{
    if (!f->psp) return OUTCOME_PSP_SCONOSCIUTO;
    return f->psp->enabled ? OUTCOME_OK : OUTCOME_PSP_DISABILITATO;
}

static enum outcome check_broker(const struct check_facts *f)
{
    const struct registry_broker *broker = registry_psp_broker_find(f->registry, f->call->broker);

    if (!broker) return OUTCOME_INTERMEDIARIO_PSP_SCONOSCIUTO;
    return broker->enabled ? OUTCOME_OK : OUTCOME_INTERMEDIARIO_PSP_DISABILITATO;
}

static enum outcome check_channel(const struct check_facts *f)
{
    if (!f->channel) return OUTCOME_CANALE_SCONOSCIUTO;
    return f->channel->enabled ? OUTCOME_OK : OUTCOME_CANALE_DISABILITATO;
}

static enum outcome check_password(const struct check_facts *f)
{
    return service_credential_check(&f->channel->credential, "channel", f->channel->code,
                                    f->call->has_certificate ? f->call->certificate : NULL,
                                    f->call->password);
}

static enum outcome check_association(const struct check_facts *f)
{
    bool fits = !strcmp(f->channel->broker, f->call->broker) &&
                registry_associated(f->registry, f->psp->code, f->channel->code);

    return fits ? OUTCOME_OK : OUTCOME_NON_ASSOCIATI;
}

static bool hour_within(const struct registry_channel *c, int64_t now_us)
{
    int hour = calendar_rome_hour(now_us);

    if (c->hour_from == c->hour_to) return true;
    return c->hour_from < c->hour_to ? hour >= c->hour_from && hour < c->hour_to
                                     : hour >= c->hour_from || hour < c->hour_to;
}

static bool amount_within(const struct check_facts *f, int64_t cents)
{
    const struct registry_channel *c = f->channel;

    return (!c->payment_max_cents || cents <= c->payment_max_cents) &&
           (!c->day_max_cents || f->day_cents + cents <= c->day_max_cents);
}

static enum outcome check_limits(const struct check_facts *f)
{
    const struct registry_channel *c = f->channel;
    bool listed = c->n_creditors == 0;

    for (size_t i = 0; i < c->n_creditors && !listed; i++)
        listed = !strcmp(c->creditors[i], f->call->fiscal_code);
    if (!listed || !hour_within(c, f->now_us)) return OUTCOME_LIMITE_CANALE;
    return amount_within(f, f->call->amount_cents) ? OUTCOME_OK : OUTCOME_LIMITE_CANALE;
}

/* The amount that is paid is the Ente's, whatever was asked. */
static enum outcome check_limits_owed(const struct check_facts *f)
{
    return amount_within(f, f->notice->instalment.amount_cents) ? OUTCOME_OK
                                                                : OUTCOME_LIMITE_CANALE;
}

static enum outcome check_model(const struct check_facts *f)
{
    return f->channel->model == MODEL_ATTIVATO_PRESSO_PSP ? OUTCOME_OK : OUTCOME_MODELLO_PAGAMENTO;
}

static enum outcome check_service(const struct check_facts *f)
{
    if (!f->service) return OUTCOME_SERVIZIO_SCONOSCIUTO;
    return f->service->enabled ? OUTCOME_OK : OUTCOME_SERVIZIO_DISABILITATO;
}

static enum outcome check_creditor(const struct check_facts *f)
{
    if (!f->creditor) return OUTCOME_DOMINIO_SCONOSCIUTO;
    return f->creditor->enabled ? OUTCOME_OK : OUTCOME_DOMINIO_DISABILITATO;
}

static enum outcome check_station(const struct check_facts *f)
{
    if (!f->station) return OUTCOME_STAZIONE_SCONOSCIUTA;
    return f->station->enabled ? OUTCOME_OK : OUTCOME_STAZIONE_DISABILITATA;
}

static enum outcome check_station_broker(const struct check_facts *f)
{
    const struct registry_broker *broker = registry_broker_find(f->registry, f->station->broker);

    return broker && broker->enabled ? OUTCOME_OK : OUTCOME_INTERMEDIARIO_PA_DISABILITATO;
}

static enum outcome check_key(const struct check_facts *f)
{
    return f->key->found && memcmp(f->key->content_hash, f->call->content_hash, 32) != 0
               ? OUTCOME_IDEMPOTENZA
               : OUTCOME_OK;
}

static enum outcome check_expiration(const struct check_facts *f)
{
    return f->call->expiration_ms > f->expiration_max_ms ? OUTCOME_EXPIRATION_TIME : OUTCOME_OK;
}

static enum outcome check_live(const struct check_facts *f)
{
    return service_notice_live(f->notice, f->now_us) ? OUTCOME_PAGAMENTO_IN_CORSO : OUTCOME_OK;
}

static enum outcome check_paid(const struct check_facts *f)
{
    return f->notice->instalment.state == POSITION_PAID ? OUTCOME_PAGAMENTO_DUPLICATO : OUTCOME_OK;
}

static enum outcome check_answer(const struct check_facts *f)
{
    return f->answer ? f->answer->outcome : OUTCOME_OK;
}

/* What an Ente's own station says counts; a notice that was withdrawn here all the same is. */
static enum outcome check_payable(const struct check_facts *f)
{
    const struct db_notice *n = f->notice;

    if (f->answer && *f->answer->said.fault.code) return OUTCOME_PAA_STAZIONE;
    if (!n->instalment.id) return f->answer ? OUTCOME_OK : OUTCOME_PAA_SCONOSCIUTO;
    return service_notice_refusal(n, f->now_us);
}

/* The hub makes no notices of itself: a hosted Ente offers no service. */
static enum outcome check_offered(const struct check_facts *f)
{
    if (!f->answer) return OUTCOME_PAA_SERVIZIO;
    return *f->answer->said.fault.code ? OUTCOME_PAA_STAZIONE : OUTCOME_OK;
}

/* Else the channel would be given what no verify or activate could find. */
static enum outcome check_handed(const struct check_facts *f)
{
    const struct soap_station_said *s = &f->answer->said;
    const struct registry_creditor *ente = registry_creditor_find(f->registry, s->creditor);
    const struct registry_archive *archive = NULL;
    const struct registry_station *station = NULL;

    if (ente && ente->enabled) archive = registry_archive_find(ente, s->notice_number);
    if (archive) station = registry_station_find(f->registry, archive->station);
    return station && station->enabled ? OUTCOME_OK : OUTCOME_STAZIONE_RISPOSTA;
}

static enum outcome check_beneficiaries(const struct check_facts *f)
{
    return service_notice_accounts_open(f->notice, f->registry) ? OUTCOME_OK
                                                                : OUTCOME_STAZIONE_RISPOSTA;
}

/* V1 has no place for what is not one Ente's accounts: a stamp neither. */
static enum outcome check_single_beneficiary(const struct check_facts *f)
{
    const struct debt_instalment *i = &f->notice->instalment;

    for (int t = 0; t < i->n_transfers; t++)
        if (*i->transfers[t].stamp.hash ||
            strcmp(i->transfers[t].creditor, i->transfers[0].creditor) != 0)
            return OUTCOME_MULTI_BENEFICIARIO;
    return OUTCOME_OK;
}

static const struct {
    check_fn *run;
    enum check_stage stage;
    const char *operations;
} checks[] = {
#define CHECK(row, name, stage, operations, what) {check_##name, CHECK_##stage, operations},
#include "service/check.def"
#undef CHECK
};

static const char operation_letters[PSP_OPERATION_COUNT] = {'V', 'A', 'W', 'O', 'P', 'V', 'D', 'F'};

bool service_check_hosted(const struct check_facts *facts)
{
    return facts->station->hosted;
}

static bool runs(enum check_stage row, enum check_stage asked, const struct check_facts *f)
{
    if (row == CHECK_OWED && asked == CHECK_NOTICE) return service_check_hosted(f) || f->answer;
    return row == asked;
}

enum outcome service_check_run(enum check_stage stage, const struct check_facts *facts)
{
    char letter = operation_letters[facts->call->operation];

    for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
        enum outcome o;

        if (!runs(checks[i].stage, stage, facts) || !strchr(checks[i].operations, letter)) continue;
        o = checks[i].run(facts);
        if (o != OUTCOME_OK) return o;
    }
    return OUTCOME_OK;
}

void service_check_prepare(const struct psp_call *call, const struct registry *registry,
                           struct check_facts *out)
{
    const struct registry_archive *archive = NULL;

    memset(out, 0, sizeof *out);
    out->call = call;
    out->registry = registry;
    if (!call->valid) return;
    out->psp = registry_psp_find(registry, call->psp);
    out->channel = registry_channel_find(registry, call->channel);
    out->creditor = registry_creditor_find(registry, call->fiscal_code);
    out->service = registry_service_find(registry, call->service);
    if (out->creditor) archive = registry_archive_find(out->creditor, call->notice_number);
    if (archive) out->station = registry_station_find(registry, archive->station);
    if (out->service) out->station = registry_service_station(registry, out->service);
}
