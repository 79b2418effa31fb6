/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/format.h"

#include "domain/text.h"
#include "flow/file.h"
#include "xml/schema.h"
#include "xml/sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANIFEST_MAX = 1 << 16, PATH_MAX_BYTES = 2048 };

static enum err path_join(const char *dir, const char *name, char out[PATH_MAX_BYTES])
{
    if (snprintf(out, PATH_MAX_BYTES, "%s/%s", dir, name) >= PATH_MAX_BYTES)
        return err_set(ERR_LIMIT, dir);
    return ERR_NONE;
}

/* Parse the manifest and check it against its schema. */
static enum err manifest_read(const char *dir, const char *lib_dir, struct xml_document **out)
{
    enum err rc;
    char path[PATH_MAX_BYTES], schema_path[PATH_MAX_BYTES];
    struct buf bytes = BUF_INIT(MANIFEST_MAX);
    struct xml_schema *schema = NULL;
    struct xml_problem problem;

    TRY(path_join(dir, "flow.xml", path));
    TRY(path_join(lib_dir, "manifest.xsd", schema_path));
    TRY(buf_read_file(&bytes, path));
    TRY(xml_document_parse(buf_str(&bytes), bytes.len, out));
    TRY(xml_schema_open(schema_path, &schema));
    if (xml_schema_check_document(schema, *out, &problem) != ERR_NONE) {
        err_clear(); /* said better, with the file's name */
        rc = err_setf(ERR_FLOW_FORMAT, "%s:%ld: %s: %s", path, problem.line, problem.element,
                      problem.text);
    }
out:
    xml_schema_close(&schema);
    buf_free(&bytes);
    return rc;
}

static bool is(const struct xml_node *node, const char *attribute, const char *value)
{
    const char *text = xml_attribute(node, attribute);

    return text != NULL && strcmp(text, value) == 0;
}

static void totals_read(const struct xml_node *node, struct flow_totals *t)
{
    const char *within = xml_attribute(node, "within");
    const char *minus = xml_attribute(node, "minus");

    (void)snprintf(t->within, FLOW_PATH_SIZE, "%s", within);
    (void)snprintf(t->count, FLOW_PATH_SIZE, "%s/%s", within, xml_attribute(node, "count"));
    (void)snprintf(t->sum, FLOW_PATH_SIZE, "%s/%s", within, xml_attribute(node, "sum"));
    (void)snprintf(t->record, FLOW_PATH_SIZE, "%s/%s", within, xml_attribute(node, "record"));
    (void)snprintf(t->amount, FLOW_PATH_SIZE, "%s/%s", within, xml_attribute(node, "amount"));
    if (minus == NULL) return;
    (void)snprintf(t->minus, FLOW_PATH_SIZE, "%s/%.*s", within, (int)strcspn(minus, "="), minus);
    text_copy(strchr(minus, '=') + 1, t->minus_is, sizeof t->minus_is);
}

static size_t number(const struct xml_node *node, const char *attribute)
{
    return strtoul(xml_attribute(node, attribute), NULL, 10);
}

static void table_read(const struct xml_node *node, struct flow_table *t)
{
    t->separator = *xml_attribute(node, "separator");
    t->decimal = *xml_attribute(node, "decimal");
    t->columns = number(node, "columns");
    t->amount = number(node, "amount");
}

static void span_read(const struct xml_node *node, const char *attribute, struct flow_span *s)
{
    const char *text = xml_attribute(node, attribute);

    s->from = strtoul(text, NULL, 10);
    s->to = strtoul(strchr(text, '-') + 1, NULL, 10);
}

static void fixed_read(const struct xml_node *node, struct flow_fixed *f)
{
    f->width = number(node, "width");
    text_copy(xml_attribute(node, "head"), f->head, sizeof f->head);
    text_copy(xml_attribute(node, "record"), f->record, sizeof f->record);
    text_copy(xml_attribute(node, "tail"), f->tail, sizeof f->tail);
    span_read(node, "amount", &f->amount);
    span_read(node, "count", &f->count);
    span_read(node, "sum", &f->sum);
}

/* What the finished file is checked by. */
static void shape_take(const struct xml_node *root, struct flow_format *f)
{
    const struct xml_node *table = xml_child(root, NULL, "table");
    const struct xml_node *fixed = xml_child(root, NULL, "fixed");
    const struct xml_node *totals = xml_child(root, NULL, "totals");

    f->shape = table != NULL ? FLOW_SHAPE_TABLE : fixed != NULL ? FLOW_SHAPE_FIXED : FLOW_SHAPE_XML;
    if (table != NULL) table_read(table, &f->table);
    if (fixed != NULL) fixed_read(fixed, &f->fixed);
    for (; totals != NULL; totals = xml_next(totals, NULL, "totals"))
        totals_read(totals, &f->totals[f->n_totals++]);
}

