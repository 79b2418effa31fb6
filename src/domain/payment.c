/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/payment.h"

#include "base/err.h"

#include <string.h>

static const char *const payment_names[PAYMENT_COUNT] = {
    [PAYMENT_NONE] = "",
#define STATE(name, meaning) [PAYMENT_##name] = #name,
#include "domain/payment_state.def"
#undef STATE
};

static const char *const position_names[POSITION_COUNT] = {
    [POSITION_NONE] = "",
#define STATE(name, meaning) [POSITION_##name] = #name,
#include "domain/position_state.def"
#undef STATE
};

static const struct payment_rule rules[PAYMENT_COUNT][PAYMENT_ON_COUNT] = {
#define RULE(s, e, n, o, x) [PAYMENT_##s][PAYMENT_ON_##e] = {PAYMENT_##n, OUTCOME_##o, EFFECT_##x},
#include "domain/payment_rule.def"
#undef RULE
};

enum {
#define RULE(s, e, n, o, x) RULE_##s##_##e,
#include "domain/payment_rule.def"
#undef RULE
    RULE_COUNT
};
_Static_assert(RULE_COUNT == (PAYMENT_COUNT - 1) * (PAYMENT_ON_COUNT - 1), "pair without rule");

const struct payment_rule *payment_rule_find(enum payment_state state, enum payment_event event)
{
    ALWAYS(state > PAYMENT_NONE && state < PAYMENT_COUNT);
    ALWAYS(event > PAYMENT_ON_NONE && event < PAYMENT_ON_COUNT);
    return &rules[state][event];
}

bool payment_took_money(enum payment_state state)
{
    return payment_rule_find(state, PAYMENT_ON_SENT_OK)->outcome == OUTCOME_ESITO_GIA_ACQUISITO;
}

static int name_find(const char *const *names, int count, const char *name)
{
    for (int i = 1; i < count; i++)
        if (!strcmp(names[i], name)) return i;
    return 0;
}

const char *payment_state_name(enum payment_state state)
{
    return payment_names[state];
}

enum payment_state payment_state_parse(const char *name)
{
    return (enum payment_state)name_find(payment_names, PAYMENT_COUNT, name);
}

const char *position_state_name(enum position_state state)
{
    return position_names[state];
}

enum position_state position_state_parse(const char *name)
{
    return (enum position_state)name_find(position_names, POSITION_COUNT, name);
}
