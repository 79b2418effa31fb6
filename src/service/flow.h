/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file flow.h
 * The flows of a period: settlements become files for Enti and banks; all of a run are made before
 * the first is published. A run that was cut off is finished by the next one, with the same bytes
 * [F13] [F14]. */
#ifndef SERVICE_FLOW_H
#define SERVICE_FLOW_H

#include "db/flow.h"
#include "db/period.h"
#include "flow/make.h"
#include "service/settle.h"

struct service_flow_run {
    /* NULL: all. Else this one and the Enti's that follow it. */
    const char *subscription;
    const struct db_period *period; /* OPEN or PLANNED, of that subscription; NULL: until now */
    /** Told of each flow when it is published. */
    void (*tell)(void *cls, const struct db_flow *flow, const char *path);
    void *cls;
    /* results */
    struct service_settled settled;
    int64_t flows, left_out; /* left out: could not be made, and wait for the next run */
};

/** @return ERR_NONE, also when there was nothing to do | ERR_NOT_FOUND: no such subscription |
 * ERR_FLOW_BUSY: another run is at it, for a period at once, else after minutes | ERR_STOPPED, or
 * what a format or the disk refused: then nothing of this run is published, and the next one goes
 * on. An Ente's flow is left out alone, unless the run is for its subscription. */
MUST_USE enum err service_flow_run(struct env *env, struct service_flow_run *run);

/** An installed format, by its name. @return as flow_format_open() */
MUST_USE enum err service_flow_format(const char *name, struct flow_format **out);
/** Why a subscription cannot have that format, in words; "" when it can. One whose sheet does not
 * compile is not judged here. */
const char *service_flow_misfit(const char *format, enum flow_audience audience, bool empty);

/** Make the file that a format makes of a flow's records, and publish nothing.
 * @param folder  where it lies unfinished: the caller discards it
 * @return ERR_NONE | ERR_DATA: the format is for other records than the flow has | as flow_make()
 */
MUST_USE enum err service_flow_try(struct env *env, int64_t flow_id,
                                   const struct flow_format *format, const char *folder,
                                   struct flow_made *out);
/** Put a published flow's file where it was put before, with the bytes that it had [F13]. One that
 * is there is looked at; one that is gone is made anew.
 * @param out_path   FLOW_TARGET_SIZE bytes
 * @param out_there  it was there
 * @return ERR_NONE | ERR_NOT_FOUND: no such flow, or not published yet | ERR_FLOW_CHANGED: other
 *         bytes are there, or its format makes others now: nothing was changed */
#define FLOW_TARGET_SIZE 2001
MUST_USE enum err service_flow_resend(struct env *env, const char *actor, int64_t flow_id,
                                      char *out_path, bool *out_there);

/** Is a published flow's file there, with the published bytes?
 * @return ERR_NONE | ERR_IO_READ | ERR_FLOW_CHANGED */
MUST_USE enum err service_flow_verify(const char *path, const struct db_flow *flow);

#endif
