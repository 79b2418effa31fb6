/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_kind.h"

#include "base/err.h"
#include "domain/registry.h"

#include <string.h>

static const char *const SETTLES[] = {
    [SETTLES_HUB] = "hub", [SETTLES_ENTE] = "ente", [SETTLES_ENTE + 1] = NULL};
static const char *const MODEL[] = {[MODEL_ATTIVATO_PRESSO_PSP] = "ATTIVATO_PRESSO_PSP",
                                    [MODEL_IMMEDIATO] = "IMMEDIATO",
                                    [MODEL_DIFFERITO] = "DIFFERITO",
                                    [MODEL_DIFFERITO + 1] = NULL};
static const char *const DESTINATION[] = {[DESTINATION_PA_SEND_RT] = "paSendRT",
                                          [DESTINATION_PA_SEND_RT_V2] = "paSendRTV2",
                                          [DESTINATION_NOTIFY] = "notify",
                                          [DESTINATION_NOTIFY + 1] = NULL};
static const char *const AUDIENCE[] = {
    [FLOW_AUDIENCE_ENTE] = "ente", [FLOW_AUDIENCE_BANK] = "bank", [FLOW_AUDIENCE_BANK + 1] = NULL};
static const char *const HOLDS[] = {[FLOW_HOLDS_RECONCILED] = "reconciled",
                                    [FLOW_HOLDS_PAID] = "paid",
                                    [FLOW_HOLDS_PAID + 1] = NULL};

/* One row of an attribute table. S: the kind's struct; F: its field. */
#define ROW(name, type, fallback, words, refers, S, F)                                             \
    {                                                                                              \
        name, REGISTRY_##type, fallback, words, refers, offsetof(struct S, F)                      \
    }
#define PLAIN(name, type, S, F) ROW(name, type, NULL, NULL, NULL, S, F)
#define REFERS(name, kind, S, F) ROW(name, TEXT, NULL, NULL, kind, S, F)
#define UNSEEN(name, type, fallback) /* in the document only */                                    \
    {                                                                                              \
        name, REGISTRY_##type, fallback, NULL, NULL, REGISTRY_NO_FIELD                             \
    }
#define SINCE UNSEEN("disabled-since", INSTANT, NULL)
#define KEPT(S) ROW("enabled", SWITCH, "yes", NULL, NULL, S, enabled), SINCE
#define KEPT_UNSEEN UNSEEN("enabled", SWITCH, "yes"), SINCE

