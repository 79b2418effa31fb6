/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_load.h"

#include "base/csv.h"
#include "domain/text.h"
#include "service/position_change.h"
#include "service/position_xml.h"
#include "xml/reader.h"
#include "xml/schema.h"

#include <string.h>

#define NS "urn:payer:position:1"

enum { BATCH = 200, MEMORY_MAX = 48 * 1024 * 1024, LINE_MAX_BYTES = 8 * 1024, SHOWN = 1024 };

/* One batch in hand: what is stored together. Everything lives in the arena. */
struct batch {
    struct env *env;
    const struct scope *scope;
    struct position_load *load;
    struct arena arena;
    struct position_submission list[BATCH];
    struct position_csv_item items[BATCH]; /* CSV: where their values stood */
    struct position_place places[BATCH];   /* XML: the line */
    size_t n;
};

enum err position_load_begin(const struct position_load *load)
{
    static const char head[] = "line,own_id,field,value,expected\r\n";

    if (load->rejects && fputs(head, load->rejects) == EOF)
        return err_set(ERR_IO_WRITE, "report of rejects");
    return ERR_NONE;
}

void position_load_tell(struct position_load *load)
{
    if (load->progress && load->progress(load->progress_cls, load)) load->stopped = true;
}

/* A field of the report from the file: whatever it is and however long, a line of text. */
static enum err report_field(struct buf *line, const char *value)
{
    char shown[SHOWN];

    text_mend(value, shown, sizeof shown);
    return csv_field(line, shown, false);
}

enum err position_load_reject(struct position_load *load, const struct position_place *place,
                              const char *own_id, const char *expected)
{
    enum err rc = ERR_NONE;
    struct buf line = BUF_INIT(LINE_MAX_BYTES);
    char number[24];

    if (++load->refused % BATCH == 0) position_load_tell(load); /* no batch may follow for long */
    if (!load->rejects) return ERR_NONE;
    snprintf(number, sizeof number, "%ld", place->line);
    TRY(csv_field(&line, number, false));
    TRY(report_field(&line, own_id));
    TRY(csv_field(&line, place->field, false));
    TRY(report_field(&line, place->value));
    TRY(csv_field(&line, expected, true));
    if (fwrite(line.bytes, 1, line.len, load->rejects) != line.len)
        rc = err_set(ERR_IO_WRITE, "report of rejects");
out:
    buf_free(&line);
    return rc;
}

static enum err batch_tell(struct batch *b)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < b->n; i++) {
        struct position_submission *s = &b->list[i];
        struct position_place place = b->places[i];

        if (s->result == POSITION_CREATED || s->result == POSITION_CHANGED) b->load->taken++;
        if (s->result == POSITION_UNCHANGED) b->load->unchanged++;
        if (s->result != POSITION_REFUSED) continue;
        if (b->items[i].rows)
            position_csv_place(&b->items[i], s->refusal.field, &place);
        else
            snprintf(place.field, sizeof place.field, "%.60s", s->refusal.field);
        TRY(position_load_reject(b->load, &place, s->position->own_id, s->refusal.expected));
    }
out:
    return rc;
}

static enum err batch_end(struct batch *b)
{
    enum err rc;

    if (b->n == 0) { /* what was refused while reading lies in the arena too */
        arena_reset(&b->arena);
        return ERR_NONE;
    }
    if (b->load->update)
        TRY(service_position_update(b->env, b->scope, b->list, b->n, b->load->dry_run));
    else if (b->load->dry_run)
        TRY(service_position_try(b->env, b->scope, b->list, b->n));
    else
        TRY(service_position_submit(b->env, b->scope, b->list, b->n, true));
    TRY(batch_tell(b));
    b->n = 0;
    memset(b->items, 0, sizeof b->items);
    memset(b->places, 0, sizeof b->places);
    arena_reset(&b->arena);
    position_load_tell(b->load);
out:
    return rc;
}

