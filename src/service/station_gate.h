/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file station_gate.h
 * How many workers may wait for Enti's stations at once, in this process: a slow or dead one
 * starves nobody [I12]. At its cap a station that answers fast is waited for a moment. One that
 * fails several times in a row is asked one question at a time, the others are answered at once as
 * the last one was [F59]. Thread-safe. */
#ifndef SERVICE_STATION_GATE_H
#define SERVICE_STATION_GATE_H

#include "base/err.h"
#include "domain/outcome.h"
#include "domain/registry.h"

#include <stdint.h>

struct station_gate;
struct station_lane; /* a call under way */

/** @param workers  that the process has: a quarter of them, at least, never waits for a station */
MUST_USE enum err station_gate_open(int workers, struct station_gate **out);
void station_gate_close(struct station_gate **gate);
/** May a station be called?
 * @param out_lane  to be handed to station_gate_leave(); NULL: no, and out_outcome is answered
 * @return ERR_NONE | ERR_MEMORY. */
MUST_USE enum err station_gate_enter(struct station_gate *gate, const char *station,
                                     struct station_lane **out_lane, enum outcome *out_outcome);
/** @param outcome  of the call: OUTCOME_STAZIONE_IRRAGGIUNGIBILE and _TIMEOUT are failures */
void station_gate_leave(struct station_gate *gate, struct station_lane *lane, int64_t took_us,
                        enum outcome outcome);
/** Forget the failures of stations that the registry in force asks nothing any more: nobody will
 * see them answer. */
void station_gate_follow(struct station_gate *gate, const struct registry *registry);

#endif
