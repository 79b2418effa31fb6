/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file fixture.h
 * Flows to test with: any number of records with awkward texts, from a source that hands them out
 * in pages of any size. */
#ifndef TEST_FLOW_FIXTURE_H
#define TEST_FLOW_FIXTURE_H

#include "flow/make.h"

#define FIXTURE_GROUPS 3

struct fixture {
    struct flow_frame frame;
    struct flow_group groups[FIXTURE_GROUPS];
    struct flow_record *records;
    size_t n, next, page; /* page: records a call */
    enum err fail;        /* after the last record */
    struct flow_source source;
};

/** An Ente's flow of n payments. */
void fixture_payments(struct fixture *f, size_t n);
/** A bank's flow of n settlements in three groups (n at least 3). */
void fixture_settlements(struct fixture *f, size_t n);
void fixture_free(struct fixture *f);
/** Begin again with pages of that size. */
void fixture_rewind(struct fixture *f, size_t page);
/** One of the formats of the project. */
struct flow_format *fixture_format(const char *name);
/** What the sheet makes of the whole document at once. */
void fixture_whole(const struct fixture *f, const struct flow_format *format, struct buf *out);

#endif