/* A plan of 1,200 instalments takes a batch of its own. */
static bool batch_full(const struct batch *b)
{
    return b->n == BATCH || b->arena.used > MEMORY_MAX / 4;
}

static enum err csv_load(struct batch *b)
{
    enum err rc;
    struct position_csv *reader = NULL;
    bool more = true;

    TRY(position_csv_open(b->load->path, &reader));
    while (!b->load->stopped) {
        struct position_csv_item item;

        TRY(position_csv_next(reader, &b->arena, &item, &more));
        position_csv_progress(reader, &b->load->read_bytes, &b->load->size_bytes);
        if (!more) break;
        if (*item.refusal.code) {
            TRY(position_load_reject(b->load, &item.place,
                                     item.position ? item.position->own_id : "",
                                     item.refusal.expected));
            if (b->n == 0 || batch_full(b)) TRY(batch_end(b));
            continue;
        }
        b->items[b->n] = item;
        b->list[b->n].version = -1;
        b->list[b->n++].position = item.position;
        if (batch_full(b)) TRY(batch_end(b));
    }
    TRY(batch_end(b));
out:
    position_csv_close(&reader);
    return rc;
}

static enum err xml_take(struct batch *b, const struct xml_schema *schema,
                         const struct xml_node *node)
{
    enum err rc;
    struct xml_problem problem;
    struct position_place place = {.line = xml_line(node), .value = ""};
    const char *own_id = xml_child_text(node, NULL, "ownId");
    struct debt_position *p;

    rc = xml_schema_check_node(schema, node, &problem);
    if (rc == ERR_XML_INVALID) {
        err_clear();
        place.line = problem.line;
        snprintf(place.field, sizeof place.field, "%s", problem.element);
        return position_load_reject(b->load, &place, own_id ? own_id : "", problem.text);
    }
    TRY(rc);
    p = arena_alloc(&b->arena, sizeof *p);
    if (!p) return err_set(ERR_LIMIT, "positions");
    TRY(position_xml_read(node, &b->arena, p));
    b->places[b->n] = place;
    b->list[b->n].version = -1;
    b->list[b->n++].position = p;
    if (batch_full(b)) TRY(batch_end(b));
out:
    return rc;
}

static enum err xml_load(struct batch *b)
{
    enum err rc;
    struct xml_reader *reader = NULL;
    struct xml_schema *schema = NULL;
    const struct xml_node *root, *node;

    TRY(xml_schema_open(b->load->schema_path, &schema));
    TRY(xml_reader_open(b->load->path, &reader));
    root = xml_reader_root(reader);
    if (strcmp(xml_name(root), "positions") != 0 || strcmp(xml_namespace(root), NS) != 0) {
        rc = err_set(ERR_DATA, "root element: positions of " NS " expected");
        goto out;
    }
    while (!b->load->stopped) {
        rc = xml_reader_next(reader, &node);
        if (rc != ERR_NONE) { /* what was read before is in, whatever comes after it */
            enum err end = batch_end(b);

            rc = end == ERR_NONE ? rc : end;
            goto out;
        }
        if (!node) break;
        TRY(xml_take(b, schema, node));
    }
    TRY(batch_end(b));
out:
    xml_reader_close(&reader);
    xml_schema_close(&schema);
    return rc;
}

static bool is_xml(const char *path)
{
    FILE *in = fopen(path, "rbe");
    int byte = ' ';

    if (!in) return false;
    while (byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t' || byte == 0xEF ||
           byte == 0xBB || byte == 0xBF)
        byte = fgetc(in);
    fclose(in);
    return byte == '<';
}

enum err service_position_load(struct env *env, const struct scope *scope,
                               struct position_load *load)
{
    enum err rc = ERR_NONE;
    struct batch b = {.env = env, .scope = scope, .load = load, .arena = ARENA_INIT(MEMORY_MAX)};

    TRY(position_load_begin(load));
    TRY(is_xml(load->path) ? xml_load(&b) : csv_load(&b));
out:
    arena_free(&b.arena);
    return rc;
}