/* Its schema has checked it: what is required is there, and what is long fits. */
static void manifest_take(const struct xml_node *root, struct flow_format *f)
{
    const char *max = xml_attribute(root, "max-records");

    text_copy(xml_attribute(root, "name"), f->name, sizeof f->name);
    text_copy(xml_child_text(root, NULL, "title"), f->title, sizeof f->title);
    text_copy(xml_attribute(root, "file-name"), f->file_name, sizeof f->file_name);
    text_copy(xml_attribute(root, "media-type"), f->media_type, sizeof f->media_type);
    f->audience = is(root, "audience", "bank") ? FLOW_AUDIENCE_BANK : FLOW_AUDIENCE_ENTE;
    f->records = is(root, "records", "settlement") ? FLOW_RECORDS_SETTLEMENT : FLOW_RECORDS_PAYMENT;
    f->grouping = is(root, "grouping", "none") ? FLOW_GROUPING_NONE : FLOW_GROUPING_ACCOUNT_DATE;
    f->max_records = max == NULL ? 0 : strtoll(max, NULL, 10);
    f->empty = is(root, "empty", "yes");
    shape_take(root, f);
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static bool span_ok(const struct flow_span *s, size_t width)
{
    return s->from <= s->to && s->to <= width && s->to - s->from < 18;
}

/* What a schema cannot say: parts of the manifest and of the sheet that must agree. */
static enum err format_check(const struct flow_format *f, const char *dir, const char *encoding)
{
    const struct flow_fixed *x = &f->fixed;
    const char *wrong = NULL;

    if (strcmp(f->name, last_part(dir)) != 0) wrong = "name is not the folder's";
    if (f->shape == FLOW_SHAPE_TABLE && f->table.amount > f->table.columns)
        wrong = "amount is none of the columns";
    if (f->shape == FLOW_SHAPE_TABLE && f->table.separator == f->table.decimal)
        wrong = "separator and decimal are the same";
    if (f->shape == FLOW_SHAPE_FIXED &&
        !(span_ok(&x->amount, x->width) && span_ok(&x->count, x->width) &&
          span_ok(&x->sum, x->width)))
        wrong = "a span that is not in the line, or longer than 18";
    if ((f->shape != FLOW_SHAPE_XML) != xml_sheet_text(f->sheet))
        wrong = "a table or fixed lines need xsl:output method=\"text\", and totals need XML";
    if (!xml_sheet_encoding_is(f->sheet, encoding)) wrong = "encoding is not that of xsl:output";
    return wrong ? err_setf(ERR_FLOW_FORMAT, "%s/flow.xml: %s", dir, wrong) : ERR_NONE;
}

enum err flow_format_open(const char *dir, const char *lib_dir, struct flow_format **out)
{
    enum err rc;
    char path[PATH_MAX_BYTES];
    struct xml_document *manifest = NULL;
    struct flow_format *f = calloc(1, sizeof *f);

    *out = NULL;
    if (f == NULL) return err_set(ERR_MEMORY, dir);
    TRY(manifest_read(dir, lib_dir, &manifest));
    manifest_take(xml_root(manifest), f);
    TRY(path_join(dir, "sheet.xsl", path));
    TRY(xml_sheet_open(path, lib_dir, &f->sheet));
    TRY(format_check(f, dir, xml_attribute(xml_root(manifest), "encoding")));
    if (f->shape == FLOW_SHAPE_XML) {
        TRY(path_join(dir, "output.xsd", path));
        TRY(xml_schema_open(path, &f->output));
    }
    *out = f;
    f = NULL;
out:
    flow_format_close(&f);
    xml_document_close(&manifest);
    return rc;
}

void flow_format_close(struct flow_format **format)
{
    if (*format == NULL) return;
    xml_sheet_close(&(*format)->sheet);
    xml_schema_close(&(*format)->output);
    free(*format);
    *format = NULL;
}

/* The value of a template's variable. What a name may not hold becomes a line. */
static enum err variable_add(const char *name, size_t len, const struct flow_frame *frame,
                             struct buf *out)
{
    char sequence[24], date[11];
    enum err rc = ERR_NONE;
    size_t i;

    (void)snprintf(sequence, sizeof sequence, "%06" PRId64, frame->sequence);
    (void)snprintf(date, sizeof date, "%.10s", frame->created);
    const struct {
        const char *name, *value;
    } variables[] = {
        {"party", frame->receiver.code}, {"id", frame->id}, {"sequence", sequence}, {"date", date}};

    for (i = 0; i < ARRAY_LEN(variables); i++)
        if (strlen(variables[i].name) == len && strncmp(variables[i].name, name, len) == 0) break;
    if (i == ARRAY_LEN(variables)) return BUG("variable in a file name");
    for (const char *c = variables[i].value; rc == ERR_NONE && *c != '\0'; c++) {
        const char one[2] = {*c, '\0'};

        rc = buf_text(out, one[0] != '-' && !flow_file_name_ok(one) && strchr("._", one[0]) == NULL
                               ? "-"
                               : one);
    }
    return rc;
}

enum err flow_format_file_name(const struct flow_format *format, const struct flow_frame *frame,
                               char *out)
{
    enum err rc;
    struct buf name = BUF_INIT(FLOW_NAME_SIZE - 1);
    const char *at = format->file_name;

    while (*at != '\0') {
        size_t len = strcspn(at, "{}");

        TRY(buf_add(&name, at, len));
        at += len;
        if (*at == '\0') break;
        len = strcspn(at, "}");
        TRY(variable_add(at + 1, len - 1, frame, &name));
        at += len + 1;
    }
    rc = flow_file_name_ok(buf_str(&name)) ? ERR_NONE : err_set(ERR_FLOW_FORMAT, "file-name");
    if (rc == ERR_NONE) (void)snprintf(out, FLOW_NAME_SIZE, "%s", buf_str(&name));
out:
    buf_free(&name);
    return rc;
}
