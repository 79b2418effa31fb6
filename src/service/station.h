/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file station.h
 * Calls to an Ente's own station: bytes there and bytes back, under its own time limit, believed
 * only when they are the answer of the contract. Must not be called inside a transaction. */
#ifndef SERVICE_STATION_H
#define SERVICE_STATION_H

#include "domain/outcome.h"
#include "service/env.h"

struct service_stations; /* shared by all workers of a process */

/** @param share  folder that holds wsdl/ · @param workers  that the process has
 * @return ERR_NONE | ERR_XML_SHEET | ERR_MEMORY. */
MUST_USE enum err service_stations_open(const char *share, int workers,
                                        struct service_stations **out);
void service_stations_close(struct service_stations **stations);
/** Another registry may be in force: those that left it fail no more. */
void service_stations_follow(struct service_stations *stations, const struct registry *registry);

/** One call. Owner: begin, then the request is written, called, the answer read, freed. */
struct station_call {
    const struct registry_station *station;
    const char *operation; /* its SOAPAction */
    const char *answers;   /* the answer's element, of the paForNode contract */
    struct buf request, answer;
    struct exchange exchange; /* line_id 0: it was not called */
};
struct station_call service_station_call_begin(const struct registry_station *station,
                                               const char *operation, const char *answers);
void service_station_call_free(struct station_call *call);
/** @param out_outcome  OUTCOME_OK: the answer is one of the contract; else what of row 15 it is
 * [W3.15]
 * @return an error only for what is ours: a station's faults are outcomes. */
MUST_USE enum err service_station_call(struct env *env, struct station_call *call,
                                       enum outcome *out_outcome);
/** What was answered breaks a promise beyond its schema, as ERR_PEER_ANSWER's detail says: told to
 * the log. */
void service_station_broken(const struct station_call *call);

#endif
