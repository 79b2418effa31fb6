/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_row.h"

#include "domain/amount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct position_column position_columns[COL_TRANSFERS] = {
    {"creditor", "creditor", true},
    {"own_id", "ownId", true},
    {"debt_type", "debtType", true},
    {"debtor_kind", "debtor/kind", true},
    {"debtor_code", "debtor/code", true},
    {"debtor_name", "debtor/name", true},
    {"debtor_email", "debtor/email", false},
    {"description", "description", true},
    {"option", "kind", false},
    {"instalment", "number", false},
    {"amount", "amount", true},
    {"due_date", "dueDate", true},
    {"notice_number", "noticeNumber", false},
    {"metadata", "metadata", false},
    {"instalment_metadata", "metadata", false},
};
static const struct {
    const char *name, *path;
} transfer_columns[T_COUNT] = {
    {"creditor", "creditor"},     {"iban", "iban"},
    {"amount", "amount"},         {"taxonomy", "taxonomy"},
    {"reason", "remittance"},     {"stamp_hash", "stamp/hash"},
    {"stamp_type", "stamp/type"}, {"stamp_province", "stamp/province"},
    {"metadata", "metadata"},
};

int position_column_find(const char *name)
{
    int number, n = 0;

    for (int i = 0; i < COL_TRANSFERS; i++)
        if (!strcmp(position_columns[i].name, name)) return i;
    if (sscanf(name, "t%1d_%n", &number, &n) != 1 || n != 3) return -1;
    for (int t = 0; t < T_COUNT; t++)
        if (number >= 1 && number <= DEBT_TRANSFERS_MAX &&
            !strcmp(transfer_columns[t].name, name + n))
            return COL_TRANSFERS + (number - 1) * T_COUNT + t;
    return -1;
}

bool position_row_refuse(struct position_csv_item *item, const struct position_row *row,
                         const char *field, const char *value, const char *expected)
{
    item->refusal.code = "FIELD_SYNTAX";
    item->place.line = row->line;
    item->place.value = value;
    snprintf(item->place.field, sizeof item->place.field, "%s", field);
    snprintf(item->refusal.expected, sizeof item->refusal.expected, "%s", expected);
    return false;
}

/* false: the value does not fit, and item says so. */
static bool put(struct position_csv_item *item, const struct position_row *row, int column,
                char *to, size_t cap)
{
    const char *value = row->values[column];

    if (strlen(value) >= cap)
        return position_row_refuse(item, row,
                                   column < COL_TRANSFERS
                                       ? position_columns[column].name
                                       : transfer_columns[(column - COL_TRANSFERS) % T_COUNT].name,
                                   value, "a shorter text");
    memcpy(to, value, strlen(value) + 1);
    return true;
}
#define PUT(column, to) put(item, row, (column), (to), sizeof(to))

static bool amount(struct position_csv_item *item, const struct position_row *row, const char *name,
                   const char *text, int64_t *out_cents)
{
    bool right = amount_parse(text, out_cents) == ERR_NONE;

    err_clear();
    return right || position_row_refuse(item, row, name, text,
                                        "euros and two decimals with a point, like 12.30");
}

static bool transfers(struct position_csv_item *item, const struct position_row *row,
                      struct debt_instalment *i)
{
    for (int t = 0; t < DEBT_TRANSFERS_MAX; t++) {
        struct debt_transfer *x = &i->transfers[i->n_transfers];
        int base = COL_TRANSFERS + t * T_COUNT;
        char name[32];

        if (!*row->values[base + T_CREDITOR] && !*row->values[base + T_IBAN] &&
            !*row->values[base + T_AMOUNT] && !*row->values[base + T_STAMP_HASH])
            continue;
        snprintf(name, sizeof name, "t%d_amount", t + 1);
        x->number = t + 1;
        if (!PUT(base + T_CREDITOR, x->creditor) || !PUT(base + T_IBAN, x->iban) ||
            !PUT(base + T_TAXONOMY, x->taxonomy) || !PUT(base + T_REASON, x->remittance) ||
            !PUT(base + T_STAMP_HASH, x->stamp.hash) || !PUT(base + T_STAMP_TYPE, x->stamp.type) ||
            !PUT(base + T_STAMP_PROVINCE, x->stamp.province) ||
            !amount(item, row, name, row->values[base + T_AMOUNT], &x->amount_cents))
            return false;
        x->metadata = row->transfer_metadata[t];
        i->n_transfers++;
    }
    return true;
}

static bool instalment(struct position_csv_item *item, const struct position_row *row,
                       struct debt_instalment *i)
{
    const char *number = row->values[COL_INSTALMENT];
    size_t digits = strspn(number, "0123456789");

