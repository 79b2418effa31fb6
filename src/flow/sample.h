/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file sample.h
 * Flows of invented people with every kind of text that real ones hold: for who writes a sheet, and
 * to try one. The same seed makes the same flow. */
#ifndef FLOW_SAMPLE_H
#define FLOW_SAMPLE_H

#include "flow/format.h"
#include "flow/make.h"

enum { FLOW_SAMPLE_MAX = 200, FLOW_SAMPLE_GROUPS = 2 };

struct flow_sample {
    struct flow_frame frame;
    struct flow_group groups[FLOW_SAMPLE_GROUPS];
    struct flow_record records[FLOW_SAMPLE_MAX];
    size_t n, next, page;
};

/** @param n  records, at most FLOW_SAMPLE_MAX; those of a bank at least FLOW_SAMPLE_GROUPS */
void flow_sample_fill(struct flow_sample *s, enum flow_records records, size_t n, uint64_t seed);
/** Hand them out from the first one, so many a call. */
struct flow_source flow_sample_source(struct flow_sample *s, size_t page);
/** The whole record document. @return as flow_document_write() */
MUST_USE enum err flow_sample_write(const struct flow_sample *s, const char *format,
                                    struct buf *out);

#endif
