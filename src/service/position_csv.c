/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_csv.h"

#include "domain/amount.h"
#include "service/position_metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The columns, in the order of the enum; the transfers' repeat for t1_ to t5_. */
enum column {
    COL_CREDITOR,
    COL_OWN_ID,
    COL_DEBT_TYPE,
    COL_DEBTOR_KIND,
    COL_DEBTOR_CODE,
    COL_DEBTOR_NAME,
    COL_DEBTOR_EMAIL,
    COL_DESCRIPTION,
    COL_OPTION,
    COL_INSTALMENT,
    COL_AMOUNT,
    COL_DUE_DATE,
    COL_NOTICE_NUMBER,
    COL_METADATA,
    COL_INSTALMENT_METADATA,
    COL_TRANSFERS /* T_COUNT columns each from here */
};
enum transfer_column {
    T_CREDITOR,
    T_IBAN,
    T_AMOUNT,
    T_TAXONOMY,
    T_REASON,
    T_STAMP_HASH,
    T_STAMP_TYPE,
    T_STAMP_PROVINCE,
    T_METADATA,
    T_COUNT
};
enum { COL_COUNT = COL_TRANSFERS + T_COUNT * DEBT_TRANSFERS_MAX };

static const struct {
    const char *name, *path; /* path: the field's name in a refusal */
    bool required;
} columns[COL_TRANSFERS] = {
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

struct row {
    struct row *next;
    long line;
    size_t too_many;               /* fields, when they are more than the header's; else 0 */
    const char *values[COL_COUNT]; /* "" where there is no such column */
    /* As a position holds them, NULL: none. */
    const char *metadata, *instalment_metadata, *transfer_metadata[DEBT_TRANSFERS_MAX];
};
struct position_rows {
    struct row *first;
    int n;
    long broken; /* a broken record right before, among or right after them: its line; 0: none */
};

struct position_csv {
    struct csv csv;
    int at[COL_COUNT]; /* the column's place in a record, -1: not in this file */
    size_t n_columns;
    bool ahead;  /* csv holds a record that belongs to the next position */
    long broken; /* a broken record still to be told; 0: none */
    long told;   /* one that was told, right before the record that is next; 0: none */
    char broken_what[120];
};

static int column_find(const char *name)
{
    int number, n = 0;

    for (int i = 0; i < COL_TRANSFERS; i++)
        if (!strcmp(columns[i].name, name)) return i;
    if (sscanf(name, "t%1d_%n", &number, &n) != 1 || n != 3) return -1;
    for (int t = 0; t < T_COUNT; t++)
        if (number >= 1 && number <= DEBT_TRANSFERS_MAX &&
            !strcmp(transfer_columns[t].name, name + n))
            return COL_TRANSFERS + (number - 1) * T_COUNT + t;
    return -1;
}

static enum err header_read(struct position_csv *r)
{
    enum err rc;
    bool more;

    for (int i = 0; i < COL_COUNT; i++)
        r->at[i] = -1;
    TRY(csv_next(&r->csv, &more));
    if (!more)
        return err_set(ERR_DATA, "line 1: the header row with the columns' names is missing");
    r->n_columns = r->csv.n;
    if (r->n_columns == 1 && strpbrk(r->csv.fields[0], ";\t"))
        return err_set(ERR_DATA, "line 1: commas expected between the columns");
    for (size_t i = 0; i < r->n_columns; i++) {
        int column = column_find(r->csv.fields[i]);

        if (column < 0)
            return err_setf(ERR_DATA, "line 1: unknown column \"%.40s\"", r->csv.fields[i]);
        if (r->at[column] >= 0)
            return err_setf(ERR_DATA, "line 1: column \"%.40s\" twice", r->csv.fields[i]);
        r->at[column] = (int)i;
    }
    for (int i = 0; i < COL_TRANSFERS; i++)
        if (columns[i].required && r->at[i] < 0)
            return err_setf(ERR_DATA, "line 1: column \"%s\" is missing", columns[i].name);
out:
    return rc;
}

enum err position_csv_open(const char *path, struct position_csv **out)
{
    enum err rc;
    struct position_csv *r = calloc(1, sizeof *r);

    if (!r) return err_set(ERR_MEMORY, "reader");
    TRY(csv_open(&r->csv, path));
    TRY(header_read(r));
    *out = r;
    r = NULL;
out:
    position_csv_close(&r);
    return rc;
}

void position_csv_close(struct position_csv **reader)
{
    if (!*reader) return;
    csv_close(&(*reader)->csv);
    free(*reader);
    *reader = NULL;
}

void position_csv_progress(const struct position_csv *r, int64_t *out_read, int64_t *out_size)
{
    *out_read = csv_read_bytes(&r->csv);
    *out_size = r->csv.size;
}

/* Read one record ahead; what is broken is remembered, to be told in its turn. */
static enum err fetch(struct position_csv *r, bool *out_more)
{
    enum err rc = csv_next(&r->csv, out_more);

    r->broken = 0;
    r->ahead = rc == ERR_NONE && *out_more;
    if (rc == ERR_NONE && *out_more && r->csv.n < COL_DESCRIPTION) {
        rc = err_setf(ERR_DATA, "line %ld: %zu fields", r->csv.line, r->csv.n);
        r->ahead = false;
    }
    if (rc != ERR_DATA) return rc;
    r->broken = r->csv.line;
    snprintf(r->broken_what, sizeof r->broken_what, "a record of RFC 4180: %.80s",
             err_detail()->field);
    err_clear();
    *out_more = true;
    return ERR_NONE;
}

static const char *value_of(const struct position_csv *r, int column)
{
    int at = r->at[column];

    return at >= 0 && (size_t)at < r->csv.n ? r->csv.fields[at] : "";
}

static enum err row_metadata(struct row *row, struct arena *arena)
{
    enum err rc;

    TRY(position_metadata_read(row->values[COL_METADATA], arena, &row->metadata));
    TRY(position_metadata_read(row->values[COL_INSTALMENT_METADATA], arena,
                               &row->instalment_metadata));
    for (int t = 0; t < DEBT_TRANSFERS_MAX; t++)
        TRY(position_metadata_read(row->values[COL_TRANSFERS + t * T_COUNT + T_METADATA], arena,
                                   &row->transfer_metadata[t]));
out:
    return rc;
}

static enum err row_take(struct position_csv *r, struct arena *arena, struct row **out)
{
    struct row *row = arena_alloc(arena, sizeof *row);

    if (!row) return err_set(ERR_LIMIT, "rows");
    row->line = r->csv.line;
    row->too_many = r->csv.n > r->n_columns ? r->csv.n : 0;
    for (int i = 0; i < COL_COUNT; i++) {
        const char *value = value_of(r, i);

        row->values[i] = *value ? arena_strdup(arena, value) : "";
        if (!row->values[i]) return err_set(ERR_LIMIT, "rows");
    }
    *out = row;
    return row_metadata(row, arena);
}

static bool belongs(const struct position_csv *r, const struct row *first)
{
    return !strcmp(value_of(r, COL_CREDITOR), first->values[COL_CREDITOR]) &&
           !strcmp(value_of(r, COL_OWN_ID), first->values[COL_OWN_ID]);
}

/* May a position have more rows than one? */
static bool may_go_on(const struct position_csv *r)
{
    return r->at[COL_OPTION] >= 0 || r->at[COL_INSTALMENT] >= 0;
}

static enum err rows_read(struct position_csv *r, struct arena *arena, struct position_rows *rows)
{
    enum err rc;
    struct row **tail = &rows->first;
    bool more = true;

    do { /* rows that are too many are only counted: no part of a position is loaded */
        if (rows->n++ < DEBT_INSTALMENTS_MAX) {
            TRY(row_take(r, arena, tail));
            tail = &(*tail)->next;
        }
        TRY(fetch(r, &more));
    } while (r->ahead && belongs(r, rows->first));
    /* The broken record may have been one of its instalments: it is not loaded without it. */
    rows->broken = r->broken ? r->broken : may_go_on(r) ? r->told : 0;
    r->told = 0;
out:
    return rc;
}

static bool refuse(struct position_csv_item *item, const struct row *row, const char *field,
                   const char *value, const char *expected)
{
    item->refusal.code = "FIELD_SYNTAX";
    item->place.line = row->line;
    item->place.value = value;
    snprintf(item->place.field, sizeof item->place.field, "%s", field);
    snprintf(item->refusal.expected, sizeof item->refusal.expected, "%s", expected);
    return false;
}

/* false: the value does not fit, and item says so. */
static bool put(struct position_csv_item *item, const struct row *row, int column, char *to,
                size_t cap)
{
    const char *value = row->values[column];

    if (strlen(value) >= cap) {
        char name[40];

        snprintf(name, sizeof name, "%s",
                 column < COL_TRANSFERS
                     ? columns[column].name
                     : transfer_columns[(column - COL_TRANSFERS) % T_COUNT].name);
        return refuse(item, row, name, value, "a shorter text");
    }
    memcpy(to, value, strlen(value) + 1);
    return true;
}
#define PUT(column, to) put(item, row, (column), (to), sizeof(to))

static bool amount(struct position_csv_item *item, const struct row *row, const char *name,
                   const char *text, int64_t *out_cents)
{
    bool right = amount_parse(text, out_cents) == ERR_NONE;

    err_clear();
    return right ||
           refuse(item, row, name, text, "euros and two decimals with a point, like 12.30");
}

static bool transfers(struct position_csv_item *item, const struct row *row,
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

static bool instalment(struct position_csv_item *item, const struct row *row,
                       struct debt_instalment *i)
{
    const char *number = row->values[COL_INSTALMENT];
    size_t digits = strspn(number, "0123456789");

    if (number[digits] != '\0' || digits > 3)
        return refuse(item, row, "instalment", number, "a number, from 1");
    i->number = digits == 0 ? 1 : (int)strtol(number, NULL, 10);
    i->metadata = row->instalment_metadata;
    return amount(item, row, "amount", row->values[COL_AMOUNT], &i->amount_cents) &&
           PUT(COL_DUE_DATE, i->due_date) && PUT(COL_NOTICE_NUMBER, i->notice_number) &&
           transfers(item, row, i);
}

static bool head(struct position_csv_item *item, const struct row *row, struct debt_position *p)
{
    const char *metadata = row->metadata ? row->metadata : "";

    if (strlen(metadata) >= sizeof p->metadata)
        return refuse(item, row, "metadata", row->values[COL_METADATA], "a shorter text");
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

    for (const struct row *row = item->rows->first; row; row = row->next) {
        if (!row->too_many) continue;
        snprintf(expected, sizeof expected,
                 "as many fields as the header has, not %zu; commas in a text want quotes",
                 row->too_many);
        return refuse(item, row, "", "", expected);
    }
    return true;
}

static bool position_make(struct position_csv_item *item, struct debt_position *p)
{
    if (!widths_check(item) || !head(item, item->rows->first, p)) return false;
    for (const struct row *row = item->rows->first; row; row = row->next) {
        const char *kind = *row->values[COL_OPTION] ? row->values[COL_OPTION] : "single";
        struct debt_option *o = p->n_options ? &p->options[p->n_options - 1] : NULL;

        if (!o || strcmp(o->kind, kind) != 0) {
            if (p->n_options == DEBT_OPTIONS_MAX)
                return refuse(item, row, "option", kind, "at most 8 options");
            o = &p->options[p->n_options++];
            o->first = p->n_instalments;
            if (strlen(kind) >= sizeof o->kind)
                return refuse(item, row, "option", kind, "single or plan");
            memcpy(o->kind, kind, strlen(kind) + 1);
        }
        o->n_instalments++;
        if (!instalment(item, row, &p->instalments[p->n_instalments++])) return false;
    }
    return true;
}

static void broken_tell(struct position_csv *r, struct position_csv_item *out)
{
    out->refusal.code = "RECORD_SYNTAX";
    out->place.line = r->broken;
    snprintf(out->refusal.expected, sizeof out->refusal.expected, "%s", r->broken_what);
    r->told = r->broken;
    r->broken = 0;
}

enum err position_csv_next(struct position_csv *r, struct arena *arena,
                           struct position_csv_item *out, bool *out_more)
{
    enum err rc = ERR_NONE;
    struct position_rows *rows;
    struct debt_position *p;

    memset(out, 0, sizeof *out);
    out->refusal.code = "";
    out->place.value = "";
    *out_more = true;
    if (r->broken) {
        broken_tell(r, out);
        return ERR_NONE;
    }
    if (!r->ahead) {
        TRY(fetch(r, out_more));
        if (!*out_more) goto out;
        if (r->broken) {
            broken_tell(r, out);
            goto out;
        }
    }
    rows = arena_alloc(arena, sizeof *rows);
    p = arena_alloc(arena, sizeof *p);
    if (!rows || !p) return err_set(ERR_LIMIT, "rows");
    out->rows = rows;
    TRY(rows_read(r, arena, rows));
    out->position = p;
    snprintf(p->own_id, sizeof p->own_id, "%s", rows->first->values[COL_OWN_ID]);
    if (rows->n > DEBT_INSTALMENTS_MAX) {
        (void)refuse(out, rows->first, "instalment", "",
                     "fewer rows: 8 options of 60 instalments at most");
        goto out;
    }
    p->instalments = arena_alloc(arena, (size_t)rows->n * sizeof *p->instalments);
    if (!p->instalments) return err_set(ERR_LIMIT, "rows");
    if (!position_make(out, p)) goto out;
    if (rows->broken) {
        out->refusal.code = "RECORD_SYNTAX";
        out->place.line = rows->first->line;
        snprintf(out->refusal.expected, sizeof out->refusal.expected,
                 "all its rows: the record on line %ld is broken", rows->broken);
    }
out:
    return rc;
}

static const struct row *row_number(const struct position_rows *rows, const struct debt_position *p,
                                    int option, int number)
{
    const struct row *row = rows->first;
    int skip = option > 0 && option <= p->n_options ? p->options[option - 1].first : 0;

    for (skip += number > 0 ? number - 1 : 0; skip > 0 && row->next; skip--)
        row = row->next;
    return row;
}

void position_csv_place(const struct position_csv_item *item, const char *path,
                        struct position_place *out)
{
    int option = 0, number = 0, transfer = 0, n = 0;
    const struct row *row;

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
        if (!strcmp(columns[i].path, path)) {
            snprintf(out->field, sizeof out->field, "%s", columns[i].name);
            out->value = row->values[i];
        }
    }
}
