/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file remember.h
 * What crypto/secret.c remembers of checked passwords: keyed hashes and whether they were right.
 * Bounded: wrong ones fall out first, and never push out a right one. Not thread-safe: who owns the
 * table locks it; the time is the caller's. */
#ifndef CRYPTO_REMEMBER_H
#define CRYPTO_REMEMBER_H

#include "crypto/hash.h"

#define REMEMBER_WRONG_US INT64_C(60000000)
#define REMEMBER_SETS 128 /* a power of two */
#define REMEMBER_WAYS 8

enum remembered { REMEMBERED_NOTHING, REMEMBERED_RIGHT, REMEMBERED_WRONG };

struct remember {
    struct remember_entry {
        enum remembered what;
        int64_t at_us; /* right: last seen; wrong: checked */
        struct hash tag;
    } sets[REMEMBER_SETS][REMEMBER_WAYS]; /* a tag's set is known from its bytes */
};

/** Wrong ones are forgotten after REMEMBER_WRONG_US.
 * @param now_us  monotonic */
enum remembered crypto_remember_find(struct remember *r, const struct hash *tag, int64_t now_us);
void crypto_remember_add(struct remember *r, const struct hash *tag, bool right, int64_t now_us);

#endif
