/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file nearest.h
 * "Did you mean …?" for names that people type. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/** The best candidate so far. */
struct nearest {
    const char *typed, *found; /* borrowed; found NULL: nothing is near */
    size_t distance;
};

/** Offer one name that would have been right. */
void nearest_offer(struct nearest *n, const char *name);

#endif
