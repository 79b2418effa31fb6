/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_tree.h"

#include "domain/fiscal_code.h"
#include "domain/iban.h"
#include "domain/network.h"
#include "domain/period.h"
#include "flow/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = 2 * (REGISTRY_CODE_MAX + 1) + 64, TEXT_SIZE = 400 };

struct check {
    const struct registry_entry *root, *known;
    const struct registry_report *report;
    enum err rc;
};

void registry_complain(const struct registry_report *report, struct buf *to,
                       const struct registry_entry *e, enum err *rc, const char *fmt, ...)
{
    char key[KEY_SIZE], text[TEXT_SIZE];
    enum err added;
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    registry_key(e, key, sizeof key);
    added = buf_printf(to, "%s:%ld: %s%s %s: %s\n", report->name, e->line,
                       to == report->warnings ? "warning: " : "", e->kind->name, key, text);
    if (*rc == ERR_NONE) *rc = added;
}

#define PROBLEM(c, e, ...)                                                                         \
    registry_complain((c)->report, (c)->report->problems, (e), &(c)->rc, __VA_ARGS__)
#define WARNING(c, e, ...)                                                                         \
    registry_complain((c)->report, (c)->report->warnings, (e), &(c)->rc, __VA_ARGS__)

static bool given(const struct registry_entry *e, const char *attribute)
{
    return *registry_value(e, attribute) != '\0';
}

static bool is(const struct registry_entry *e, const char *attribute, const char *value)
{
    return strcmp(registry_value(e, attribute), value) == 0;
}

/* In the document itself, or for a part in what the hub has. What a whole document leaves out is
 * about to be disabled: nothing in it may lean on that. */
static const struct registry_entry *target(const struct check *c, const char *element,
                                           const char *key)
{
    const struct registry_entry *found = registry_tree_find(c->root, element, key);

    if (found == NULL && c->known != NULL) found = registry_tree_find(c->known, element, key);
    return found;
}

/* ---- by attribute ---- */

static void reference_check(struct check *c, const struct registry_entry *e, const char *attribute,
                            const char *element, const char *key)
{
    if (strcmp(key, "*") == 0 && strcmp(e->kind->name, "scope") == 0) return;
    if (target(c, element, key) == NULL)
        PROBLEM(c, e, "%s=\"%s\": there is no such %s in the %s", attribute, key, element,
                c->known ? "registry" : "document");
}

static void fiscal_code_check_value(struct check *c, const struct registry_entry *e,
                                    const char *attribute, const char *value)
{
    bool person = strlen(value) == FISCAL_CODE_MAX;

    if (person && fiscal_code_check_person(value) != ERR_NONE)
        PROBLEM(c, e, "%s=\"%s\": its check character is wrong", attribute, value);
    else if (!person && fiscal_code_check_firm(value) != ERR_NONE)
        PROBLEM(c, e, "%s=\"%s\": expected 11 digits", attribute, value);
    else if (!person && !fiscal_code_firm_has_check(value))
        WARNING(c, e, "%s=\"%s\": its check digit is wrong", attribute, value); /* [X41] */
}

/* Every address there is would be no list of who may speak. */
static void network_check_value(struct check *c, const struct registry_entry *e,
                                const char *attribute, const char *value)
{
    struct network network;

    if (!network_parse(value, &network))
        PROBLEM(c, e, "%s=\"%s\": expected an address or a network like 10.0.0.0/8", attribute,
                value);
    else if (network.bits == (strchr(value, ':') ? 0 : 96))
        PROBLEM(c, e, "%s=\"%s\": is everybody", attribute, value);
}

static void attributes_check(struct check *c, const struct registry_entry *e)
{
    for (size_t i = 0; i < e->kind->n_attributes; i++) {
        const struct registry_attribute *a = &e->kind->attributes[i];
        const char *value = e->values[i];

        if (value == NULL) continue;
        if (a->refers != NULL) reference_check(c, e, a->name, a->refers, value);
        if (a->type == REGISTRY_FISCAL_CODE) fiscal_code_check_value(c, e, a->name, value);
        if (a->type == REGISTRY_IBAN && iban_check(value) != ERR_NONE)
            PROBLEM(c, e, "%s=\"%s\": its check digits, CIN or length are wrong", a->name, value);
        if (a->type == REGISTRY_NETWORK) network_check_value(c, e, a->name, value);
    }
}

/* ---- by kind ---- */

