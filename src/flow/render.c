/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/render.h"

#include "base/clock.h"
#include "xml/sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RESULT_MAX = 64 << 20, TREE_MAX = 256 << 20 };

void flow_render_init(struct flow_render *r, const struct flow_format *format,
                      const struct flow_frame *frame)
{
    uint64_t random;

    clock_random(&random, sizeof random);
    r->format = format;
    r->frame = frame;
    r->n_places = frame->n_groups > 0 ? frame->n_groups : 1;
    r->n_pieces = 2 * r->n_places + 1;
    (void)snprintf(r->mark, sizeof r->mark, "%016" PRIx64, random);
    (void)snprintf(r->cut, sizeof r->cut, "<?cut %s?>", r->mark);
}

enum err flow_batch_init(struct flow_batch *b, const struct flow_render *r, size_t room)
{
    *b = (struct flow_batch){.records = calloc(room, sizeof *b->records),
                             .first = 1,
                             .tree = ARENA_INIT(TREE_MAX),
                             .result = BUF_INIT(RESULT_MAX),
                             .pieces = calloc(r->n_pieces, sizeof *b->pieces)};
    return b->records && b->pieces ? ERR_NONE : err_set(ERR_MEMORY, "flow");
}

void flow_batch_fini(struct flow_batch *b)
{
    free(b->records);
    free(b->pieces);
    arena_free(&b->tree);
    buf_free(&b->result);
}

static enum err result_split(const struct flow_render *r, struct flow_batch *b)
{
    const char *at = buf_str(&b->result);
    size_t i = 0;

    for (; i < r->n_pieces; i++) {
        const char *cut = strstr(at, r->cut);

        b->pieces[i].bytes = at;
        b->pieces[i].len = cut == NULL ? strlen(at) : (size_t)(cut - at);
        if (cut == NULL) break;
        at = cut + strlen(r->cut);
    }
    if (i + 1 != r->n_pieces)
        return err_setf(ERR_FLOW_FORMAT, "%s: records must be called once in each place",
                        r->format->name);
    return ERR_NONE;
}

enum err flow_render_batch(const struct flow_render *r, struct flow_batch *b)
{
    enum err rc;
    struct xml_document *doc = NULL;
    const struct flow_document d = {.format = r->format->name,
                                    .frame = r->frame,
                                    .records = b->records,
                                    .n_records = b->n,
                                    .first = b->first,
                                    .cut = r->mark};

    buf_reset(&b->result);
    TRY(flow_document_build(&d, &b->tree, &doc));
    TRY(xml_sheet_apply(r->format->sheet, doc, NULL, &b->result));
    TRY(result_split(r, b));
out:
    xml_document_close(&doc);
    arena_reset_room(&b->tree);
    return rc;
}
