/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/registry.h"

#include "domain/notice.h"

#include <stdlib.h>
#include <string.h>

/* One bsearch serves all: every entry begins with its code. */
#define BEGINS_WITH_CODE(type) _Static_assert(offsetof(struct type, code) == 0, #type)
BEGINS_WITH_CODE(registry_broker);
BEGINS_WITH_CODE(registry_station);
BEGINS_WITH_CODE(registry_psp);
BEGINS_WITH_CODE(registry_channel);
BEGINS_WITH_CODE(registry_creditor);
BEGINS_WITH_CODE(registry_service);
BEGINS_WITH_CODE(registry_bank);
BEGINS_WITH_CODE(registry_caller);
BEGINS_WITH_CODE(registry_subscription);

static int code_order(const void *key, const void *entry)
{
    return strcmp(key, *(const char *const *)entry);
}

static const void *find(const void *entries, size_t n, size_t size, const char *code)
{
    if (code == NULL || n == 0) return NULL;
    return bsearch(code, entries, n, size, code_order);
}

#define FIND(array, n, code) find((array), (n), sizeof *(array), (code))

const struct registry_broker *registry_broker_find(const struct registry *r, const char *code)
{
    return FIND(r->brokers, r->n_brokers, code);
}

const struct registry_broker *registry_psp_broker_find(const struct registry *r, const char *code)
{
    return FIND(r->psp_brokers, r->n_psp_brokers, code);
}

const struct registry_station *registry_station_find(const struct registry *r, const char *code)
{
    return FIND(r->stations, r->n_stations, code);
}

const struct registry_psp *registry_psp_find(const struct registry *r, const char *code)
{
    return FIND(r->psps, r->n_psps, code);
}

const struct registry_channel *registry_channel_find(const struct registry *r, const char *code)
{
    return FIND(r->channels, r->n_channels, code);
}

const struct registry_creditor *registry_creditor_find(const struct registry *r, const char *code)
{
    return FIND(r->creditors, r->n_creditors, code);
}

/* Few Enti have one, and one or two then. */
const struct registry_creditor *registry_creditor_by_postal_account(const struct registry *r,
                                                                    const char *number)
{
    for (size_t i = 0; i < r->n_creditors; i++)
        for (size_t a = 0; a < r->creditors[i].n_postal_accounts; a++)
            if (strcmp(r->creditors[i].postal_accounts[a].number, number) == 0)
                return &r->creditors[i];
    return NULL;
}

const struct registry_service *registry_service_find(const struct registry *r, const char *code)
{
    return FIND(r->services, r->n_services, code);
}

const struct registry_station *registry_service_station(const struct registry *r,
                                                        const struct registry_service *service)
{
    const struct registry_creditor *ente = registry_creditor_find(r, service->creditor);

    if (*service->station) return registry_station_find(r, service->station);
    return ente && ente->n_archives ? registry_station_find(r, ente->archives[0].station) : NULL;
}

const struct registry_bank *registry_bank_find(const struct registry *r, const char *code)
{
    return FIND(r->banks, r->n_banks, code);
}

const struct registry_caller *registry_caller_find(const struct registry *r, const char *code)
{
    return FIND(r->callers, r->n_callers, code);
}

const struct registry_subscription *registry_subscription_find(const struct registry *r,
                                                               const char *code)
{
    return FIND(r->subscriptions, r->n_subscriptions, code);
}

const struct registry_collection *registry_collection_default(const struct registry *r)
{
    for (size_t i = 0; i < r->n_collections; i++)
        if (r->collections[i].is_default) return &r->collections[i];
    return NULL;
}

const struct registry_caller *registry_caller_by_certificate(const struct registry *r,
                                                             const unsigned char sha256[32])
{
    for (size_t i = 0; i < r->n_callers; i++)
        if (registry_certificate_listed(&r->callers[i].credential, sha256)) return &r->callers[i];
    return NULL;
}

bool registry_has_node(const struct registry *r)
{
    for (size_t i = 0; i < r->n_callers; i++)
        if (r->callers[i].node && r->callers[i].enabled) return true;
    return false;
}