typedef void check_fn(struct check *c, const struct registry_entry *e);

static void station_check(struct check *c, const struct registry_entry *e)
{
    if (is(e, "hosted", "yes") && given(e, "url"))
        PROBLEM(c, e,
                "hosted=\"yes\" and a url: the hub answers for it, or it is called, not both");
    if (is(e, "hosted", "no") && !given(e, "url"))
        PROBLEM(c, e, "url is missing: it is not hosted");
}

static void archive_check(struct check *c, const struct registry_entry *e)
{
    bool coded = is(e, "aux-digit", "0") || is(e, "aux-digit", "3");

    if (coded && !given(e, "code")) PROBLEM(c, e, "code is missing: aux digits 0 and 3 have one");
    if (!coded && given(e, "code")) PROBLEM(c, e, "code: aux digits 1 and 2 have none");
}

static const struct registry_list *part_of(const struct registry_entry *e, const char *element)
{
    for (size_t p = 0; p < e->kind->n_parts; p++)
        if (strcmp(e->kind->parts[p].kind->name, element) == 0) return &e->parts[p];
    return NULL;
}

/* A hub that answers for the notices knows of the payments; a station does when it is told [I7]. */
static void creditor_check(struct check *c, const struct registry_entry *e)
{
    const struct registry_list *archives = part_of(e, "archive");
    const struct registry_list *destinations = part_of(e, "destination");

    for (size_t i = 0; i < destinations->n; i++)
        if (registry_enabled(destinations->entries[i])) return;
    for (size_t i = 0; i < archives->n; i++) {
        const struct registry_entry *archive = archives->entries[i];
        const struct registry_entry *station =
            target(c, "station", registry_value(archive, "station"));

        if (registry_enabled(archive) && station != NULL && is(station, "hosted", "no"))
            WARNING(c, archive,
                    "station=\"%s\": is asked of notices, but no destination tells it of payments",
                    registry_value(archive, "station"));
    }
}

/* Which station makes the notices must not depend on the order of archives. */
static void service_check(struct check *c, const struct registry_entry *e)
{
    const struct registry_entry *ente = target(c, "creditor", registry_value(e, "creditor"));
    const struct registry_list *archives = ente ? part_of(ente, "archive") : NULL;
    const char *one = NULL;

    if (given(e, "station") || !archives || !registry_enabled(e)) return;
    for (size_t i = 0; i < archives->n; i++) {
        const char *station = registry_value(archives->entries[i], "station");

        if (!registry_enabled(archives->entries[i])) continue;
        if (one != NULL && strcmp(one, station) != 0) {
            PROBLEM(c, e, "station is missing: the archives of its creditor name several");
            return;
        }
        one = station;
    }
    if (one == NULL) PROBLEM(c, e, "station is missing: its creditor has no archive");
}

static void destination_check(struct check *c, const struct registry_entry *e)
{
    bool notify = is(e, "kind", "notify");
    const char *wanted = notify ? "url" : "station", *other = notify ? "station" : "url";
    const struct registry_entry *station = target(c, "station", registry_value(e, "station"));

    if (!given(e, wanted)) PROBLEM(c, e, "%s is missing", wanted);
    if (given(e, other)) PROBLEM(c, e, "%s: a %s has none", other, registry_value(e, "kind"));
    if (!notify && (given(e, "user") || given(e, "password-file")))
        PROBLEM(c, e, "user and password-file: the station has its own");
    if (given(e, "user") != given(e, "password-file"))
        PROBLEM(c, e, "user and password-file go together");
    if (station != NULL && is(station, "hosted", "yes"))
        PROBLEM(c, e, "station=\"%s\": is hosted, so nothing can be sent to it",
                registry_value(e, "station"));
}

/* What proves who it is: a channel always says a password, a caller may show a certificate. */
static void password_check(struct check *c, const struct registry_entry *e)
{
    bool hash = given(e, "password-hash"), file = given(e, "password-file");
    bool channel = strcmp(e->kind->name, "channel") == 0, certificate = e->parts[0].n > 0;

    if (hash && file) PROBLEM(c, e, "password-hash and password-file: give one of them");
    if (hash || file || !registry_enabled(e)) return;
    if (channel)
        PROBLEM(c, e, "password-hash or password-file is missing");
    else if (!certificate && is(e, "node", "no"))
        PROBLEM(c, e, "a certificate, password-hash or password-file is missing");
}

