/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_csv.h"

#include "service/position_metadata.h"
#include "service/position_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct position_csv {
    struct csv csv;
    int at[COL_COUNT]; /* the column's place in a record, -1: not in this file */
    size_t n_columns;
    bool ahead;  /* csv holds a record that belongs to the next position */
    long broken; /* a broken record still to be told; 0: none */
    long told;   /* one that was told, right before the record that is next; 0: none */
    char broken_what[120];
};

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
        int column = position_column_find(r->csv.fields[i]);

        if (column < 0)
            return err_setf(ERR_DATA, "line 1: unknown column \"%.40s\"", r->csv.fields[i]);
        if (r->at[column] >= 0)
            return err_setf(ERR_DATA, "line 1: column \"%.40s\" twice", r->csv.fields[i]);
        r->at[column] = (int)i;
    }
    for (int i = 0; i < COL_TRANSFERS; i++)
        if (position_columns[i].required && r->at[i] < 0)
            return err_setf(ERR_DATA, "line 1: column \"%s\" is missing", position_columns[i].name);
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

static enum err row_metadata(struct position_row *row, struct arena *arena)
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

static enum err row_take(struct position_csv *r, struct arena *arena, struct position_row **out)
{
    struct position_row *row = arena_alloc(arena, sizeof *row);

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

static bool belongs(const struct position_csv *r, const struct position_row *first)
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
    struct position_row **tail = &rows->first;
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
    if (!r->broken && !r->ahead) TRY(fetch(r, out_more));
    if (r->broken) {
        broken_tell(r, out);
        goto out;
    }
    if (!r->ahead) goto out;
    rows = arena_alloc(arena, sizeof *rows);
    p = arena_alloc(arena, sizeof *p);
    if (!rows || !p) return err_set(ERR_LIMIT, "rows");
    out->rows = rows;
    TRY(rows_read(r, arena, rows));
    out->position = p;
    snprintf(p->own_id, sizeof p->own_id, "%s", rows->first->values[COL_OWN_ID]);
    if (rows->n > DEBT_INSTALMENTS_MAX) {
        (void)position_row_refuse(out, rows->first, "instalment", "",
                                  "fewer rows: 8 options of 60 instalments at most");
        goto out;
    }
    p->instalments = arena_alloc(arena, (size_t)rows->n * sizeof *p->instalments);
    if (!p->instalments) return err_set(ERR_LIMIT, "rows");
    if (!position_rows_make(out, p)) goto out;
    if (rows->broken) {
        out->refusal.code = "RECORD_SYNTAX";
        out->place.line = rows->first->line;
        snprintf(out->refusal.expected, sizeof out->refusal.expected,
                 "all its rows: the record on line %ld is broken", rows->broken);
    }
out:
    return rc;
}
