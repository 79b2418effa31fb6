/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_tree.h"

#include "base/log.h"
#include "crypto/hash.h"
#include "domain/amount.h"

#include <stdlib.h>
#include <string.h>

int64_t registry_duration_ms(const char *text)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    char *unit;
    int64_t number = strtoll(text, &unit, 10);

    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (strcmp(unit, units[i].unit) == 0) return number * units[i].ms;
    return 0;
}

/* One setter a type: the value of a checked document into its field. */
struct place {
    struct arena *arena;
    const struct registry_entry *entry;
    const struct registry_attribute *attribute;
    void *field;
};
typedef enum err set_fn(const struct place *p, const char *text);

static enum err text_set(const struct place *p, const char *text)
{
    const char *copy = arena_strdup(p->arena, text);

    memcpy(p->field, &copy, sizeof copy);
    return copy != NULL ? ERR_NONE : err_set(ERR_LIMIT, "the registry");
}

/* A missing file closes one peer's door, not the hub's. */
static enum err secret_file_set(const struct place *p, const char *text)
{
    const char *password = "";

    if (*text != '\0' && registry_password_read(p->arena, text, &password) != ERR_NONE) {
        log_event(LOG_ERROR, "registry.password_file", LOG_TEXT("kind", p->entry->kind->name),
                  LOG_TEXT("code", p->entry->values[0]), LOG_TEXT("file", text));
        err_clear();
    }
    memcpy(p->field, &password, sizeof(const char *));
    return ERR_NONE;
}

static enum err switch_set(const struct place *p, const char *text)
{
    bool on = strcmp(text, "yes") == 0;

    memcpy(p->field, &on, sizeof on);
    return ERR_NONE;
}

static enum err number_set(const struct place *p, const char *text)
{
    int number = *text != '\0' ? (int)strtol(text, NULL, 10) : -1;

    memcpy(p->field, &number, sizeof number);
    return ERR_NONE;
}

static enum err amount_set(const struct place *p, const char *text)
{
    return amount_parse_or_zero(text, p->field);
}

static enum err duration_set(const struct place *p, const char *text)
{
    int64_t ms = registry_duration_ms(text);

    memcpy(p->field, &ms, sizeof ms);
    return ms > 0 ? ERR_NONE : err_set(ERR_REGISTRY, p->attribute->name);
}

static enum err word_set(const struct place *p, const char *text)
{
    for (int i = 0; p->attribute->words[i] != NULL; i++) {
        if (strcmp(p->attribute->words[i], text) != 0) continue;
        memcpy(p->field, &i, sizeof i);
        return ERR_NONE;
    }
    return err_set(ERR_REGISTRY, p->attribute->name);
}

static enum err digest_set(const struct place *p, const char *text)
{
    struct hash hash;

    if (!crypto_hash_parse(text, &hash)) return err_set(ERR_REGISTRY, p->attribute->name);
    memcpy(p->field, hash.bytes, sizeof hash.bytes);
    return ERR_NONE;
}

_Static_assert(sizeof(enum channel_kind) == sizeof(int), "word_set writes an int");

static enum err network_set(const struct place *p, const char *text)
{
    struct network network;

    if (!network_parse(text, &network)) return err_set(ERR_REGISTRY, p->attribute->name);
    memcpy(p->field, &network, sizeof network);
    return ERR_NONE;
}

static set_fn *const SETTERS[] = {
    [REGISTRY_TEXT] = text_set,
    [REGISTRY_FISCAL_CODE] = text_set,
    [REGISTRY_IBAN] = text_set,
    [REGISTRY_INSTANT] = text_set,
    [REGISTRY_SWITCH] = switch_set,
    [REGISTRY_NUMBER] = number_set,
    [REGISTRY_AMOUNT] = amount_set,
    [REGISTRY_DURATION] = duration_set,
    [REGISTRY_WORD] = word_set,
    [REGISTRY_DIGEST] = digest_set,
    [REGISTRY_NETWORK] = network_set,
    [REGISTRY_SECRET] = text_set,
    [REGISTRY_SECRET_FILE] = secret_file_set,
    [REGISTRY_SECRET_ONCE] = text_set,
};