static bool speaks_from(const struct registry_caller *c, const char *address)
{
    unsigned char bytes[NETWORK_BYTES];

    if (!address || !network_address(address, bytes)) return false;
    for (size_t i = 0; i < c->n_networks; i++)
        if (network_holds(&c->networks[i], bytes)) return true;
    return false;
}

const struct registry_caller *registry_node_find(const struct registry *r,
                                                 const unsigned char *sha256, const char *address)
{
    for (size_t i = 0; i < r->n_callers; i++) {
        const struct registry_caller *c = &r->callers[i];

        if (!c->node || !c->enabled) continue;
        if (sha256 && registry_certificate_listed(&c->credential, sha256)) return c;
        if (speaks_from(c, address)) return c;
    }
    return NULL;
}

static int association_order(const void *key, const void *entry)
{
    const struct registry_association *a = key, *b = entry;
    int by_psp = strcmp(a->psp, b->psp);

    return by_psp != 0 ? by_psp : strcmp(a->channel, b->channel);
}

bool registry_associated(const struct registry *r, const char *psp, const char *channel)
{
    const struct registry_association key = {psp, channel};

    if (psp == NULL || channel == NULL || r->n_associations == 0) return false;
    return bsearch(&key, r->associations, r->n_associations, sizeof key, association_order) != NULL;
}

const struct registry_archive *registry_archive_find(const struct registry_creditor *creditor,
                                                     const char *notice_number)
{
    struct notice notice;

    if (notice_number == NULL || !notice_split(notice_number, &notice)) return NULL;
    for (size_t i = 0; i < creditor->n_archives; i++) {
        const struct registry_archive *a = &creditor->archives[i];

        if (a->aux_digit == notice.aux_digit && a->code == notice.code) return a;
    }
    return NULL;
}

bool registry_station_hosted(const struct registry *r, const char *station)
{
    const struct registry_station *s = registry_station_find(r, station);

    return s != NULL && s->hosted;
}

const struct registry_archive *registry_archive_hosted(const struct registry *r,
                                                       const struct registry_creditor *creditor)
{
    for (size_t i = 0; i < creditor->n_archives; i++)
        if (registry_station_hosted(r, creditor->archives[i].station))
            return &creditor->archives[i];
    return NULL;
}

/* A creditor's own lists are short and in the document's order. */
const struct registry_debt_type *registry_debt_type_find(const struct registry_creditor *creditor,
                                                         const char *code)
{
    for (size_t i = 0; code != NULL && i < creditor->n_debt_types; i++)
        if (strcmp(creditor->debt_types[i].code, code) == 0) return &creditor->debt_types[i];
    return NULL;
}

const struct registry_account *registry_account_find(const struct registry_creditor *creditor,
                                                     const char *iban)
{
    for (size_t i = 0; iban != NULL && i < creditor->n_accounts; i++)
        if (strcmp(creditor->accounts[i].iban, iban) == 0) return &creditor->accounts[i];
    return NULL;
}

bool registry_certificate_listed(const struct registry_credential *credential,
                                 const unsigned char sha256[32])
{
    for (size_t i = 0; i < credential->n_certificates; i++)
        if (memcmp(credential->certificates[i].sha256, sha256, 32) == 0) return true;
    return false;
}

const char *const channel_kind_names[CHANNEL_COUNT + 1] = {
    [CHANNEL_NONE] = "none",
    [CHANNEL_INTERNET] = "internet",
    [CHANNEL_CALL_CENTRE] = "call-centre",
    [CHANNEL_MOBILE] = "mobile",
    [CHANNEL_ATM] = "atm",
    [CHANNEL_COUNTER] = "counter",
    [CHANNEL_DESK] = "desk",
};

const char *channel_kind_name(enum channel_kind kind)
{
    return channel_kind_names[kind < CHANNEL_COUNT ? kind : CHANNEL_NONE];
}

void registry_free(struct registry **r)
{
    if (*r == NULL) return;
    arena_free(&(*r)->arena);
    free(*r);
    *r = NULL;
}
