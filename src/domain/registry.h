/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file registry.h
 * The registry in memory: who exists, who may, where money goes. One immutable tree made from one
 * XML document (conf/registry.xsd); read by all threads, replaced whole. Pure data and look-ups:
 * it must not know XML, SQL or a password's check. */
#ifndef DOMAIN_REGISTRY_H
#define DOMAIN_REGISTRY_H

#include "base/arena.h"
#include "domain/network.h"

#include <stdint.h>

#define REGISTRY_CODE_MAX 35 /* stText35 of the node's contracts */

enum channel_kind {
    CHANNEL_NONE,
    CHANNEL_INTERNET,
    CHANNEL_CALL_CENTRE,
    CHANNEL_MOBILE,
    CHANNEL_ATM,
    CHANNEL_COUNTER,
    CHANNEL_DESK,
    CHANNEL_COUNT
};
/** Who holds the money that a channel or PSP collects: the hub, which orders its transfer, or the
 * Ente itself, which is only informed. */
enum settles { SETTLES_HUB, SETTLES_ENTE };
enum destination_kind { DESTINATION_PA_SEND_RT, DESTINATION_PA_SEND_RT_V2, DESTINATION_NOTIFY };
enum flow_audience { FLOW_AUDIENCE_ENTE, FLOW_AUDIENCE_BANK };
enum flow_holds { FLOW_HOLDS_RECONCILED, FLOW_HOLDS_PAID };
enum payment_model { MODEL_ATTIVATO_PRESSO_PSP, MODEL_IMMEDIATO, MODEL_DIFFERITO };

struct registry_certificate {
    unsigned char sha256[32];
};
/** Who may speak: a slow hash of a password, certificates, or both. */
struct registry_credential {
    const char *password_hash; /* "" when none */
    const struct registry_certificate *certificates;
    size_t n_certificates;
};

struct registry_broker { /* an intermediary: of Enti or of PSPs */
    const char *code, *name;
    bool enabled;
};
struct registry_station { /* hosted: the hub itself answers; else url is called */
    const char *code, *broker, *url, *password;
    int version; /* 1 or 2 */
    int64_t timeout_ms;
    bool hosted, enabled;
    struct registry_credential credential;
};
struct registry_psp {
    const char *code, *name, *fiscal_code, *vat;
    const char *bic, *abi; /* "" when not said */
    enum settles settles;
    bool enabled;
};
struct registry_channel {
    const char *code, *broker, *name;
    enum channel_kind kind;
    enum payment_model model;
    enum settles settles;
    bool enabled;
    struct registry_credential credential;
    int64_t payment_max_cents, day_max_cents; /* 0: no limit */
    int hour_from, hour_to;                   /* Europe/Rome; both 0: always */
    const char *const *creditors;             /* only these Enti; none listed: all */
    size_t n_creditors;
};
struct registry_association {
    const char *psp, *channel;
};

struct registry_account {
    const char *iban, *holder, *bank; /* bank: a treasury_bank's code */
    bool enabled; /* false: no new debt or payment may name it; what was paid still goes there */
};
struct registry_debt_type {                    /* tipologia */
    const char *code, *name, *taxonomy, *iban; /* iban: default beneficiary account */
    bool enabled;                              /* false: no new debt of it */
};
/** Which notices of a creditor go to which station: aux digit, then application or segregation
 * code. */
struct registry_archive {
    int aux_digit, code; /* code -1 for aux digits 1 and 2 */
    const char *station;
};
/** Where a creditor is told of its payments. */
struct registry_destination {
    const char *code; /* stable: outbox rows hold it */
    enum destination_kind kind;
    const char *station;               /* paSendRT: of the registry */
    const char *url, *user, *password; /* notify */
    int64_t timeout_ms;
    bool enabled;
};
struct registry_postal_account { /* as on a printed slip: 12 digits */
    const char *number;
};
struct registry_creditor {            /* an Ente */
    const char *code, *name, *office; /* code: fiscal code, 11 digits */
    const char *bank;                 /* its treasury bank */
    const char *contact_mail;
    bool enabled;
    const struct registry_account *accounts;
    size_t n_accounts;
    const struct registry_debt_type *debt_types;
    size_t n_debt_types;
    const struct registry_archive *archives;
    size_t n_archives;
    const struct registry_destination *destinations;
    size_t n_destinations;
    const struct registry_postal_account *postal_accounts;
    size_t n_postal_accounts;
};
struct registry_service {           /* what a payer may demand a notice for */
    const char *code, *id;          /* idSoggettoServizio, idServizio */
    const char *creditor, *station; /* station "": of the Ente's first archive */
    bool enabled;
};
struct registry_bank { /* a treasury bank */
    const char *code, *name, *bic, *abi;
    bool enabled;
};
struct registry_collection { /* an account of the hub, from which pain.001 orders */
    const char *code, *iban, *bic, *holder,
        *id; /* id: the initiating party's (CUC or fiscal code) */
    bool is_default;
};
struct registry_caller { /* of our own contracts: a back-office, a front-office, or the node */
    const char *code, *name;
    bool enabled, node; /* node: may ask and tell what an Ente's station may be asked and told */
    struct registry_credential credential;
    const struct network *networks; /* of a node: where it speaks from, without a certificate */
    size_t n_networks;
    const char *const *creditors; /* its scope; none listed: none, "*": all */
    size_t n_creditors;
};
struct registry_subscription { /* of a flow */
    const char *code, *party, *format,
        *delivery;                /* party: creditor's or bank's code; delivery: folder name */
    const char *period, *cut_off; /* domain/period.h; cut_off "": the period's end itself */
    enum flow_audience audience;
    enum flow_holds holds;
    bool empty;   /* a file for a period without payments too */
    bool enabled; /* and so is the bank that it is for */
};