/* The node's messages have no password: where it speaks from, or its certificate, is all. */
static void caller_check(struct check *c, const struct registry_entry *e)
{
    bool node = is(e, "node", "yes"), certificate = e->parts[0].n > 0, network = e->parts[1].n > 0;

    password_check(c, e);
    if (node && !certificate && !network && registry_enabled(e))
        PROBLEM(c, e, "a certificate or a network is missing: node=\"yes\" is known by them");
    if (!node && network) PROBLEM(c, e, "network: only with node=\"yes\"");
}

static void channel_check(struct check *c, const struct registry_entry *e)
{
    long from = strtol(registry_value(e, "hour-from"), NULL, 10);
    long to = strtol(registry_value(e, "hour-to"), NULL, 10);

    password_check(c, e);
    if (from >= to && to != 0) PROBLEM(c, e, "hour-from must be before hour-to");
    if (from > 0 && to == 0) PROBLEM(c, e, "hour-to is missing: hour-from has no end");
}

static void period_check(struct check *c, const struct registry_entry *e)
{
    struct period p;

    if (period_parse(registry_value(e, "period"), &p) != ERR_NONE) {
        PROBLEM(c, e, "%s", err_detail()->field);
        err_clear();
        return;
    }
    if (p.kind == PERIOD_FOLLOW && is(e, "audience", "bank"))
        PROBLEM(c, e, "period: a bank's subscription follows no other");
    if (p.kind != PERIOD_TIMED && given(e, "cut-off"))
        PROBLEM(c, e, "cut-off: only for a period that ends by the clock");
    if (is(e, "empty", "yes") && (p.kind != PERIOD_TIMED || is(e, "audience", "bank")))
        PROBLEM(c, e, "empty: only for an Ente's period that ends by the clock");
}

static const struct registry_list *list_of(const struct registry_entry *root, const char *element)
{
    return &root->parts[registry_kind_index(element)];
}

static size_t collections_enabled(const struct check *c)
{
    const struct registry_list *list = list_of(c->root, "collection");
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++)
        n += registry_enabled(list->entries[i]);
    return n;
}

/* The money of an account is settled for one bank's subscription: which, nobody shall guess. */
static void bank_once_check(struct check *c, const struct registry_entry *e)
{
    const struct registry_list *list = list_of(c->root, "subscription");

    for (size_t i = 0; i < list->n && list->entries[i] != e; i++) {
        const struct registry_entry *other = list->entries[i];

        if (registry_enabled(other) && is(other, "audience", "bank") &&
            is(other, "party", registry_value(e, "party")))
            PROBLEM(c, e, "party=\"%s\": subscription %s settles this bank's money already",
                    registry_value(e, "party"), registry_value(other, "code"));
    }
}

static void subscription_check(struct check *c, const struct registry_entry *e)
{
    const char *party = registry_value(e, "party");
    bool bank = is(e, "audience", "bank");

    reference_check(c, e, "party", bank ? "bank" : "creditor", party);
    period_check(c, e);
    if (!registry_enabled(e)) return;
    if (!flow_file_name_ok(party))
        PROBLEM(c, e,
                "party=\"%s\": it stands in file names: letters, digits, point, hyphen and "
                "underscore expected",
                party);
    if (bank) bank_once_check(c, e);
    if (collections_enabled(c) == 0)
        PROBLEM(c, e, "there is no enabled collection: flows say from which account money comes");
}

static const struct {
    const char *element;
    check_fn *check;
} CHECKS[] = {
    {"station", station_check},           {"creditor", creditor_check}, {"archive", archive_check},
    {"destination", destination_check},   {"channel", channel_check},   {"caller", caller_check},
    {"subscription", subscription_check}, {"service", service_check},
};

static void entry_check(struct check *c, const struct registry_entry *e)
{
    attributes_check(c, e);
    for (size_t i = 0; i < ARRAY_LEN(CHECKS); i++)
        if (strcmp(CHECKS[i].element, e->kind->name) == 0) CHECKS[i].check(c, e);
}

static void doubles_check(struct check *c, const struct registry_list *list)
{
    for (size_t i = 1; i < list->n; i++)
        if (registry_entry_compare(list->entries[i - 1], list->entries[i]) == 0)
            PROBLEM(c, list->entries[i], "is there twice: see line %ld too",
                    list->entries[i - 1]->line);
}

/* ---- the whole ---- */