    if (number[digits] != '\0' || digits > 3)
        return position_row_refuse(item, row, "instalment", number, "a number, from 1");
    i->number = digits == 0 ? 1 : (int)strtol(number, NULL, 10);
    i->metadata = row->instalment_metadata;
    return amount(item, row, "amount", row->values[COL_AMOUNT], &i->amount_cents) &&
           PUT(COL_DUE_DATE, i->due_date) && PUT(COL_NOTICE_NUMBER, i->notice_number) &&
           transfers(item, row, i);
}

static bool head(struct position_csv_item *item, const struct position_row *row,
                 struct debt_position *p)
{
    const char *metadata = row->metadata ? row->metadata : "";

    if (strlen(metadata) >= sizeof p->metadata)
        return position_row_refuse(item, row, "metadata", row->values[COL_METADATA],
                                   "a shorter text");
    memcpy(p->metadata, metadata, strlen(metadata) + 1);
    return PUT(COL_CREDITOR, p->creditor) && PUT(COL_OWN_ID, p->own_id) &&
           PUT(COL_DEBT_TYPE, p->debt_type) && PUT(COL_DEBTOR_KIND, p->debtor.kind) &&
           PUT(COL_DEBTOR_CODE, p->debtor.code) && PUT(COL_DEBTOR_NAME, p->debtor.name) &&
           PUT(COL_DEBTOR_EMAIL, p->debtor.email) && PUT(COL_DESCRIPTION, p->description);
}

/* A comma that nobody quoted: each value behind it stands in another's column. */
static bool widths_check(struct position_csv_item *item)
{
    char expected[100];

    for (const struct position_row *row = item->rows->first; row; row = row->next) {
        if (!row->too_many) continue;
        snprintf(expected, sizeof expected,
                 "as many fields as the header has, not %zu; commas in a text want quotes",
                 row->too_many);
        return position_row_refuse(item, row, "", "", expected);
    }
    return true;
}

bool position_rows_make(struct position_csv_item *item, struct debt_position *p)
{
    if (!widths_check(item) || !head(item, item->rows->first, p)) return false;
    for (const struct position_row *row = item->rows->first; row; row = row->next) {
        const char *kind = *row->values[COL_OPTION] ? row->values[COL_OPTION] : "single";
        struct debt_option *o = p->n_options ? &p->options[p->n_options - 1] : NULL;

        if (!o || strcmp(o->kind, kind) != 0) {
            if (p->n_options == DEBT_OPTIONS_MAX)
                return position_row_refuse(item, row, "option", kind, "at most 8 options");
            o = &p->options[p->n_options++];
            o->first = p->n_instalments;
            if (strlen(kind) >= sizeof o->kind)
                return position_row_refuse(item, row, "option", kind, "single or plan");
            memcpy(o->kind, kind, strlen(kind) + 1);
        }
        o->n_instalments++;
        if (!instalment(item, row, &p->instalments[p->n_instalments++])) return false;
    }
    return true;
}

static const struct position_row *row_number(const struct position_rows *rows,
                                             const struct debt_position *p, int option, int number)
{
    const struct position_row *row = rows->first;
    int skip = option > 0 && option <= p->n_options ? p->options[option - 1].first : 0;

    for (skip += number > 0 ? number - 1 : 0; skip > 0 && row->next; skip--)
        row = row->next;
    return row;
}

void position_csv_place(const struct position_csv_item *item, const char *path,
                        struct position_place *out)
{
    int option = 0, number = 0, transfer = 0, n = 0;
    const struct position_row *row;

    memset(out, 0, sizeof *out);
    out->value = "";
    if (sscanf(path, "option[%d]/%n", &option, &n) == 1) path += n;
    if (sscanf(path, "instalment[%d]/%n", &number, &n) == 1) path += n;
    if (sscanf(path, "transfer[%d]/%n", &transfer, &n) == 1) path += n;
    row = row_number(item->rows, item->position, option, number);
    out->line = row->line;
    snprintf(out->field, sizeof out->field, "%s", path);
    if (transfer > 0 && transfer <= DEBT_TRANSFERS_MAX) {
        for (int t = 0; t < T_COUNT; t++)
            if (!strcmp(transfer_columns[t].path, path)) {
                snprintf(out->field, sizeof out->field, "t%d_%s", transfer,
                         transfer_columns[t].name);
                out->value = row->values[COL_TRANSFERS + (transfer - 1) * T_COUNT + t];
            }
        return;
    }
    for (int i = 0; i < COL_TRANSFERS; i++) {
        if (i == (number ? COL_METADATA : COL_INSTALMENT_METADATA)) continue; /* one name for two */
        if (!strcmp(position_columns[i].path, path)) {
            snprintf(out->field, sizeof out->field, "%s", position_columns[i].name);
            out->value = row->values[i];
        }
    }
}
