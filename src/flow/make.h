/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file make.h
 * From records to a file, at constant memory whatever their number: the sheet is applied to the
 * frame with no record, and to batches of records within the frame, and the results are joined. The
 * same records make the same bytes for ever [F13]. */
#ifndef FLOW_MAKE_H
#define FLOW_MAKE_H

#include "flow/file.h"
#include "flow/format.h"

#define FLOW_BATCH 100 /* records: a batch and its tree stay in a processor's cache */

/** Where records come from: a port, because the database and the tests both are one. */
struct flow_source_ops {
    /** The next records, in their groups' order and always in the same one.
     * @param batch  zeroed before each call
     * @param out_n  how many, at most cap; 0: there are no more */
    enum err (*next)(void *cls, struct flow_record *batch, size_t cap, size_t *out_n);
};
struct flow_source {
    const struct flow_source_ops *ops;
    void *cls;
    size_t batch; /* records of a batch; 0: FLOW_BATCH */
    int threads;  /* that render batches; 0 or 1: the caller */
};

/** A finished file that is not yet published: flow_file_publish() or flow_file_discard() it. */
struct flow_made {
    struct flow_file file;
    struct hash sha256;
    int64_t size;
};

/** Make the file, on disk, and check it there: schema, count and total [F55].
 * @param dir   folder that it will be published in
 * @param name  its final name: flow_format_file_name()
 * @param out   filled only on ERR_NONE; else no unfinished file stays
 * @return ERR_NONE | ERR_DATA: no record, too many, or the records are not those that the frame
 *         counts | ERR_FLOW_FORMAT, ERR_XML_SHEET, ERR_XML_INVALID: the format does not make what
 *         it promises | ERR_IO_WRITE | what the source returned. */
MUST_USE enum err flow_make(const struct flow_format *format, const struct flow_frame *frame,
                            const struct flow_source *source, const char *dir, const char *name,
                            struct flow_made *out);

#endif
