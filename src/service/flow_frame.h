/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file flow_frame.h
 * What stands in a flow: its frame and where its records come from, from the database's rows and
 * the registry. The same for the same flow for ever [F13]. */
#ifndef SERVICE_FLOW_FRAME_H
#define SERVICE_FLOW_FRAME_H

#include "db/flow.h"
#include "flow/make.h"
#include "service/env.h"

/** One flow being made. */
struct flow_content {
    struct env *env;
    const struct registry_subscription *subscription;
    const struct db_flow *flow;
    const struct db_settlement *settlements;
    size_t n_settlements;
    struct flow_frame frame;
    struct flow_group group;
    /* the records' source */
    size_t next_settlement;
    int64_t after_entry;
};

/** @return ERR_NONE | ERR_REGISTRY when party or account are not in the registry. */
MUST_USE enum err flow_content_open(struct flow_content *c);
struct flow_source flow_content_source(struct flow_content *c);
/** The file of a flow, from the database's rows: the same bytes each time, when the format is the
 * same. @return ERR_NONE | ERR_REGISTRY: its subscription left the registry | as flow_make() */
MUST_USE enum err flow_content_make(struct env *env, const struct db_flow *flow,
                                    const struct flow_format *format, const char *folder,
                                    struct flow_made *out);

#endif
