/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/share.h"

#include <stdatomic.h>

bool listen_share_take(struct listen_share *share, uint32_t slot, size_t bytes, size_t max)
{
    size_t all = atomic_fetch_add_explicit(&share->used, bytes, memory_order_relaxed) + bytes;
    size_t own = 0;

    if (slot != LISTEN_SLOT_NONE)
        own = atomic_fetch_add_explicit(&share->peers[slot], bytes, memory_order_relaxed) + bytes;
    return all <= max && own <= max / 2;
}

void listen_share_give(struct listen_share *share, uint32_t slot, size_t bytes)
{
    atomic_fetch_sub_explicit(&share->used, bytes, memory_order_relaxed);
    if (slot != LISTEN_SLOT_NONE)
        atomic_fetch_sub_explicit(&share->peers[slot], bytes, memory_order_relaxed);
}
