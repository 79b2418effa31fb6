/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum err csv_open(struct csv *c, const char *path)
{
    struct stat st;

    memset(c, 0, sizeof *c);
    c->text = (struct buf)BUF_INIT(CSV_RECORD_MAX);
    c->next_line = 1;
    c->separator = ',';
    if (stat(path, &st) != 0) return err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode)) return err_setf(ERR_IO_READ, "%s: not a file", path);
    c->size = st.st_size;
    c->in = fopen(path, "rbe");
    if (!c->in) return err_setf(ERR_IO_READ, "%s: %s", path, strerror(errno));
    if (fgetc(c->in) == 0xEF && fgetc(c->in) == 0xBB && fgetc(c->in) == 0xBF) return ERR_NONE;
    rewind(c->in); /* no byte order mark */
    return ERR_NONE;
}

int64_t csv_read_bytes(const struct csv *c)
{
    return ftello(c->in);
}

void csv_close(struct csv *c)
{
    if (c->in) fclose(c->in);
    c->in = NULL;
    buf_free(&c->text);
}

/* What may come next inside a record. */
enum place { AT_START, IN_PLAIN, IN_QUOTED, AFTER_QUOTE };

struct reading {
    size_t starts[CSV_FIELDS_MAX];
    size_t n;
    enum place place;
    const char *problem; /* the first; the record is read to its end all the same */
};

static void put(struct csv *c, struct reading *r, char byte)
{
    if (!r->problem && c->text.len == CSV_RECORD_MAX) r->problem = "a record longer than 64 KiB";
    if (!r->problem) ALWAYS(buf_add(&c->text, &byte, 1) == ERR_NONE); /* it has the room */
}

static void field_begin(struct csv *c, struct reading *r)
{
    r->place = AT_START;
    if (r->n < CSV_FIELDS_MAX)
        r->starts[r->n++] = c->text.len;
    else if (!r->problem)
        r->problem = "more than 128 fields";
}

static void step(struct csv *c, struct reading *r, int byte)
{
    if (byte == 0 && !r->problem) r->problem = "a NUL byte, as UTF-16 has: UTF-8 expected";
    if (byte == c->separator && r->place != IN_QUOTED) {
        put(c, r, 0);
        field_begin(c, r);
    } else if (byte == '"' && r->place == AT_START) {
        r->place = IN_QUOTED;
    } else if (byte == '"' && r->place == IN_QUOTED) {
        r->place = AFTER_QUOTE;
    } else if (byte == '"' && r->place == AFTER_QUOTE) {
        r->place = IN_QUOTED;
        put(c, r, '"');
    } else if (byte == '"' || r->place == AFTER_QUOTE) {
        if (!r->problem) r->problem = "a quote that does not enclose its field";
        r->place = IN_PLAIN;
    } else {
        if (r->place == AT_START) r->place = IN_PLAIN;
        put(c, r, (char)byte);
    }
}

/* Read to the line end that ends the record. Returns false at the end of the file. */
static bool record_read(struct csv *c, struct reading *r)
{
    int byte, seen = 0;

    for (; (byte = fgetc(c->in)) != EOF; seen++) {
        if (byte == '\n') c->next_line++;
        if (byte == '\r' && r->place != IN_QUOTED) {
            int next = fgetc(c->in);

            if (next == '\n') {
                c->next_line++;
                return true;
            }
            if (next != EOF) ungetc(next, c->in);
            if (!r->problem) r->problem = "a CR without LF outside quotes";
        }
        if (byte == '\n' && r->place != IN_QUOTED) return true;
        step(c, r, byte);
    }
    if (r->place == IN_QUOTED && !r->problem) r->problem = "a quote that is never closed";
    return seen > 0;
}

enum err csv_next(struct csv *c, bool *out_more)
{
    struct reading r;

    do {
        memset(&r, 0, sizeof r);
        buf_reset(&c->text);
        field_begin(c, &r);
        c->line = c->next_line;
        *out_more = record_read(c, &r);
        if (ferror(c->in)) return err_set(ERR_IO_READ, "input");
    } while (*out_more && r.n == 1 && c->text.len == 0 && !r.problem);
    if (r.problem) return err_setf(ERR_DATA, "line %ld: %s", c->line, r.problem);
    if (!*out_more) return ERR_NONE;
    c->n = r.n;
    for (size_t i = 0; i < r.n; i++)
        c->fields[i] = c->text.bytes ? c->text.bytes + r.starts[i] : "";
    return ERR_NONE;
}

bool csv_formula(const char *text)
{
    static const char *const wide[] = {"＝", "＋", "－", "＠"};

    if (*text != '\0' && strchr("=+-@\t\r\n", *text) != NULL) return true;
    for (size_t i = 0; i < ARRAY_LEN(wide); i++)
        if (strncmp(text, wide[i], strlen(wide[i])) == 0) return true;
    return false;
}

enum err csv_field(struct buf *out, const char *text, bool last)
{
    enum err rc;
    bool quoted = strpbrk(text, ",\"\r\n") != NULL;

    if (quoted) TRY(buf_text(out, "\""));
    if (csv_formula(text)) TRY(buf_text(out, "'"));
    for (const char *c = text; *c; c++) {
        if (*c == '"') TRY(buf_text(out, "\""));
        TRY(buf_add(out, c, 1));
    }
    if (quoted) TRY(buf_text(out, "\""));
    TRY(buf_text(out, last ? "\r\n" : ","));
out:
    return rc;
}
