/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file flow.h
 * The flows of a period: settlements become files for Enti and banks; all of a run are made before
 * the first is published. A run that was cut off is finished by the next one, with the same bytes
 * [F13] [F14]. */
#ifndef SERVICE_FLOW_H
#define SERVICE_FLOW_H

#include "db/flow.h"
#include "db/period.h"
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
    int64_t flows;
};

/** @return ERR_NONE, also when there was nothing to do | ERR_NOT_FOUND: no such subscription |
 * ERR_FLOW_BUSY: another run is at it, for a period at once, else after minutes | what
 * a format or the disk refused: then nothing of this run is published, and the next one goes on. */
MUST_USE enum err service_flow_run(struct env *env, struct service_flow_run *run);

/** Is a published flow's file there, with the published bytes?
 * @return ERR_NONE | ERR_IO_READ | ERR_FLOW_CHANGED */
MUST_USE enum err service_flow_verify(const char *path, const struct db_flow *flow);

#endif
