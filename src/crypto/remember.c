/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crypto/remember.h"

static struct remember_entry *set_of(struct remember *r, const struct hash *tag)
{
    return r->sets[tag->bytes[0] & (REMEMBER_SETS - 1)];
}

static bool is_stale(const struct remember_entry *e, int64_t now_us)
{
    return e->what == REMEMBERED_WRONG && now_us - e->at_us >= REMEMBER_WRONG_US;
}

enum remembered crypto_remember_find(struct remember *r, const struct hash *tag, int64_t now_us)
{
    struct remember_entry *set = set_of(r, tag);

    for (size_t i = 0; i < REMEMBER_WAYS; i++) {
        struct remember_entry *e = &set[i];

        if (e->what == REMEMBERED_NOTHING || !crypto_hash_equal(&e->tag, tag)) continue;
        if (is_stale(e, now_us)) e->what = REMEMBERED_NOTHING;
        if (e->what == REMEMBERED_RIGHT) e->at_us = now_us;
        return e->what;
    }
    return REMEMBERED_NOTHING;
}

/* How dear an entry is: what is cheapest makes place. */
static int worth(const struct remember_entry *e, int64_t now_us)
{
    if (e->what == REMEMBERED_NOTHING || is_stale(e, now_us)) return 0;
    return e->what == REMEMBERED_WRONG ? 1 : 2;
}

void crypto_remember_add(struct remember *r, const struct hash *tag, bool right, int64_t now_us)
{
    struct remember_entry *set = set_of(r, tag), *place = &set[0];

    for (size_t i = 0; i < REMEMBER_WAYS; i++) {
        int order = worth(&set[i], now_us) - worth(place, now_us);

        if (set[i].what != REMEMBERED_NOTHING && crypto_hash_equal(&set[i].tag, tag)) {
            place = &set[i];
            break;
        }
        if (order < 0 || (order == 0 && set[i].at_us < place->at_us)) place = &set[i];
    }
    if (!right && worth(place, now_us) == 2 && !crypto_hash_equal(&place->tag, tag)) return;
    place->what = right ? REMEMBERED_RIGHT : REMEMBERED_WRONG;
    place->at_us = now_us;
    place->tag = *tag;
}
