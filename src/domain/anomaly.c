/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/anomaly.h"

#include "base/err.h"

#include <string.h>

const struct anomaly_kind anomaly_kinds[] = {
#define KIND(name, what, todo) {name, what, todo},
#include "domain/anomaly_kind.def"
#undef KIND
};
const size_t anomaly_n_kinds = ARRAY_LEN(anomaly_kinds);

static const struct {
    const char *name, *what;
} reasons[ANOMALY_REASON_COUNT] = {
    [ANOMALY_REASON_NONE] = {"", "the hub closed it: later facts agree"},
#define REASON(id, name, what) [ANOMALY_REASON_##id] = {name, what},
#include "domain/anomaly_reason.def"
#undef REASON
};

static const char *const states[ANOMALY_COUNT] = {
    [ANOMALY_NONE] = "", [ANOMALY_OPEN] = "OPEN", [ANOMALY_CLOSED] = "CLOSED"};

static const char *const events[ANOMALY_ON_COUNT] = {
    [ANOMALY_ON_NONE] = "",
    [ANOMALY_ON_TAKE] = "anomaly.take",
    [ANOMALY_ON_RELEASE] = "anomaly.release",
    [ANOMALY_ON_NOTE] = "anomaly.note",
    [ANOMALY_ON_CLOSE] = "anomaly.close",
    [ANOMALY_ON_REOPEN] = "anomaly.reopen",
};

static const struct anomaly_rule rules[ANOMALY_COUNT][ANOMALY_ON_COUNT] = {
#define RULE(s, e, n, a) [ANOMALY_##s][ANOMALY_ON_##e] = {ANOMALY_##n, ANOMALY_IS_##a},
#include "domain/anomaly_rule.def"
#undef RULE
};

enum {
#define RULE(s, e, n, a) RULE_##s##_##e,
#include "domain/anomaly_rule.def"
#undef RULE
    RULE_COUNT
};
_Static_assert(RULE_COUNT == (ANOMALY_COUNT - 1) * (ANOMALY_ON_COUNT - 1), "pair without rule");

const struct anomaly_rule *anomaly_rule_find(enum anomaly_state state, enum anomaly_event event)
{
    ALWAYS(state > ANOMALY_NONE && state < ANOMALY_COUNT);
    ALWAYS(event > ANOMALY_ON_NONE && event < ANOMALY_ON_COUNT);
    return &rules[state][event];
}

const char *anomaly_state_name(enum anomaly_state state)
{
    return states[state];
}

enum anomaly_state anomaly_state_parse(const char *name)
{
    for (int i = 1; i < ANOMALY_COUNT; i++)
        if (!strcmp(states[i], name)) return (enum anomaly_state)i;
    return ANOMALY_NONE;
}

const char *anomaly_event_name(enum anomaly_event event)
{
    return events[event];
}

const struct anomaly_kind *anomaly_kind_find(const char *name)
{
    for (size_t i = 0; i < anomaly_n_kinds; i++)
        if (!strcmp(anomaly_kinds[i].name, name)) return &anomaly_kinds[i];
    return NULL;
}

const char *anomaly_reason_name(enum anomaly_reason reason)
{
    return reasons[reason].name;
}

const char *anomaly_reason_what(enum anomaly_reason reason)
{
    return reasons[reason].what;
}

enum anomaly_reason anomaly_reason_parse(const char *name)
{
    for (int i = 1; i < ANOMALY_REASON_COUNT; i++)
        if (!strcmp(reasons[i].name, name)) return (enum anomaly_reason)i;
    return ANOMALY_REASON_NONE;
}
