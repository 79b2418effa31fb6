/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file scope.h
 * Whose data a caller may touch: made from who was authenticated, bound by every statement on an
 * Ente's rows [I13]. */
#ifndef DOMAIN_SCOPE_H
#define DOMAIN_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

struct scope {
    const char *actor;            /* for the journal: "caller/X", "channel/Y", "operator/root" */
    const char *const *creditors; /* borrowed from the registry */
    size_t n_creditors;
    bool all; /* operators on the machine, and callers with "*" */
};

bool scope_allows(const struct scope *s, const char *creditor);

#endif