struct registry {
    int64_t version;    /* of the database's registry table; 0: empty */
    struct arena arena; /* owns everything below */
    /* each array sorted by code, for bsearch */
    const struct registry_broker *brokers, *psp_brokers;
    const struct registry_station *stations;
    const struct registry_psp *psps;
    const struct registry_channel *channels;
    const struct registry_association *associations; /* sorted by psp, then channel */
    const struct registry_creditor *creditors;
    const struct registry_service *services;
    const struct registry_bank *banks;
    const struct registry_collection *collections;
    const struct registry_caller *callers;
    const struct registry_subscription *subscriptions;
    size_t n_brokers, n_psp_brokers, n_stations, n_psps, n_channels, n_associations, n_creditors,
        n_services, n_banks, n_collections, n_callers, n_subscriptions;
};

/* Look-ups: NULL when there is none, or when code is NULL. */
const struct registry_broker *registry_broker_find(const struct registry *r, const char *code);
const struct registry_broker *registry_psp_broker_find(const struct registry *r, const char *code);
const struct registry_station *registry_station_find(const struct registry *r, const char *code);
const struct registry_psp *registry_psp_find(const struct registry *r, const char *code);
const struct registry_channel *registry_channel_find(const struct registry *r, const char *code);
const struct registry_creditor *registry_creditor_find(const struct registry *r, const char *code);
/** Whose postal account it is. */
const struct registry_creditor *registry_creditor_by_postal_account(const struct registry *r,
                                                                    const char *number);
const struct registry_service *registry_service_find(const struct registry *r, const char *code);
/** Whose station is asked for notices of a service. */
const struct registry_station *registry_service_station(const struct registry *r,
                                                        const struct registry_service *service);
const struct registry_bank *registry_bank_find(const struct registry *r, const char *code);
const struct registry_collection *registry_collection_default(const struct registry *r);
const struct registry_caller *registry_caller_find(const struct registry *r, const char *code);
const struct registry_caller *registry_caller_by_certificate(const struct registry *r,
                                                             const unsigned char sha256[32]);
/** Is there a node at all? */
bool registry_has_node(const struct registry *r);
/** The node that a certificate, or an address as text, belongs to; NULL for either that is not to
 * be believed. */
const struct registry_caller *registry_node_find(const struct registry *r,
                                                 const unsigned char *sha256, const char *address);
const struct registry_subscription *registry_subscription_find(const struct registry *r,
                                                               const char *code);
bool registry_associated(const struct registry *r, const char *psp, const char *channel);
/** The archive (and so the station) of a notice number, by its aux digit and code; NULL when none.
 */
const struct registry_archive *registry_archive_find(const struct registry_creditor *creditor,
                                                     const char *notice_number);
/** Does the hub itself answer for a station? */
bool registry_station_hosted(const struct registry *r, const char *station);
/** The archive that the hub gives a creditor's notice numbers from; NULL when it hosts none. */
const struct registry_archive *registry_archive_hosted(const struct registry *r,
                                                       const struct registry_creditor *creditor);
const struct registry_debt_type *registry_debt_type_find(const struct registry_creditor *creditor,
                                                         const char *code);
const struct registry_account *registry_account_find(const struct registry_creditor *creditor,
                                                     const char *iban);
bool registry_certificate_listed(const struct registry_credential *credential,
                                 const unsigned char sha256[32]);
/** "atm", "call-centre", …; NULL at the end. */
extern const char *const channel_kind_names[CHANNEL_COUNT + 1];
const char *channel_kind_name(enum channel_kind kind); /**< "none" for what is no kind */
void registry_free(struct registry **r);

#endif
