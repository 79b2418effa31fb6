/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/outcome.h"

static const struct {
    const char *name, *code, *original, *text, *description;
} outcomes[OUTCOME_COUNT] = {
#define OUTCOME(name, code, original, text, description)                                           \
    [OUTCOME_##name] = {#name, code, original, text, description},
#include "domain/outcome.def"
#undef OUTCOME
};

const char *outcome_name(enum outcome o)
{
    return outcomes[o].name;
}

const char *outcome_code(enum outcome o)
{
    return outcomes[o].code;
}

const char *outcome_original(enum outcome o)
{
    return outcomes[o].original;
}

const char *outcome_station(enum outcome o)
{
    return *outcomes[o].original ? outcomes[o].original : outcomes[o].code;
}

const char *outcome_text(enum outcome o)
{
    return outcomes[o].text;
}

const char *outcome_description(enum outcome o)
{
    return outcomes[o].description;
}
