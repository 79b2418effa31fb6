/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file render.h
 * What a sheet makes of the frame and one batch of records, in pieces; and batches on several
 * threads, handed back in order. */
#ifndef FLOW_RENDER_H
#define FLOW_RENDER_H

#include "flow/format.h"
#include "flow/record.h"

/* The record document marks the place of each group's records before and after; the sheet's library
 * hands the marks through. So a result has pieces: 0 the frame before group 0's records, 1 those
 * records, 2 the frame up to group 1's, and so on, and last the frame's end. The mark holds a
 * random number, because a text of somebody's may look like one where the format does not escape.
 */
struct flow_render {
    const struct flow_format *format;
    const struct flow_frame *frame;
    size_t n_places, n_pieces; /* groups, or one where there are none */
    char mark[17], cut[32];    /* the random number; the whole mark as it stands in results */
};
void flow_render_init(struct flow_render *r, const struct flow_format *format,
                      const struct flow_frame *frame);

struct flow_piece {
    const char *bytes; /* borrowed from the batch */
    size_t len;
};

/** Some records, and what became of them. */
struct flow_batch {
    struct flow_record *records; /* FLOW_BATCH */
    size_t n;
    int64_t first;     /* the first record's number */
    struct arena tree; /* of the record document, while it is transformed */
    struct buf result;
    struct flow_piece *pieces; /* n_pieces */
    enum err rc;
    char problem[sizeof err_detail()->field]; /* the error's detail: it belongs to the thread that
                                                 met it */
};
/** @return ERR_NONE | ERR_MEMORY */
MUST_USE enum err flow_batch_init(struct flow_batch *b, const struct flow_render *r, size_t room);
void flow_batch_fini(struct flow_batch *b);
/** Fill result and pieces. @return as flow_document_write() | ERR_XML_SHEET | ERR_FLOW_FORMAT. */
MUST_USE enum err flow_render_batch(const struct flow_render *r, struct flow_batch *b);

/** Batches being rendered, by one thread (this one) or several. */
struct flow_lanes;
/** @param threads  1: flow_lanes_submit() renders */
MUST_USE enum err flow_lanes_open(const struct flow_render *r, size_t batch, int threads,
                                  struct flow_lanes **out);
/** A batch to fill, zeroed; NULL when all are under way: take one. */
struct flow_batch *flow_lanes_free(struct flow_lanes *l);
/** Render it: after it was filled. */
void flow_lanes_submit(struct flow_lanes *l);
/** Wait for the oldest that was submitted; NULL: there is none. Its error, if any, is this
 * thread's. It is free again at the next call. */
MUST_USE enum err flow_lanes_take(struct flow_lanes *l, struct flow_batch **out);
void flow_lanes_close(struct flow_lanes **lanes);

#endif