static const struct registry_attribute CERTIFICATE_ROWS[] = {
    PLAIN("sha256", DIGEST, registry_certificate, sha256),
};
static const struct registry_attribute NETWORK_ROWS[] = {
    {"address", REGISTRY_NETWORK, NULL, NULL, NULL, 0},
};
static const struct registry_attribute ENTE_ROWS[] = {
    {"creditor", REGISTRY_TEXT, NULL, NULL, "creditor", 0},
};
static const struct registry_attribute COLLECTION_ROWS[] = {
    PLAIN("code", TEXT, registry_collection, code),
    PLAIN("iban", IBAN, registry_collection, iban),
    PLAIN("bic", TEXT, registry_collection, bic),
    PLAIN("holder", TEXT, registry_collection, holder),
    PLAIN("id", TEXT, registry_collection, id),
    ROW("default", SWITCH, "no", NULL, NULL, registry_collection, is_default),
    KEPT_UNSEEN,
};
static const struct registry_attribute BANK_ROWS[] = {
    PLAIN("code", TEXT, registry_bank, code),
    PLAIN("name", TEXT, registry_bank, name),
    PLAIN("bic", TEXT, registry_bank, bic),
    PLAIN("abi", TEXT, registry_bank, abi),
    KEPT(registry_bank),
};
static const struct registry_attribute BROKER_ROWS[] = {
    PLAIN("code", TEXT, registry_broker, code),
    PLAIN("name", TEXT, registry_broker, name),
    KEPT(registry_broker),
};
static const struct registry_attribute STATION_ROWS[] = {
    PLAIN("code", TEXT, registry_station, code),
    REFERS("broker", "broker", registry_station, broker),
    ROW("hosted", SWITCH, "no", NULL, NULL, registry_station, hosted),
    PLAIN("url", TEXT, registry_station, url),
    ROW("version", NUMBER, "1", NULL, NULL, registry_station, version),
    ROW("timeout", DURATION, "10s", NULL, NULL, registry_station, timeout_ms),
    PLAIN("password-hash", SECRET, registry_station, credential.password_hash),
    PLAIN("password-file", SECRET_FILE, registry_station, password),
    KEPT(registry_station),
};
static const struct registry_attribute ACCOUNT_ROWS[] = {
    PLAIN("iban", IBAN, registry_account, iban),
    PLAIN("holder", TEXT, registry_account, holder),
    REFERS("bank", "bank", registry_account, bank),
    KEPT(registry_account),
};
static const struct registry_attribute DEBT_TYPE_ROWS[] = {
    PLAIN("code", TEXT, registry_debt_type, code),
    PLAIN("name", TEXT, registry_debt_type, name),
    PLAIN("taxonomy", TEXT, registry_debt_type, taxonomy),
    PLAIN("iban", TEXT, registry_debt_type, iban),
    KEPT(registry_debt_type),
};
static const struct registry_attribute ARCHIVE_ROWS[] = {
    PLAIN("aux-digit", NUMBER, registry_archive, aux_digit),
    PLAIN("code", NUMBER, registry_archive, code),
    REFERS("station", "station", registry_archive, station),
    KEPT_UNSEEN,
};
static const struct registry_attribute DESTINATION_ROWS[] = {
    PLAIN("code", TEXT, registry_destination, code),
    ROW("kind", WORD, NULL, DESTINATION, NULL, registry_destination, kind),
    REFERS("station", "station", registry_destination, station),
    PLAIN("url", TEXT, registry_destination, url),
    PLAIN("user", TEXT, registry_destination, user),
    PLAIN("password-file", SECRET_FILE, registry_destination, password),
    ROW("timeout", DURATION, "10s", NULL, NULL, registry_destination, timeout_ms),
    KEPT(registry_destination),
};
static const struct registry_attribute POSTAL_ACCOUNT_ROWS[] = {
    PLAIN("number", TEXT, registry_postal_account, number),
    KEPT_UNSEEN,
};
static const struct registry_attribute CREDITOR_ROWS[] = {
    PLAIN("code", FISCAL_CODE, registry_creditor, code),
    PLAIN("name", TEXT, registry_creditor, name),
    PLAIN("office", TEXT, registry_creditor, office),
    REFERS("bank", "bank", registry_creditor, bank),
    PLAIN("contact-mail", TEXT, registry_creditor, contact_mail),
    KEPT(registry_creditor),
};
static const struct registry_attribute SERVICE_ROWS[] = {
    PLAIN("code", TEXT, registry_service, code),
    PLAIN("id-servizio", TEXT, registry_service, id),
    REFERS("creditor", "creditor", registry_service, creditor),
    REFERS("station", "station", registry_service, station),
    KEPT(registry_service),
};
static const struct registry_attribute PSP_ROWS[] = {
    PLAIN("code", TEXT, registry_psp, code),
    PLAIN("name", TEXT, registry_psp, name),
    PLAIN("fiscal-code", FISCAL_CODE, registry_psp, fiscal_code),
    PLAIN("vat", TEXT, registry_psp, vat),
    PLAIN("bic", TEXT, registry_psp, bic),
    PLAIN("abi", TEXT, registry_psp, abi),
    ROW("settles", WORD, "hub", SETTLES, NULL, registry_psp, settles),
    KEPT(registry_psp),
};
static const struct registry_attribute CHANNEL_ROWS[] = {
    PLAIN("code", TEXT, registry_channel, code),
    REFERS("broker", "psp-broker", registry_channel, broker),
    PLAIN("name", TEXT, registry_channel, name),
    ROW("kind", WORD, NULL, channel_kind_names, NULL, registry_channel, kind),
    ROW("model", WORD, "ATTIVATO_PRESSO_PSP", MODEL, NULL, registry_channel, model),
    ROW("settles", WORD, "hub", SETTLES, NULL, registry_channel, settles),
    PLAIN("password-hash", SECRET, registry_channel, credential.password_hash),
    UNSEEN("password-file", SECRET_ONCE, NULL),
    ROW("payment-max", AMOUNT, "0.00", NULL, NULL, registry_channel, payment_max_cents),
    ROW("day-max", AMOUNT, "0.00", NULL, NULL, registry_channel, day_max_cents),
    ROW("hour-from", NUMBER, "0", NULL, NULL, registry_channel, hour_from),
    ROW("hour-to", NUMBER, "0", NULL, NULL, registry_channel, hour_to),
    KEPT(registry_channel),
};
static const struct registry_attribute ASSOCIATION_ROWS[] = {
    REFERS("psp", "psp", registry_association, psp),
    REFERS("channel", "channel", registry_association, channel),
    KEPT_UNSEEN,
};
static const struct registry_attribute CALLER_ROWS[] = {
    PLAIN("code", TEXT, registry_caller, code),
    PLAIN("name", TEXT, registry_caller, name),
    ROW("node", SWITCH, "no", NULL, NULL, registry_caller, node),
    PLAIN("password-hash", SECRET, registry_caller, credential.password_hash),
    UNSEEN("password-file", SECRET_ONCE, NULL),
    KEPT(registry_caller),
};
static const struct registry_attribute SUBSCRIPTION_ROWS[] = {
    PLAIN("code", TEXT, registry_subscription, code),
    PLAIN("party", TEXT, registry_subscription, party),
    ROW("audience", WORD, NULL, AUDIENCE, NULL, registry_subscription, audience),
    PLAIN("format", TEXT, registry_subscription, format),
    ROW("holds", WORD, "reconciled", HOLDS, NULL, registry_subscription, holds),
    PLAIN("delivery", TEXT, registry_subscription, delivery),
    ROW("period", TEXT, "manual", NULL, NULL, registry_subscription, period),
    PLAIN("cut-off", TEXT, registry_subscription, cut_off),
    ROW("empty", SWITCH, "no", NULL, NULL, registry_subscription, empty),
    KEPT(registry_subscription),
};

