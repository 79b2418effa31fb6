/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file anomaly.h
 * What a person must look at: its kinds, why it may be closed, and what may be done when [I5].
 * Pure: must not know SQL or a message. */
#ifndef DOMAIN_ANOMALY_H
#define DOMAIN_ANOMALY_H

#include <stddef.h>

enum anomaly_state { ANOMALY_NONE, ANOMALY_OPEN, ANOMALY_CLOSED, ANOMALY_COUNT };
#define ANOMALY_STATES "OPEN CLOSED"

enum anomaly_event {
    ANOMALY_ON_NONE,
    ANOMALY_ON_TAKE,    /* it gets an owner */
    ANOMALY_ON_RELEASE, /* and has none any more */
    ANOMALY_ON_NOTE,
    ANOMALY_ON_CLOSE,
    ANOMALY_ON_REOPEN,
    ANOMALY_ON_COUNT
};

enum anomaly_answer {
    ANOMALY_IS_REFUSED,
    ANOMALY_IS_ALREADY, /* so it was: nothing changed */
    ANOMALY_IS_DONE
};

struct anomaly_rule {
    enum anomaly_state next;
    enum anomaly_answer answer;
};
/** The row of a state and an event; every pair has one. */
const struct anomaly_rule *anomaly_rule_find(enum anomaly_state state, enum anomaly_event event);

const char *anomaly_state_name(enum anomaly_state state); /**< as stored */
enum anomaly_state anomaly_state_parse(const char *name); /**< _NONE when unknown */
const char *anomaly_event_name(enum anomaly_event event); /**< as in the journal */

struct anomaly_kind {
    const char *name, *what, *todo;
};
extern const struct anomaly_kind anomaly_kinds[];
extern const size_t anomaly_n_kinds;
/** NULL when unknown. */
const struct anomaly_kind *anomaly_kind_find(const char *name);

enum anomaly_reason {
    ANOMALY_REASON_NONE,
#define REASON(id, name, what) ANOMALY_REASON_##id,
#include "domain/anomaly_reason.def"
#undef REASON
    ANOMALY_REASON_COUNT
};
const char *anomaly_reason_name(enum anomaly_reason reason); /**< as stored; "" for _NONE */
const char *anomaly_reason_what(enum anomaly_reason reason);
enum anomaly_reason anomaly_reason_parse(const char *name); /**< _NONE when unknown */

#endif
