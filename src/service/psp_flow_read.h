/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file psp_flow_read.h
 * A PSP's FlussoRiversamento from the base64 text that it came as, in one pass at constant memory:
 * decoded, hashed, validated, and told line by line. It must not know who sent it. */
#ifndef SERVICE_PSP_FLOW_READ_H
#define SERVICE_PSP_FLOW_READ_H

#include "crypto/hash.h"
#include "db/psp_flow.h"
#include "xml/lift.h"
#include "xml/schema.h"

/** What a flow says of itself, and what it is found to be. */
struct psp_flow_head {
    char id[DEBT_CHARS(35)], time[64];
    char reference[DEBT_CHARS(35)], settled_on[11];
    char sender_kind[2], sender[DEBT_CHARS(35)], receiver[DEBT_CHARS(35)];
    char said_count[32], said_total[32];
    int64_t time_us;
    /* counted here */
    int64_t count, total_cents, size;
    struct hash sha256;
};

/** Hands the base64 text on in pieces, the same each time it is called. */
typedef enum err psp_flow_pour_fn(void *cls, xml_lift_fn *piece, void *piece_cls);

struct psp_flow_reader {
    psp_flow_pour_fn *pour;
    void *pour_cls;
    const struct xml_schema *schema; /* NULL: it was validated before */
    /** Told of each line, in order, and of the document's bytes, PSP_FLOW_PART at a time. May be
     * NULL. */
    enum err (*line)(void *cls, const struct db_psp_flow_line *line);
    enum err (*part)(void *cls, const char *bytes, size_t len);
    void *cls;
};

/** @return ERR_NONE | an error of class CALLER: it is no such document | what a callback answered |
 * ERR_MEMORY. */
MUST_USE enum err psp_flow_read(const struct psp_flow_reader *reader, struct psp_flow_head *out);

#endif
