/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file share.h
 * Bytes of something that all requests share: how many are in use, in all and by each peer. One
 * peer has at most half, so that nobody keeps everybody else out [I12]. Shared by threads: atomic.
 * Knows neither memory nor files. */
#ifndef LISTEN_SHARE_H
#define LISTEN_SHARE_H

#include "listen/gate.h"

struct listen_share {
    _Atomic size_t used;
    _Atomic size_t peers[LISTEN_GATE_SLOTS];
};

/** Count bytes as used, whatever comes of it: who took them gives them back.
 * @param slot  of a peer, or LISTEN_SLOT_NONE
 * @param max   of all, as far as this taker may go
 * @return false: all of them are more than max, or the peer's are more than half of it */
bool listen_share_take(struct listen_share *share, uint32_t slot, size_t bytes, size_t max);
void listen_share_give(struct listen_share *share, uint32_t slot, size_t bytes);

#endif
