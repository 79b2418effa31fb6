/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/scope.h"

#include <string.h>

bool scope_allows(const struct scope *s, const char *creditor)
{
    if (creditor == NULL || creditor[0] == '\0') return false;
    if (s->all) return true;
    for (size_t i = 0; i < s->n_creditors; i++)
        if (strcmp(s->creditors[i], creditor) == 0) return true;
    return false;
}
