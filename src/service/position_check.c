/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_check.h"

#include "domain/amount.h"
#include "domain/calendar.h"
#include "domain/fiscal_code.h"
#include "domain/iban.h"
#include "domain/notice.h"
#include "domain/text.h"
#include "service/position_content.h"
#include "service/position_metadata.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where in the position a check stands, for the field's path. */
struct place {
    const struct registry *registry;
    const struct registry_creditor *creditor;
    const struct registry_debt_type *type;
    struct position_refusal *out;
    int option, instalment, transfer; /* 0: not inside one */
};

__attribute__((format(printf, 4, 5))) static bool
refuse(const struct place *at, const char *code, const char *field, const char *expected, ...)
{
    va_list args;
    int n = 0;
    struct position_refusal *out = at->out;

    err_clear(); /* a refusal, whatever a check said */
    out->code = code;
    out->field[0] = 0;
    if (at->option) n += snprintf(out->field, sizeof out->field, "option[%d]/", at->option);
    if (at->instalment)
        n += snprintf(out->field + n, sizeof out->field - (size_t)n, "instalment[%d]/",
                      at->instalment);
    if (at->transfer)
        n += snprintf(out->field + n, sizeof out->field - (size_t)n, "transfer[%d]/", at->transfer);
    snprintf(out->field + n, sizeof out->field - (size_t)n, "%s", field);
    va_start(args, expected);
    vsnprintf(out->expected, sizeof out->expected, expected, args);
    va_end(args);
    return false;
}

static bool own_id_check(const struct place *at, const char *own_id)
{
    size_t len = strlen(own_id);

    for (const char *c = own_id; *c; c++)
        if (*c < '!' || *c > '~') len = 0;
    if (len < 1 || len > 35)
        return refuse(at, "OWN_ID_SYNTAX", "ownId", "1 to 35 visible ASCII characters, no blanks");
    return true;
}

#define IN_TEXT " of UTF-8, on one line"

/* Each part may be left out. */
static bool address_check(const struct place *at, const struct debt_subject *d)
{
    const struct {
        const char *field, *value;
        size_t max;
    } parts[] = {
        {"street", d->street, 70},          {"civicNumber", d->civic, 16},
        {"postalCode", d->postal_code, 16}, {"city", d->city, 35},
        {"province", d->province, 35},      {"country", d->country, 2},
    };

    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char field[40];

        if (text_check(parts[i].value, 0, parts[i].max) == ERR_NONE) continue;
        snprintf(field, sizeof field, "debtor/address/%s", parts[i].field);
        return refuse(at, "TEXT_SYNTAX", field, "at most %zu characters" IN_TEXT, parts[i].max);
    }
    return true;
}

static bool debtor_check(const struct place *at, const struct debt_subject *d)
{
    if (strcmp(d->kind, "F") != 0 && strcmp(d->kind, "G") != 0)
        return refuse(at, "DEBTOR_KIND", "debtor/kind", "F for a person, G for a firm");
    if (fiscal_code_check_party(d->kind[0], d->code) != ERR_NONE)
        return refuse(at, "DEBTOR_CODE", "debtor/code",
                      "a fiscal code with a right check character, capitals; or ANONIMO");
    if (text_check(d->name, 1, 70) != ERR_NONE)
        return refuse(at, "DEBTOR_NAME", "debtor/name", "1 to 70 characters" IN_TEXT);
    if (*d->email && text_check_email(d->email) != ERR_NONE)
        return refuse(at, "DEBTOR_EMAIL", "debtor/email", "an address of mail, name@place");
    return address_check(at, d);
}

static bool metadata_check(const struct place *at, const char *beside, const char *metadata)
{
    const char *expected = metadata ? position_metadata_wrong(beside, metadata) : NULL;

    return !expected || refuse(at, "METADATA_SYNTAX", "metadata", "%s", expected);
}

static bool account_check(const struct place *at, const struct registry_creditor *c,
                          const char *iban)
{
    const struct registry_account *account = registry_account_find(c, iban);

    if (iban_check(iban) != ERR_NONE)
        return refuse(at, "IBAN_SYNTAX", "iban", "an IBAN with right check digits");
    if (!account || !account->enabled)
        return refuse(at, "IBAN_UNKNOWN", "iban", "an account registered for the beneficiary");
    return true;
}

static bool is_base64(const char *text)
{
    size_t len = strlen(text), digits = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                     "abcdefghijklmnopqrstuvwxyz0123456789+/");

    return len > 0 && len % 4 == 0 && digits + strspn(text + digits, "=") == len &&
           len - digits <= 2;
}

