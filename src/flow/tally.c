/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/tally.h"

#include "domain/amount.h"
#include "flow/lines.h"
#include "xml/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One of the manifest's totals while its element is read. */
struct row {
    const struct flow_totals *where;
    int64_t count, sum_cents, record_cents; /* record_cents: of the last record */
    bool minus;                             /* it says so */
    char said_count[32], said_sum[32];
};

struct tally {
    struct row rows[FLOW_TOTALS_MAX];
    size_t n_rows;
    const int64_t *count, *total_cents; /* of the flow: the first row's */
    bool closed;                        /* the first row was */
};

static bool is(const char *path, const char *other)
{
    return strcmp(path, other) == 0;
}

static enum err on_open(void *cls, const char *path)
{
    struct tally *t = cls;

    for (size_t i = 0; i < t->n_rows; i++) {
        struct row *r = &t->rows[i];

        if (is(path, r->where->within)) *r = (struct row){.where = r->where};
        if (!is(path, r->where->record)) continue;
        r->count++;
        r->record_cents = 0;
        r->minus = false;
    }
    return ERR_NONE;
}

/* Compared as text, so that a sum of any size and no other way to write it passes. */
static enum err row_check(const struct row *r)
{
    char count[24], sum[AMOUNT_SIZE];

    (void)snprintf(count, sizeof count, "%" PRId64, r->count);
    amount_print(r->sum_cents, sum);
    if (!is(r->said_count, count))
        return err_setf(ERR_FLOW_FORMAT, "%s says %s, there are %s", r->where->count, r->said_count,
                        count);
    if (!is(r->said_sum, sum))
        return err_setf(ERR_FLOW_FORMAT, "%s says %s, the sum is %s", r->where->sum, r->said_sum,
                        sum);
    return ERR_NONE;
}

static enum err first_check(struct tally *t)
{
    const struct row *r = &t->rows[0];

    if (t->closed || r->count != *t->count || r->sum_cents != *t->total_cents)
        return err_setf(ERR_FLOW_FORMAT, "%s: not the flow's count and total", r->where->within);
    t->closed = true;
    return ERR_NONE;
}

static enum err on_close(void *cls, const char *path, const char *text)
{
    struct tally *t = cls;
    int64_t cents;
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < t->n_rows; i++) {
        struct row *r = &t->rows[i];

        if (is(path, r->where->count))
            (void)snprintf(r->said_count, sizeof r->said_count, "%s", text);
        if (is(path, r->where->sum)) (void)snprintf(r->said_sum, sizeof r->said_sum, "%s", text);
        if (is(path, r->where->amount)) {
            TRY(amount_parse_signed(text, &cents));
            r->record_cents += cents;
            r->sum_cents += r->minus ? -cents : cents;
        }
        if (is(path, r->where->minus) && is(text, r->where->minus_is)) {
            r->minus = true; /* what of it came before counted too */
            r->sum_cents -= 2 * r->record_cents;
        }
        if (is(path, r->where->within)) {
            TRY(row_check(r));
            if (i == 0) TRY(first_check(t));
        }
    }
out:
    return rc;
}

static enum err tally_xml(const struct flow_format *format, const char *path, int64_t count,
                          int64_t total_cents)
{
    static const struct xml_walker walker = {on_open, on_close};
    struct tally t = {.n_rows = format->n_totals, .count = &count, .total_cents = &total_cents};
    struct xml_problem problem;
    enum err rc;

    for (size_t i = 0; i < t.n_rows; i++)
        t.rows[i].where = &format->totals[i];
    rc = xml_walk_file(format->output, path, &walker, &t, &problem);
    if (rc == ERR_NONE && !t.closed)
        return err_setf(ERR_FLOW_FORMAT, "%s is not in the file", t.rows[0].where->within);
    return rc;
}

enum err flow_tally_file(const struct flow_format *format, const char *path, int64_t count,
                         int64_t total_cents)
{
    static enum err (*const by_shape[])(const struct flow_format *, const char *, int64_t,
                                        int64_t) = {[FLOW_SHAPE_XML] = tally_xml,
                                                    [FLOW_SHAPE_TABLE] = flow_lines_table,
                                                    [FLOW_SHAPE_FIXED] = flow_lines_fixed};

    return by_shape[format->shape](format, path, count, total_cents);
}