/* Flows of money must know one account to order from. */
static void collections_check(struct check *c)
{
    const struct registry_list *list = list_of(c->root, "collection");
    const struct registry_entry *first = NULL;

    for (size_t i = 0; i < list->n; i++) {
        const struct registry_entry *e = list->entries[i];

        if (!registry_enabled(e) || !is(e, "default", "yes")) continue;
        if (first != NULL) PROBLEM(c, e, "default=\"yes\": line %ld says so too", first->line);
        first = e;
    }
    if (collections_enabled(c) > 0 && first == NULL)
        PROBLEM(c, list->entries[0], "no enabled collection has default=\"yes\"");
}

/* A certificate that two callers own would say two names at once. */
static void certificates_check(struct check *c)
{
    const struct registry_list *callers = list_of(c->root, "caller");

    for (size_t i = 0; i < callers->n; i++)
        for (size_t j = 0; j < i; j++)
            for (size_t x = 0; x < callers->entries[i]->parts[0].n; x++)
                for (size_t y = 0; y < callers->entries[j]->parts[0].n; y++) {
                    const struct registry_entry *a = callers->entries[i]->parts[0].entries[x];
                    const struct registry_entry *b = callers->entries[j]->parts[0].entries[y];

                    if (registry_entry_compare(a, b) == 0)
                        PROBLEM(c, a, "caller %s has the same certificate",
                                registry_value(callers->entries[j], "code"));
                }
}

/* A slip's account that two Enti own would name two at once. */
static void postal_account_check(struct check *c, const struct registry_entry *owner,
                                 const struct registry_entry *account,
                                 const struct registry_entry *root)
{
    const struct registry_list *creditors = list_of(root, "creditor");

    for (size_t i = 0; i < creditors->n; i++) {
        const struct registry_entry *other = creditors->entries[i];
        const struct registry_list *theirs = part_of(other, "postal-account");

        if (registry_entry_compare(other, owner) == 0) continue;
        for (size_t k = 0; k < theirs->n; k++)
            if (registry_enabled(theirs->entries[k]) &&
                registry_entry_compare(theirs->entries[k], account) == 0)
                PROBLEM(c, account, "creditor %s has it too", registry_value(other, "code"));
    }
}

static void postal_accounts_check(struct check *c)
{
    const struct registry_list *creditors = list_of(c->root, "creditor");

    for (size_t i = 0; i < creditors->n; i++) {
        const struct registry_entry *owner = creditors->entries[i];
        const struct registry_list *accounts = part_of(owner, "postal-account");

        for (size_t k = 0; k < accounts->n; k++) {
            if (!registry_enabled(accounts->entries[k])) continue;
            postal_account_check(c, owner, accounts->entries[k], c->root);
            if (c->known) postal_account_check(c, owner, accounts->entries[k], c->known);
        }
    }
}

static void scope_check(struct check *c, const char *scope)
{
    const struct registry_list *creditors = list_of(c->root, "creditor");
    size_t n = 0;
    enum err rc;

    for (size_t p = 0; p < c->root->kind->n_parts; p++)
        n += c->root->parts[p].n;
    if (n == 1 && creditors->n == 1 && is(creditors->entries[0], "code", scope)) return;
    rc = buf_printf(c->report->problems,
                    "%s: scope=\"ente:%s\": expected exactly one creditor with that code, and "
                    "nothing else\n",
                    c->report->name, scope);
    if (c->rc == ERR_NONE) c->rc = rc;
}

enum err registry_check(const struct registry_entry *root, const char *scope,
                        const struct registry_entry *known, const struct registry_report *report)
{
    struct check c = {root, known, report, ERR_NONE};

    if (scope != NULL) scope_check(&c, scope);
    for (size_t p = 0; p < root->kind->n_parts; p++) {
        const struct registry_list *list = &root->parts[p];

        doubles_check(&c, list);
        for (size_t i = 0; i < list->n; i++) {
            const struct registry_entry *e = list->entries[i];

            for (size_t q = 0; q < e->kind->n_parts; q++)
                doubles_check(&c, &e->parts[q]);
            if (e->invalid) continue;
            entry_check(&c, e);
            for (size_t q = 0; q < e->kind->n_parts; q++)
                for (size_t k = 0; k < e->parts[q].n; k++)
                    entry_check(&c, e->parts[q].entries[k]);
        }
    }
    collections_check(&c);
    certificates_check(&c);
    postal_accounts_check(&c);
    return c.rc;
}
