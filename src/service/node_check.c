/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/node_check.h"

#include "service/payable.h"

#include <string.h>

typedef enum outcome check_fn(const struct node_facts *f);

static enum outcome check_message(const struct node_facts *f)
{
    return f->call->valid ? OUTCOME_OK : OUTCOME_PAA_SINTASSI;
}

static enum outcome check_ente_known(const struct node_facts *f)
{
    return f->ente ? OUTCOME_OK : OUTCOME_PAA_DOMINIO;
}

static enum outcome check_ente_enabled(const struct node_facts *f)
{
    return f->ente->enabled ? OUTCOME_OK : OUTCOME_PAA_DOMINIO;
}

static enum outcome check_broker_known(const struct node_facts *f)
{
    return f->broker ? OUTCOME_OK : OUTCOME_PAA_INTERMEDIARIO;
}

static enum outcome check_broker_enabled(const struct node_facts *f)
{
    return f->broker->enabled ? OUTCOME_OK : OUTCOME_PAA_INTERMEDIARIO;
}

static enum outcome check_station_known(const struct node_facts *f)
{
    const struct registry_station *s = f->station;

    return s && s->hosted && !strcmp(s->broker, f->broker->code) ? OUTCOME_OK
                                                                 : OUTCOME_PAA_STAZIONE_INT;
}

static enum outcome check_station_enabled(const struct node_facts *f)
{
    return f->station->enabled ? OUTCOME_OK : OUTCOME_PAA_STAZIONE_INT;
}

static enum outcome check_own_notice(const struct node_facts *f)
{
    return f->creditor == f->ente ? OUTCOME_OK : OUTCOME_PAA_DOMINIO;
}

/* One receipt is told to each Ente that money goes to, whoever's notice it was. */
static enum outcome check_own_money(const struct node_facts *f)
{
    if (!f->creditor) return OUTCOME_PAA_DOMINIO;
    if (f->creditor == f->ente) return OUTCOME_OK;
    for (int t = 0; t < f->call->n_transfers; t++)
        if (!strcmp(f->call->transfers[t].creditor, f->ente->code)) return OUTCOME_OK;
    return OUTCOME_PAA_DOMINIO;
}

static enum outcome check_archive(const struct node_facts *f)
{
    const struct registry_archive *a = registry_archive_find(f->ente, f->call->notice_number);

    return a && !strcmp(a->station, f->station->code) ? OUTCOME_OK : OUTCOME_PAA_STAZIONE_INT;
}

static enum outcome check_service(const struct node_facts *f)
{
    (void)f;
    return OUTCOME_PAA_SERVIZIO;
}

static enum outcome check_told_ok(const struct node_facts *f)
{
    return f->call->ok ? OUTCOME_OK : OUTCOME_PAA_ESITO_KO;
}

static enum outcome check_told_id(const struct node_facts *f)
{
    return *f->call->receipt_id ? OUTCOME_OK : OUTCOME_PAA_RICEVUTA_ID;
}

static enum outcome check_told_amount(const struct node_facts *f)
{
    return f->call->amount_cents > 0 ? OUTCOME_OK : OUTCOME_PAA_IMPORTO;
}

static enum outcome check_known(const struct node_facts *f)
{
    return f->notice->instalment.id ? OUTCOME_OK : OUTCOME_PAA_SCONOSCIUTO;
}

static enum outcome check_live(const struct node_facts *f)
{
    return service_notice_live(f->notice, f->now_us) ? OUTCOME_PAA_IN_CORSO : OUTCOME_OK;
}

static enum outcome check_paid(const struct node_facts *f)
{
    return f->notice->instalment.state == POSITION_PAID ? OUTCOME_PAA_DUPLICATO : OUTCOME_OK;
}

static enum outcome check_payable(const struct node_facts *f)
{
    return service_notice_refusal(f->notice, f->now_us);
}

static enum outcome check_accounts(const struct node_facts *f)
{
    return service_notice_accounts_open(f->notice, f->registry) ? OUTCOME_OK : OUTCOME_PAA_CONTO;
}

static enum outcome check_stamps(const struct node_facts *f)
{
    const struct debt_instalment *i = &f->notice->instalment;

    for (int t = 0; t < i->n_transfers; t++)
        if (*i->transfers[t].stamp.hash) return OUTCOME_PAA_BOLLO;
    return OUTCOME_OK;
}

/* A token of ours that took no money is another payment than the one that is told of. */
static enum outcome check_told_same(const struct node_facts *f)
{
    const struct db_payment *known = f->known;
    bool same = !known->id ||
                (known->instalment_id == f->notice->instalment.id &&
                 known->amount_cents == f->call->amount_cents && payment_took_money(known->state));

    return same ? OUTCOME_OK : OUTCOME_PAA_RICEVUTA_DIVERSA;
}

static const struct {
    check_fn *run;
    enum node_stage stage;
    const char *operations;
} checks[] = {
#define CHECK(row, name, stage, operations, what) {check_##name, NODE_CHECK_##stage, operations},
#include "service/node_check.def"
#undef CHECK
};

static const char operation_letters[NODE_OPERATION_COUNT] = {'V', 'G', 'H', 'R', 'S', 'D'};

enum outcome service_node_check(enum node_stage stage, const struct node_facts *facts)
{
    char letter = operation_letters[facts->call->operation];

    for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
        enum outcome o;

        if (checks[i].stage != stage || !strchr(checks[i].operations, letter)) continue;
        o = checks[i].run(facts);
        if (o != OUTCOME_OK) return o;
    }
    return OUTCOME_OK;
}

void service_node_prepare(const struct node_call *call, const struct registry *registry,
                          struct node_facts *out)
{
    memset(out, 0, sizeof *out);
    out->call = call;
    out->registry = registry;
    if (!call->valid) return;
    out->ente = registry_creditor_find(registry, call->ente);
    out->creditor = registry_creditor_find(registry, call->creditor);
    out->broker = registry_broker_find(registry, call->broker);
    out->station = registry_station_find(registry, call->station);
}
