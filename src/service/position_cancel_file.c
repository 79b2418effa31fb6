/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_load.h"

#include "base/csv.h"
#include "service/position_change.h"

#include <stdio.h>
#include <string.h>

enum { BATCH = 100 };
enum column { COL_CREDITOR, COL_OWN_ID, COL_NOTICE_NUMBER, COL_COUNT };
static const char *const columns[COL_COUNT] = {"creditor", "own_id", "notice_number"};

struct row {
    long line;
    char values[COL_COUNT][DEBT_CHARS(35)];
};

struct batch {
    struct env *env;
    const struct scope *scope;
    struct position_load *load;
    struct csv csv;
    int at[COL_COUNT]; /* a column's place in a record, -1: not in this file */
    size_t n_columns;
    struct row rows[BATCH];
    struct position_withdrawal list[BATCH];
    size_t n;
};

static enum err header_read(struct batch *b)
{
    enum err rc;
    bool more;

    for (int c = 0; c < COL_COUNT; c++)
        b->at[c] = -1;
    TRY(csv_next(&b->csv, &more));
    b->n_columns = more ? b->csv.n : 0;
    for (size_t i = 0; i < b->n_columns; i++)
        for (int c = 0; c < COL_COUNT; c++) {
            if (strcmp(b->csv.fields[i], columns[c]) != 0) continue;
            if (b->at[c] >= 0) return err_setf(ERR_DATA, "line 1: column \"%s\" twice", columns[c]);
            b->at[c] = (int)i;
        }
    if (b->at[COL_CREDITOR] < 0 || (b->at[COL_OWN_ID] < 0 && b->at[COL_NOTICE_NUMBER] < 0))
        rc = err_set(ERR_DATA,
                     "line 1: the columns creditor, and own_id or notice_number, expected");
out:
    return rc;
}

static enum err batch_end(struct batch *b)
{
    enum err rc = ERR_NONE;

    if (b->n == 0) goto out;
    TRY(service_position_cancel(b->env, b->scope, b->list, b->n, b->load->dry_run));
    for (size_t i = 0; i < b->n; i++) {
        const struct position_withdrawal *w = &b->list[i];
        bool notice = !*w->own_id || !strcmp(w->refusal.code, "NOTICE_OTHER");
        const struct position_place place = {.line = b->rows[i].line,
                                             .value = notice ? w->notice_number : ""};

        if (w->result == POSITION_CHANGED) b->load->taken++;
        if (w->result == POSITION_UNCHANGED) b->load->unchanged++;
        if (w->result == POSITION_REFUSED)
            TRY(position_load_reject(b->load, &place, w->own_id, w->refusal.expected));
    }
    b->n = 0;
    position_load_tell(b->load);
out:
    return rc;
}

static enum err record_reject(struct batch *b, long line, const char *field, const char *expected)
{
    struct position_place place = {.line = line, .value = ""};

    snprintf(place.field, sizeof place.field, "%s", field);
    return position_load_reject(b->load, &place, "", expected);
}

/* By own id where there is one: a file that was loaded may hold both. */
static enum err record_take(struct batch *b)
{
    enum err rc = ERR_NONE;
    struct row *row = &b->rows[b->n];
    struct position_withdrawal *w = &b->list[b->n];

    memset(row, 0, sizeof *row);
    row->line = b->csv.line;
    if (b->csv.n > b->n_columns) /* a comma that nobody quoted: what is behind it slipped */
        return record_reject(b, row->line, "", "as many fields as the header has");
    for (int c = 0; c < COL_COUNT; c++) {
        bool there = b->at[c] >= 0 && (size_t)b->at[c] < b->csv.n;
        const char *value = there ? b->csv.fields[b->at[c]] : "";

        if (strlen(value) >= sizeof row->values[c])
            return record_reject(b, row->line, columns[c], "a shorter text");
        memcpy(row->values[c], value, strlen(value) + 1);
    }
    *w = (struct position_withdrawal){.creditor = row->values[COL_CREDITOR],
                                      .own_id = row->values[COL_OWN_ID],
                                      .notice_number = row->values[COL_NOTICE_NUMBER]};
    if (!*w->own_id && !*w->notice_number)
        return record_reject(b, row->line, "own_id", "the own id or a notice number of a position");
    if (++b->n == BATCH) TRY(batch_end(b));
out:
    return rc;
}

enum err service_position_cancel_file(struct env *env, const struct scope *scope,
                                      struct position_load *load)
{
    enum err rc;
    struct batch b = {.env = env, .scope = scope, .load = load};

    TRY(position_load_begin(load));
    TRY(csv_open(&b.csv, load->path));
    TRY(header_read(&b));
    while (!load->stopped) {
        bool more = true;

        rc = csv_next(&b.csv, &more);
        if (rc == ERR_DATA) {
            char what[120];

            snprintf(what, sizeof what, "a record of RFC 4180: %.80s", err_detail()->field);
            err_clear();
            TRY(record_reject(&b, b.csv.line, "", what));
            continue;
        }
        TRY(rc);
        if (!more) break;
        TRY(record_take(&b));
    }
    TRY(batch_end(&b));
out:
    csv_close(&b.csv);
    return rc;
}