/* Has the kind's struct room to say that it is disabled? If not, disabled is left out. */
static bool disabled_known(const struct registry_kind *kind)
{
    int at = registry_attribute_index(kind, "enabled");

    return at < 0 || kind->attributes[at].field != REGISTRY_NO_FIELD;
}

static enum err entry_build(struct arena *arena, const struct registry_entry *e, char *to)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < e->kind->n_attributes; i++) {
        const struct registry_attribute *a = &e->kind->attributes[i];
        const struct place place = {arena, e, a, to + a->field};

        if (a->field == REGISTRY_NO_FIELD) continue;
        TRY(SETTERS[a->type](&place, registry_value(e, a->name)));
    }
out:
    return rc;
}

/* The array of one part of owner's struct, entries without their own parts. out_array: NULL when
 * there are none. */
static enum err list_build(struct arena *arena, const struct registry_part *part,
                           const struct registry_list *list, char *owner, char **out_array)
{
    enum err rc = ERR_NONE;
    bool all = disabled_known(part->kind);
    char *array = NULL;
    size_t n = 0;

    if (list->n > 0) {
        array = arena_alloc(arena, list->n * part->kind->size);
        if (array == NULL) return err_set(ERR_LIMIT, "the registry");
    }
    for (size_t i = 0; i < list->n; i++) {
        if (!all && !registry_enabled(list->entries[i])) continue;
        TRY(entry_build(arena, list->entries[i], array + n * part->kind->size));
        n++;
    }
    memcpy(owner + part->array, &array, sizeof array);
    memcpy(owner + part->count, &n, sizeof n);
    *out_array = array;
out:
    return rc;
}

/* What an account does not say is its Ente's. */
static void accounts_fill(struct registry_entry *creditor)
{
    const struct registry_list *accounts = &creditor->parts[0];

    for (size_t i = 0; i < accounts->n; i++) {
        struct registry_entry *account = accounts->entries[i];
        const char **holder = &account->values[registry_attribute_index(account->kind, "holder")];
        const char **bank = &account->values[registry_attribute_index(account->kind, "bank")];

        if (*holder == NULL) *holder = registry_value(creditor, "name");
        if (*bank == NULL) *bank = registry_value(creditor, "bank");
    }
}

/* Parts of the entries of a list; all kinds with parts are kept in struct registry when disabled,
 * so that array and list go in step. */
static enum err parts_build(struct arena *arena, const struct registry_list *list, char *array)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < list->n; i++) {
        struct registry_entry *e = list->entries[i];
        char *ignored;

        if (strcmp(e->kind->name, "creditor") == 0) accounts_fill(e);
        for (size_t p = 0; p < e->kind->n_parts; p++)
            TRY(list_build(arena, &e->kind->parts[p], &e->parts[p], array + i * e->kind->size,
                           &ignored));
    }
out:
    return rc;
}

/* Nothing is ordered from a bank that is disabled: what its subscription would tell waits. */
static void subscriptions_close(const struct registry *r, struct registry_subscription *list)
{
    for (size_t i = 0; i < r->n_subscriptions; i++) {
        const struct registry_bank *bank = registry_bank_find(r, list[i].party);

        if (list[i].audience == FLOW_AUDIENCE_BANK && (!bank || !bank->enabled))
            list[i].enabled = false;
    }
}

enum err registry_build(struct registry_entry *root, int64_t version, struct registry **out)
{
    struct registry *r = calloc(1, sizeof *r);
    enum err rc = ERR_NONE;

    if (r == NULL) return err_set(ERR_MEMORY, "the registry");
    r->arena = (struct arena)ARENA_INIT(REGISTRY_ARENA_MAX);
    r->version = version;
    for (size_t p = 0; p < root->kind->n_parts; p++) {
        const struct registry_part *part = &root->kind->parts[p];
        char *array = NULL;

        TRY(list_build(&r->arena, part, &root->parts[p], (char *)r, &array));
        if (array != NULL) TRY(parts_build(&r->arena, &root->parts[p], array));
        if (!strcmp(part->kind->name, "subscription"))
            subscriptions_close(r, (struct registry_subscription *)(void *)array);
    }
    *out = r;
    r = NULL;
out:
    registry_free(&r);
    return rc;
}
