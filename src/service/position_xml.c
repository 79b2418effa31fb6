/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_xml.h"

#include "domain/amount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS "urn:payer:position:1"

/* Facets were checked before: what does not fit is a fault of ours. */
#define COPY(to, node, name) copy((to), sizeof(to), xml_child_text((node), NS, (name)))

static enum err copy(char *to, size_t cap, const char *from)
{
    size_t len = from ? strlen(from) : 0;

    if (len >= cap) return BUG("a field longer than its facet");
    if (len) memcpy(to, from, len);
    to[len] = 0;
    return ERR_NONE;
}

/* A schema takes blanks around an amount or a day, and days of years that do not exist here; they
 * are left as what is no amount and no day, and position_check() refuses the position [X39] [X40].
 */
static int64_t amount_read(const struct xml_node *node)
{
    const char *text = xml_child_text(node, NS, "amount");
    int64_t cents = 0;

    if (amount_parse(text ? text : "", &cents) != ERR_NONE) err_clear();
    return cents;
}

static void day_read(const struct xml_node *node, const char *name, char to[11])
{
    const char *text = xml_child_text(node, NS, name);

    snprintf(to, 11, "%s", !text ? "" : strlen(text) == 10 ? text : "?");
}

static int number_read(const struct xml_node *node)
{
    const char *text = xml_child_text(node, NS, "number");

    return text ? (int)strtol(text, NULL, 10) : 0;
}

static enum err debtor_read(const struct xml_node *node, struct debt_subject *d)
{
    enum err rc;
    const struct xml_node *address = xml_child(node, NS, "address");

    TRY(COPY(d->kind, node, "kind"));
    TRY(COPY(d->code, node, "code"));
    TRY(COPY(d->name, node, "name"));
    TRY(COPY(d->email, node, "email"));
    if (!address) goto out;
    TRY(COPY(d->street, address, "street"));
    TRY(COPY(d->civic, address, "civicNumber"));
    TRY(COPY(d->postal_code, address, "postalCode"));
    TRY(COPY(d->city, address, "city"));
    TRY(COPY(d->province, address, "province"));
    TRY(COPY(d->country, address, "country"));
out:
    return rc;
}

static enum err metadata_text(const struct xml_node *node, char *to, size_t cap)
{
    size_t len = 0;

    *to = 0;
    for (const struct xml_node *e = node ? xml_child(node, NS, "entry") : NULL; e;
         e = xml_next(e, NS, "entry")) {
        const char *key = xml_child_text(e, NS, "key"), *value = xml_child_text(e, NS, "value");
        int n = snprintf(to + len, cap - len, "%s\t%s\n", key, value);

        if (n < 0 || (size_t)n >= cap - len) return BUG("metadata longer than its facets");
        len += (size_t)n;
    }
    return ERR_NONE;
}

/* NULL where the element has none. */
static enum err metadata_read(const struct xml_node *node, struct arena *arena, const char **out)
{
    enum err rc = ERR_NONE;
    const struct xml_node *metadata = xml_child(node, NS, "metadata");
    char text[DEBT_METADATA_SIZE];

    *out = NULL;
    if (!metadata) goto out;
    TRY(metadata_text(metadata, text, sizeof text));
    *out = arena_strdup(arena, text);
    if (!*out) rc = err_set(ERR_LIMIT, "metadata");
out:
    return rc;
}

static enum err stamp_read(const struct xml_node *node, struct debt_stamp *s)
{
    enum err rc = ERR_NONE;
    const struct xml_node *stamp = xml_child(node, NS, "stamp");

    if (!stamp) goto out;
    TRY(COPY(s->hash, stamp, "hash"));
    TRY(COPY(s->type, stamp, "type"));
    TRY(COPY(s->province, stamp, "province"));
out:
    return rc;
}

static enum err transfer_read(const struct xml_node *node, struct arena *arena,
                              struct debt_transfer *t)
{
    enum err rc;

    t->number = number_read(node);
    TRY(COPY(t->creditor, node, "creditor"));
    TRY(COPY(t->iban, node, "iban"));
    TRY(stamp_read(node, &t->stamp));
    t->amount_cents = amount_read(node);
    TRY(COPY(t->taxonomy, node, "taxonomy"));
    TRY(COPY(t->remittance, node, "remittance"));
    TRY(metadata_read(node, arena, &t->metadata));
out:
    return rc;
}

static enum err instalment_read(const struct xml_node *node, struct arena *arena,
                                struct debt_instalment *i)
{
    enum err rc;

    i->number = number_read(node);
    i->amount_cents = amount_read(node);
    day_read(node, "dueDate", i->due_date);
    day_read(node, "payableUntil", i->payable_until);
    TRY(COPY(i->notice_number, node, "noticeNumber"));
    TRY(COPY(i->description, node, "description"));
    TRY(metadata_read(node, arena, &i->metadata));
    for (const struct xml_node *t = xml_child(node, NS, "transfer"); t;
         t = xml_next(t, NS, "transfer")) {
        if (i->n_transfers == DEBT_TRANSFERS_MAX) return BUG("transfers over their facet");
        TRY(transfer_read(t, arena, &i->transfers[i->n_transfers++]));
    }
out:
    return rc;
}

static int count(const struct xml_node *parent, const char *name)
{
    int n = 0;

    for (const struct xml_node *c = xml_child(parent, NS, name); c; c = xml_next(c, NS, name))
        n++;
    return n;
}

static enum err options_read(const struct xml_node *node, struct arena *arena,
                             struct debt_position *p)
{
    enum err rc = ERR_NONE;
    int total = 0;

    for (const struct xml_node *o = xml_child(node, NS, "option"); o; o = xml_next(o, NS, "option"))
        total += count(o, "instalment");
    if (total > DEBT_INSTALMENTS_MAX) return err_set(ERR_LIMIT, "instalments");
    p->instalments = arena_alloc(arena, (size_t)total * sizeof *p->instalments);
    if (!p->instalments) return err_set(ERR_LIMIT, "instalments");
    for (const struct xml_node *o = xml_child(node, NS, "option"); o;
         o = xml_next(o, NS, "option")) {
        struct debt_option *option = &p->options[p->n_options];

        if (p->n_options++ == DEBT_OPTIONS_MAX) return BUG("options over their facet");
        option->number = p->n_options;
        option->first = p->n_instalments;
        TRY(COPY(option->kind, o, "kind"));
        for (const struct xml_node *i = xml_child(o, NS, "instalment"); i;
             i = xml_next(i, NS, "instalment")) {
            option->n_instalments++;
            TRY(instalment_read(i, arena, &p->instalments[p->n_instalments++]));
        }
    }
out:
    return rc;
}

enum err position_xml_read(const struct xml_node *node, struct arena *arena,
                           struct debt_position *out)
{
    enum err rc;

    memset(out, 0, sizeof *out);
    TRY(COPY(out->own_id, node, "ownId"));
    TRY(COPY(out->creditor, node, "creditor"));
    TRY(COPY(out->debt_type, node, "debtType"));
    TRY(debtor_read(xml_child(node, NS, "debtor"), &out->debtor));
    TRY(COPY(out->description, node, "description"));
    TRY(COPY(out->office, node, "office"));
    TRY(metadata_text(xml_child(node, NS, "metadata"), out->metadata, sizeof out->metadata));
    TRY(options_read(node, arena, out));
out:
    return rc;
}