/* Whoever sells the stamp has the money: there is no account. */
static bool stamp_check(const struct place *at, const struct debt_transfer *t)
{
    const struct debt_stamp *s = &t->stamp;

    if (*t->iban)
        return refuse(at, "STAMP_ACCOUNT", "iban", "no account where a stamp is asked for");
    if (!is_base64(s->hash))
        return refuse(at, "STAMP_SYNTAX", "stamp/hash", "base64 of the document's hash");
    if (strcmp(s->type, "01") != 0)
        return refuse(at, "STAMP_SYNTAX", "stamp/type", "01, the one kind that there is");
    if (strlen(s->province) != 2 || strspn(s->province, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
        return refuse(at, "STAMP_SYNTAX", "stamp/province", "two capital letters");
    return true;
}

static bool transfer_check(struct place *at, const struct debt_transfer *t)
{
    const struct registry_creditor *c = registry_creditor_find(at->registry, t->creditor);
    bool stamp = *t->stamp.hash || *t->stamp.type || *t->stamp.province;

    if (!c || !c->enabled)
        return refuse(at, "BENEFICIARY_UNKNOWN", "creditor", "the code of an enabled Ente");
    if (stamp ? !stamp_check(at, t) : !account_check(at, c, t->iban)) return false;
    if (t->amount_cents < 1) return refuse(at, "AMOUNT_SYNTAX", "amount", "at least 0.01");
    if (text_check(t->taxonomy, 1, 140) != ERR_NONE)
        return refuse(at, "TAXONOMY_SYNTAX", "taxonomy", "1 to 140 characters");
    if (text_check(t->remittance, 1, 140) != ERR_NONE)
        return refuse(at, "TEXT_SYNTAX", "remittance", "1 to 140 characters" IN_TEXT);
    return metadata_check(at, "", t->metadata);
}

/* No transfers: one, of the whole amount, to the debt type's account. */
static void transfers_complete(const struct place *at, struct debt_instalment *i)
{
    struct debt_transfer *t = &i->transfers[0];

    if (i->n_transfers == 0) {
        i->n_transfers = 1;
        t->number = 1;
        t->amount_cents = i->amount_cents;
        snprintf(t->creditor, sizeof t->creditor, "%s", at->creditor->code);
        snprintf(t->iban, sizeof t->iban, "%s", at->type->iban);
    }
    for (t = i->transfers; t < i->transfers + i->n_transfers; t++) {
        if (!*t->taxonomy) snprintf(t->taxonomy, sizeof t->taxonomy, "%s", at->type->taxonomy);
        if (!*t->remittance) text_copy(i->description, t->remittance, sizeof t->remittance);
    }
}

static bool transfers_check(struct place *at, const struct debt_instalment *i)
{
    int64_t sum = 0;
    unsigned seen = 0;
    char want[AMOUNT_SIZE];

    for (int t = 0; t < i->n_transfers; t++) {
        int number = i->transfers[t].number;

        at->transfer = t + 1;
        if (number < 1 || number > DEBT_TRANSFERS_MAX || seen & 1u << number)
            return refuse(at, "TRANSFER_NUMBER", "number", "distinct numbers from 1 to 5");
        seen |= 1u << number;
        if (!transfer_check(at, &i->transfers[t])) return false;
        sum += i->transfers[t].amount_cents;
    }
    at->transfer = 0;
    amount_print(i->amount_cents, want);
    if (sum != i->amount_cents)
        return refuse(at, "AMOUNT_SUM", "amount", "transfers that add up to %s", want);
    return true;
}

/* A notice number comes to the hub itself: the one that the Ente gives, or one of the hub's. */
static bool notice_number_check(const struct place *at, const struct debt_position *p,
                                const struct debt_instalment *i)
{
    const struct registry_archive *archive;
    const char *number = i->notice_number;

    if (!*number)
        return registry_archive_hosted(at->registry, at->creditor) ||
               refuse(at, "NOTICE_ARCHIVE", "noticeNumber",
                      "an Ente with an archive that the hub hosts: it has none to number from");
    if (notice_check(number) != ERR_NONE)
        return refuse(at, "NOTICE_SYNTAX", "noticeNumber", "18 digits");
    archive = registry_archive_find(at->creditor, number);
    if (!archive || !registry_station_hosted(at->registry, archive->station))
        return refuse(at, "NOTICE_ARCHIVE", "noticeNumber",
                      "aux digit and code of an archive of the Ente that the hub hosts");
    for (const struct debt_instalment *other = p->instalments; other < i; other++)
        if (!strcmp(other->notice_number, number))
            return refuse(at, "NOTICE_TAKEN", "noticeNumber",
                          "a notice number that no other instalment has");
    return true;
}

static bool instalment_check(struct place *at, const struct debt_position *p,
                             struct debt_instalment *i)
{
    int32_t due, until;

    if (i->number != at->instalment)
        return refuse(at, "INSTALMENT_NUMBER", "number", "%d: instalments count from 1",
                      at->instalment);
    if (i->amount_cents < 1 || i->amount_cents > AMOUNT_CENTS_MAX)
        return refuse(at, "AMOUNT_SYNTAX", "amount", "digits, a point, two digits, from 0.01");
    if (calendar_date_parse(i->due_date, &due) != ERR_NONE)
        return refuse(at, "DATE_SYNTAX", "dueDate", "a date, YYYY-MM-DD");
    if (*i->payable_until && calendar_date_parse(i->payable_until, &until) != ERR_NONE)
        return refuse(at, "DATE_SYNTAX", "payableUntil", "a date, YYYY-MM-DD");
    if (*i->payable_until && until < due)
        return refuse(at, "DATE_ORDER", "payableUntil", "not before dueDate");
    if (!*i->description) memcpy(i->description, p->description, sizeof i->description);
    if (text_check(i->description, 1, 140) != ERR_NONE)
        return refuse(at, "TEXT_SYNTAX", "description", "1 to 140 characters" IN_TEXT);
    if (!metadata_check(at, p->metadata, i->metadata)) return false;
    if (!notice_number_check(at, p, i)) return false;
    transfers_complete(at, i);
    return transfers_check(at, i);
}

static bool options_check(struct place *at, struct debt_position *p)
{
    if (p->n_options < 1 || p->n_options > DEBT_OPTIONS_MAX)
        return refuse(at, "OPTION_COUNT", "option", "1 to %d options", DEBT_OPTIONS_MAX);
    for (int o = 0; o < p->n_options; o++) {
        struct debt_option *option = &p->options[o];
        bool single = !strcmp(option->kind, "single");

        at->option = o + 1;
        at->instalment = 0;
        if (!single && strcmp(option->kind, "plan") != 0)
            return refuse(at, "OPTION_KIND", "kind", "single or plan");
        if (single ? option->n_instalments != 1
                   : option->n_instalments < 2 || option->n_instalments > DEBT_PLAN_MAX)
            return refuse(at, "OPTION_KIND", "instalment",
                          single ? "one instalment in a single option"
                                 : "2 to 60 instalments in a plan");
        option->number = o + 1;
        option->amount_cents = 0;
        for (int i = 0; i < option->n_instalments; i++) {
            at->instalment = i + 1;
            if (!instalment_check(at, p, &p->instalments[option->first + i])) return false;
            option->amount_cents += p->instalments[option->first + i].amount_cents;
        }
    }
    return true;
}

bool position_check(const struct registry *registry, const struct scope *scope,
                    struct debt_position *p, struct position_refusal *out)
{
    struct place at = {.registry = registry, .out = out};

    memset(out, 0, sizeof *out);
    out->code = "";
    at.creditor = registry_creditor_find(registry, p->creditor);
    if (!at.creditor || !scope_allows(scope, p->creditor))
        return refuse(&at, "CREDITOR_UNKNOWN", "creditor", "an Ente that you may speak for");
    if (!at.creditor->enabled)
        return refuse(&at, "CREDITOR_DISABLED", "creditor", "an Ente that is enabled");
    if (!own_id_check(&at, p->own_id)) return false;
    at.type = registry_debt_type_find(at.creditor, p->debt_type);
    if (!at.type || !at.type->enabled)
        return refuse(&at, "DEBT_TYPE_UNKNOWN", "debtType", "a debt type registered for the Ente");
    if (!debtor_check(&at, &p->debtor)) return false;
    if (text_check(p->description, 1, 140) != ERR_NONE)
        return refuse(&at, "TEXT_SYNTAX", "description", "1 to 140 characters" IN_TEXT);
    if (*p->office && text_check(p->office, 1, 140) != ERR_NONE)
        return refuse(&at, "TEXT_SYNTAX", "office", "1 to 140 characters" IN_TEXT);
    if (!metadata_check(&at, "", p->metadata)) return false;
    return options_check(&at, p);
}

void position_difference(const struct debt_position *stored, const struct debt_position *sent,
                         struct position_refusal *out)
{
    struct place at = {.out = out};
    const char *field = position_head_differs(stored, sent);

    if (!field &&
        (stored->n_options != sent->n_options || stored->n_instalments != sent->n_instalments))
        field = "option";
    for (int o = 0; !field && o < sent->n_options; o++)
        for (int i = 0; !field && i < sent->options[o].n_instalments; i++) {
            int n = sent->options[o].first + i;

            at.option = o + 1;
            at.instalment = i + 1;
            field = position_instalment_differs(&stored->instalments[n], &sent->instalments[n]);
        }
    if (!field) {
        at.option = at.instalment = 0;
        field = "option";
    }
    refuse(&at, "OTHER_CONTENT", field, "the content that this ownId was sent with before");
}
