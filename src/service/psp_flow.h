/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file psp_flow.h
 * A PSP's flow of what it collected for an Ente: checked, kept whole, matched with what was paid
 * here [W5]. */
#ifndef SERVICE_PSP_FLOW_H
#define SERVICE_PSP_FLOW_H

#include "service/psp_call.h"
#include "service/psp_flow_read.h"

/** nodoInviaFlussoRendicontazione. */
struct psp_flow_call {
    struct psp_call who;          /* PSP_FLOW; fiscal_code: the Ente, "" when it cannot be one */
    char flow_id[DEBT_CHARS(36)]; /* cut: what is longer than 35 is none */
    char time[64];
    const struct xml_schema *schema; /* of a FlussoRiversamento */
    psp_flow_pour_fn *pour;
    void *pour_cls;
    /** Writes what is answered: its hash stands in the journal. */
    enum err (*write)(enum outcome outcome, struct buf *out);
    struct buf *answer;
};

/** Take it or refuse it. A flow is there for its Ente once this answers OK, and not before. */
MUST_USE enum err service_psp_flow_receive(struct env *env, const struct psp_flow_call *call,
                                           enum outcome *out_outcome);

/** Do a little of what is left: undo the matches of a revision that was replaced, match, sweep away
 * what was refused. */
MUST_USE enum err service_psp_flow_next(struct db *db, bool *out_any);

#endif