#define KIND(name, rows, keys, kept, size, parts, n_parts)                                         \
    {                                                                                              \
        name, rows, ARRAY_LEN(rows), keys, kept, size, parts, n_parts                              \
    }
#define LEAF(name, rows, keys, kept, S) KIND(name, rows, keys, kept, sizeof(struct S), NULL, 0)

static const struct registry_kind CERTIFICATE_KIND =
    LEAF("certificate", CERTIFICATE_ROWS, 1, false, registry_certificate);
/* Their struct is a bare const char *: the Ente's code. */
static const struct registry_kind ONLY_KIND =
    KIND("only", ENTE_ROWS, 1, false, sizeof(const char *), NULL, 0);
static const struct registry_kind SCOPE_KIND =
    KIND("scope", ENTE_ROWS, 1, false, sizeof(const char *), NULL, 0);
static const struct registry_kind NETWORK_KIND = LEAF("network", NETWORK_ROWS, 1, false, network);
static const struct registry_kind ACCOUNT_KIND =
    LEAF("account", ACCOUNT_ROWS, 1, true, registry_account);
static const struct registry_kind DEBT_TYPE_KIND =
    LEAF("debt-type", DEBT_TYPE_ROWS, 1, true, registry_debt_type);
static const struct registry_kind ARCHIVE_KIND =
    LEAF("archive", ARCHIVE_ROWS, 2, true, registry_archive);
static const struct registry_kind DESTINATION_KIND =
    LEAF("destination", DESTINATION_ROWS, 1, true, registry_destination);
static const struct registry_kind POSTAL_ACCOUNT_KIND =
    LEAF("postal-account", POSTAL_ACCOUNT_ROWS, 1, true, registry_postal_account);

