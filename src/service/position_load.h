/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position_load.h
 * Positions from a file, CSV or XML: streamed, good ones in, bad ones out with the reason, and the
 * same file again changes nothing. */
#ifndef SERVICE_POSITION_LOAD_H
#define SERVICE_POSITION_LOAD_H

#include "service/env.h"
#include "service/position_csv.h"

#include <stdio.h>

struct position_load {
    const char *path;        /* '<' first: XML by wsdl/payer/position.xsd; else CSV */
    const char *schema_path; /* of that XSD */
    bool update;             /* change what is there already, instead of adding */
    bool dry_run;
    FILE *rejects; /* CSV: line,own_id,field,value,expected; NULL: only counted */
    /** Told after each batch, and each so many refusals; NULL: nobody. true: stop after this batch.
     */
    bool (*progress)(void *cls, const struct position_load *load);
    void *progress_cls;
    /* results */
    int64_t taken, unchanged, refused; /* taken: created, updated or withdrawn */
    int64_t read_bytes, size_bytes;    /* of a CSV, while it is read; size 0: not known */
    bool stopped;
};

/** @return ERR_NONE, also with refused ones | ERR_IO_READ, ERR_DATA, ERR_XML_SYNTAX: the file is
 * not usable from there on; what came before it is in. */
MUST_USE enum err service_position_load(struct env *env, const struct scope *scope,
                                        struct position_load *load);
/** Withdraw the positions that a CSV names, by creditor and own_id or notice_number; its other
 * columns are not looked at, so that a file which was loaded does too. */
MUST_USE enum err service_position_cancel_file(struct env *env, const struct scope *scope,
                                               struct position_load *load);

/** For both: tell progress, and note whether to stop. */
void position_load_tell(struct position_load *load);
/** For both: the report's header, and a line of it; counted too. */
MUST_USE enum err position_load_begin(const struct position_load *load);
MUST_USE enum err position_load_reject(struct position_load *load,
                                       const struct position_place *place, const char *own_id,
                                       const char *expected);

#endif
