/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file station_flow.h
 * The flows that an Ente's station may fetch: those that PSPs delivered and those that the hub
 * published, in one list [W5]. */
#ifndef SERVICE_STATION_FLOW_H
#define SERVICE_STATION_FLOW_H

#include "base/arena.h"
#include "db/psp_flow.h"
#include "service/env.h"

/** A station's request; every field is as it came, "" where there was none. */
struct flow_ask {
    bool valid; /* against the contract's schema */
    char broker[DEBT_CHARS(35)], station[DEBT_CHARS(35)], password[DEBT_CHARS(15)];
    char creditor[DEBT_CHARS(35)], psp[DEBT_CHARS(35)];
    char flow_id[DEBT_CHARS(36)]; /* cut: what is longer than 35 is none */
    bool has_certificate;
    unsigned char certificate[32];
};

enum { STATION_FLOWS_MAX = 10000 }; /* of an Ente: the newest */

/** @param arena  the list's · @param out_list  the oldest first */
MUST_USE enum err service_station_flows(struct env *env, const struct flow_ask *call,
                                        struct arena *arena, enum outcome *out_outcome,
                                        struct db_flow_name **out_list, size_t *out_n);

/** Told of a flow's bytes in order, PSP_FLOW_PART at a time. */
typedef enum err station_flow_fn(void *cls, const char *bytes, size_t len);
/** @return ERR_NONE | ERR_FLOW_CHANGED, ERR_IO_READ: a published file is not what it was; part of
 * it may have been told already | what part answered. */
MUST_USE enum err service_station_flow(struct env *env, const struct flow_ask *call,
                                       enum outcome *out_outcome, station_flow_fn *part, void *cls);

#endif