#define PART(kind, S, array)                                                                       \
    {                                                                                              \
        &(kind), offsetof(struct S, array), offsetof(struct S, n_##array)                          \
    }
#define CERTIFICATES(S)                                                                            \
    {                                                                                              \
        &CERTIFICATE_KIND, offsetof(struct S, credential.certificates),                            \
            offsetof(struct S, credential.n_certificates)                                          \
    }

static const struct registry_part STATION_PARTS[] = {CERTIFICATES(registry_station)};
static const struct registry_part CREDITOR_PARTS[] = {
    PART(ACCOUNT_KIND, registry_creditor, accounts),
    PART(DEBT_TYPE_KIND, registry_creditor, debt_types),
    PART(ARCHIVE_KIND, registry_creditor, archives),
    PART(DESTINATION_KIND, registry_creditor, destinations),
    PART(POSTAL_ACCOUNT_KIND, registry_creditor, postal_accounts),
};
static const struct registry_part CHANNEL_PARTS[] = {
    CERTIFICATES(registry_channel),
    PART(ONLY_KIND, registry_channel, creditors),
};
static const struct registry_part CALLER_PARTS[] = {
    CERTIFICATES(registry_caller),
    PART(NETWORK_KIND, registry_caller, networks),
    PART(SCOPE_KIND, registry_caller, creditors),
};

#define OWNER(name, rows, S, parts)                                                                \
    KIND(name, rows, 1, true, sizeof(struct S), parts, ARRAY_LEN(parts))

static const struct registry_kind COLLECTION_KIND =
    LEAF("collection", COLLECTION_ROWS, 1, true, registry_collection);
static const struct registry_kind BANK_KIND = LEAF("bank", BANK_ROWS, 1, true, registry_bank);
static const struct registry_kind BROKER_KIND =
    LEAF("broker", BROKER_ROWS, 1, true, registry_broker);
static const struct registry_kind STATION_KIND =
    OWNER("station", STATION_ROWS, registry_station, STATION_PARTS);
static const struct registry_kind CREDITOR_KIND =
    OWNER("creditor", CREDITOR_ROWS, registry_creditor, CREDITOR_PARTS);
static const struct registry_kind SERVICE_KIND =
    LEAF("service", SERVICE_ROWS, 1, true, registry_service);
static const struct registry_kind PSP_BROKER_KIND =
    LEAF("psp-broker", BROKER_ROWS, 1, true, registry_broker);
static const struct registry_kind PSP_KIND = LEAF("psp", PSP_ROWS, 1, true, registry_psp);
static const struct registry_kind CHANNEL_KIND =
    OWNER("channel", CHANNEL_ROWS, registry_channel, CHANNEL_PARTS);
static const struct registry_kind ASSOCIATION_KIND =
    LEAF("association", ASSOCIATION_ROWS, 2, true, registry_association);
static const struct registry_kind CALLER_KIND =
    OWNER("caller", CALLER_ROWS, registry_caller, CALLER_PARTS);
static const struct registry_kind SUBSCRIPTION_KIND =
    LEAF("subscription", SUBSCRIPTION_ROWS, 1, true, registry_subscription);

static const struct registry_part ROOT_PARTS[] = {
    PART(COLLECTION_KIND, registry, collections), PART(BANK_KIND, registry, banks),
    PART(BROKER_KIND, registry, brokers),         PART(STATION_KIND, registry, stations),
    PART(CREDITOR_KIND, registry, creditors),     PART(SERVICE_KIND, registry, services),
    PART(PSP_BROKER_KIND, registry, psp_brokers), PART(PSP_KIND, registry, psps),
    PART(CHANNEL_KIND, registry, channels),       PART(ASSOCIATION_KIND, registry, associations),
    PART(CALLER_KIND, registry, callers),         PART(SUBSCRIPTION_KIND, registry, subscriptions),
};
const struct registry_kind registry_kind_root = {
    "registry", NULL, 0, 0, false, sizeof(struct registry), ROOT_PARTS, ARRAY_LEN(ROOT_PARTS),
};

int registry_kind_index(const char *name)
{
    if (strcmp(name, "ente") == 0) name = CREDITOR_KIND.name;
    for (size_t i = 0; i < ARRAY_LEN(ROOT_PARTS); i++)
        if (strcmp(ROOT_PARTS[i].kind->name, name) == 0) return (int)i;
    return -1;
}

int registry_attribute_index(const struct registry_kind *kind, const char *name)
{
    for (size_t i = 0; i < kind->n_attributes; i++)
        if (strcmp(kind->attributes[i].name, name) == 0) return (int)i;
    return -1;
}
