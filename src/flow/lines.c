/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/lines.h"

#include "base/csv.h"
#include "domain/amount.h"

#include <inttypes.h>
#include <string.h>

enum { FIXED_WIDTH_MAX = 2000 }; /* manifest.xsd */

static enum err wrong(const char *path, long line, const char *what)
{
    return err_setf(ERR_FLOW_FORMAT, "%s:%ld: %s", path, line, what);
}

static enum err sums_check(const char *path, int64_t have, int64_t have_cents, int64_t count,
                           int64_t total_cents)
{
    if (have == count && have_cents == total_cents) return ERR_NONE;
    return err_setf(ERR_FLOW_FORMAT,
                    "%s: %" PRId64 " records of %" PRId64 " cents, not %" PRId64 " of %" PRId64,
                    path, have, have_cents, count, total_cents);
}

/* ---- tables ---- */

/* What csv_next() said, with the file's name. */
static enum err csv_wrong(const char *path)
{
    char said[sizeof err_detail()->field];

    (void)snprintf(said, sizeof said, "%s", err_detail()->field);
    err_clear();
    return err_setf(ERR_FLOW_FORMAT, "%s: %s", path, said);
}

static bool is_number(const char *cell)
{
    cell += *cell == '-';
    return *cell >= '0' && *cell <= '9' && cell[strspn(cell, "0123456789.,")] == '\0';
}

static enum err cells_check(const struct flow_table *t, const struct csv *c, const char *path)
{
    if (c->n != t->columns) return wrong(path, c->line, "another number of cells than columns");
    for (size_t i = 0; i < c->n; i++)
        if (csv_formula(c->fields[i]) && !is_number(c->fields[i]))
            return wrong(path, c->line, "a cell that begins as a formula does");
    return ERR_NONE;
}

static enum err amount_read(const struct flow_table *t, const struct csv *c, const char *path,
                            int64_t *out_cents)
{
    char text[AMOUNT_SIZE];
    const char *cell = c->fields[t->amount - 1];
    char *decimal;

    if (strlen(cell) >= sizeof text) return wrong(path, c->line, "an amount that is too long");
    memcpy(text, cell, strlen(cell) + 1);
    decimal = strchr(text, t->decimal);
    if (decimal == NULL) return wrong(path, c->line, "no amount");
    *decimal = '.';
    if (amount_parse_signed(text, out_cents) == ERR_NONE) return ERR_NONE;
    err_clear();
    return wrong(path, c->line, "no amount");
}

enum err flow_lines_table(const struct flow_format *format, const char *path, int64_t count,
                          int64_t total_cents)
{
    enum err rc;
    const struct flow_table *t = &format->table;
    struct csv c;
    bool more;
    int64_t n = -1, sum_cents = 0, cents; /* n: without the head */

    TRY(csv_open(&c, path));
    c.separator = t->separator;
    for (;; n++) {
        TRY(csv_next(&c, &more));
        if (!more) break;
        TRY(cells_check(t, &c, path));
        if (n < 0) continue;
        TRY(amount_read(t, &c, path, &cents));
        sum_cents += cents;
    }
    TRY(sums_check(path, n, sum_cents, count, total_cents));
out:
    csv_close(&c);
    return rc == ERR_DATA ? csv_wrong(path) : rc;
}

/* ---- lines of one width ---- */

struct fixed_reading {
    const struct flow_fixed *fixed;
    const char *path;
    long line;
    bool tail; /* was read */
    int64_t n, sum_cents, said_n, said_cents;
};

/* Digits only, as many as the span has; the first may be a - instead. */
static enum err span_read(const struct fixed_reading *r, const char *line,
                          const struct flow_span *span, int64_t *out)
{
    bool minus = line[span->from - 1] == '-';

    *out = 0;
    for (size_t i = span->from + minus; i <= span->to; i++) {
        if (line[i - 1] < '0' || line[i - 1] > '9')
            return wrong(r->path, r->line, "something else than digits in a number");
        *out = *out * 10 + (line[i - 1] - '0');
    }
    if (minus) *out = -*out;
    return ERR_NONE;
}

static bool begins(const char *line, const char *kind)
{
    return strncmp(line, kind, strlen(kind)) == 0;
}

static enum err fixed_line(struct fixed_reading *r, const char *line)
{
    enum err rc = ERR_NONE;
    const struct flow_fixed *f = r->fixed;
    int64_t cents;

    if (r->tail) return wrong(r->path, r->line, "a line after the tail");
    if (r->line == 1) return begins(line, f->head) ? ERR_NONE : wrong(r->path, 1, "no head");
    if (begins(line, f->record)) {
        TRY(span_read(r, line, &f->amount, &cents));
        r->sum_cents += cents;
        r->n++;
    } else if (begins(line, f->tail)) {
        r->tail = true;
        TRY(span_read(r, line, &f->count, &r->said_n));
        TRY(span_read(r, line, &f->sum, &r->said_cents));
    } else {
        rc = wrong(r->path, r->line, "neither record nor tail");
    }
out:
    return rc;
}

static enum err fixed_lines(struct fixed_reading *r, FILE *in)
{
    enum err rc = ERR_NONE;
    const size_t width = r->fixed->width, size = width + 2;
    char line[FIXED_WIDTH_MAX + 2];

    for (;;) {
        size_t n = fread(line, 1, size, in);

        if (ferror(in)) return err_set(ERR_IO_READ, r->path);
        if (n == 0) break;
        r->line++;
        if (n != size || memcmp(line + width, "\r\n", 2) != 0 ||
            memchr(line, '\r', width) != NULL || memchr(line, '\n', width) != NULL)
            return wrong(r->path, r->line, "not of the width that the format says");
        TRY(fixed_line(r, line));
    }
    if (!r->tail) rc = wrong(r->path, r->line, "no tail");
out:
    return rc;
}

enum err flow_lines_fixed(const struct flow_format *format, const char *path, int64_t count,
                          int64_t total_cents)
{
    enum err rc;
    struct fixed_reading r = {.fixed = &format->fixed, .path = path};
    FILE *in = fopen(path, "rbe");

    if (in == NULL) return err_set(ERR_IO_READ, path);
    TRY(fixed_lines(&r, in));
    TRY(sums_check(path, r.n, r.sum_cents, count, total_cents));
    TRY(sums_check(path, r.said_n, r.said_cents, count, total_cents));
out:
    (void)fclose(in);
    return rc;
}
