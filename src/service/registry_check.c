/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_check.h"

#include "domain/fiscal_code.h"
#include "domain/iban.h"
#include "domain/network.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 400 };

void registry_complain(const struct registry_report *report, struct buf *to,
                       const struct registry_entry *e, enum err *rc, const char *fmt, ...)
{
    char key[REGISTRY_KEY_SIZE], text[TEXT_SIZE];
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

/* In the document itself, or for a part in what the hub has. What a whole document leaves out is
 * about to be disabled: nothing in it may lean on that. */
const struct registry_entry *registry_check_target(const struct registry_check *c,
                                                   const char *element, const char *key)
{
    const struct registry_entry *found = registry_tree_find(c->root, element, key);

    if (found == NULL && c->known != NULL) found = registry_tree_find(c->known, element, key);
    return found;
}

/* ---- by attribute ---- */

void registry_check_reference(struct registry_check *c, const struct registry_entry *e,
                              const char *attribute, const char *element, const char *key)
{
    if (strcmp(key, "*") == 0 && strcmp(e->kind->name, "scope") == 0) return;
    if (registry_check_target(c, element, key) == NULL)
        PROBLEM(c, e, "%s=\"%s\": there is no such %s in the %s", attribute, key, element,
                c->known ? "registry" : "document");
}

static void fiscal_code_check_value(struct registry_check *c, const struct registry_entry *e,
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
static void network_check_value(struct registry_check *c, const struct registry_entry *e,
                                const char *attribute, const char *value)
{
    struct network network;

    if (!network_parse(value, &network))
        PROBLEM(c, e, "%s=\"%s\": expected an address or a network like 10.0.0.0/8", attribute,
                value);
    else if (network.bits == (strchr(value, ':') ? 0 : 96))
        PROBLEM(c, e, "%s=\"%s\": is everybody", attribute, value);
}

static void attributes_check(struct registry_check *c, const struct registry_entry *e)
{
    for (size_t i = 0; i < e->kind->n_attributes; i++) {
        const struct registry_attribute *a = &e->kind->attributes[i];
        const char *value = e->values[i];

        if (value == NULL) continue;
        if (a->refers != NULL) registry_check_reference(c, e, a->name, a->refers, value);
        if (a->type == REGISTRY_FISCAL_CODE) fiscal_code_check_value(c, e, a->name, value);
        if (a->type == REGISTRY_IBAN && iban_check(value) != ERR_NONE)
            PROBLEM(c, e, "%s=\"%s\": its check digits, CIN or length are wrong", a->name, value);
        if (a->type == REGISTRY_NETWORK) network_check_value(c, e, a->name, value);
    }
}

static void entry_check(struct registry_check *c, const struct registry_entry *e)
{
    attributes_check(c, e);
    registry_check_kind(c, e);
}

static void doubles_check(struct registry_check *c, const struct registry_list *list)
{
    for (size_t i = 1; i < list->n; i++)
        if (registry_entry_compare(list->entries[i - 1], list->entries[i]) == 0)
            PROBLEM(c, list->entries[i], "is there twice: see line %ld too",
                    list->entries[i - 1]->line);
}

/* ---- the whole ---- */

size_t registry_check_collections(const struct registry_check *c)
{
    const struct registry_list *list = registry_list_of(c->root, "collection");
    size_t n = 0;

    for (size_t i = 0; i < list->n; i++)
        n += registry_enabled(list->entries[i]);
    return n;
}

/* Flows of money must know one account to order from. */
static void collections_check(struct registry_check *c)
{
    const struct registry_list *list = registry_list_of(c->root, "collection");
    const struct registry_entry *first = NULL;

    for (size_t i = 0; i < list->n; i++) {
        const struct registry_entry *e = list->entries[i];

        if (!registry_enabled(e) || !registry_is(e, "default", "yes")) continue;
        if (first != NULL) PROBLEM(c, e, "default=\"yes\": line %ld says so too", first->line);
        first = e;
    }
    if (registry_check_collections(c) > 0 && first == NULL)
        PROBLEM(c, list->entries[0], "no enabled collection has default=\"yes\"");
}

/* A certificate that two callers own would say two names at once. */
static void certificates_check(struct registry_check *c)
{
    const struct registry_list *callers = registry_list_of(c->root, "caller");

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
static void postal_account_check(struct registry_check *c, const struct registry_entry *owner,
                                 const struct registry_entry *account,
                                 const struct registry_entry *root)
{
    const struct registry_list *creditors = registry_list_of(root, "creditor");

    for (size_t i = 0; i < creditors->n; i++) {
        const struct registry_entry *other = creditors->entries[i];
        const struct registry_list *theirs = registry_list_of(other, "postal-account");

        if (registry_entry_compare(other, owner) == 0) continue;
        for (size_t k = 0; k < theirs->n; k++)
            if (registry_enabled(theirs->entries[k]) &&
                registry_entry_compare(theirs->entries[k], account) == 0)
                PROBLEM(c, account, "creditor %s has it too", registry_value(other, "code"));
    }
}

static void postal_accounts_check(struct registry_check *c)
{
    const struct registry_list *creditors = registry_list_of(c->root, "creditor");

    for (size_t i = 0; i < creditors->n; i++) {
        const struct registry_entry *owner = creditors->entries[i];
        const struct registry_list *accounts = registry_list_of(owner, "postal-account");

        for (size_t k = 0; k < accounts->n; k++) {
            if (!registry_enabled(accounts->entries[k])) continue;
            postal_account_check(c, owner, accounts->entries[k], c->root);
            if (c->known) postal_account_check(c, owner, accounts->entries[k], c->known);
        }
    }
}

static void scope_check(struct registry_check *c, const char *scope)
{
    const struct registry_list *creditors = registry_list_of(c->root, "creditor");
    size_t n = 0;
    enum err rc;

    for (size_t p = 0; p < c->root->kind->n_parts; p++)
        n += c->root->parts[p].n;
    if (n == 1 && creditors->n == 1 && registry_is(creditors->entries[0], "code", scope)) return;
    rc = buf_printf(c->report->problems,
                    "%s: scope=\"ente:%s\": expected exactly one creditor with that code, and "
                    "nothing else\n",
                    c->report->name, scope);
    if (c->rc == ERR_NONE) c->rc = rc;
}

enum err registry_check(const struct registry_entry *root, const char *scope,
                        const struct registry_entry *known, const struct registry_report *report)
{
    struct registry_check c = {root, known, report, ERR_NONE};

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
