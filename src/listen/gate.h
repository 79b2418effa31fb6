/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file gate.h
 * Who may connect: a peer's address as text and as a slot, and counters that cap connections in
 * all and per peer, and how often a peer begins TLS. Shared by the I/O threads: atomic. Knows no
 * socket and no clock. */
#ifndef LISTEN_GATE_H
#define LISTEN_GATE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Peers share a slot by chance: with a secret seed nobody chooses whose. */
#define LISTEN_GATE_SLOTS 16384u
/* Of nobody: a trusted proxy that names no client is many. */
#define LISTEN_SLOT_NONE LISTEN_GATE_SLOTS

struct listen_peer {
    char text[INET6_ADDRSTRLEN];
    bool loopback;
    uint32_t slot;
};

struct listen_gate {
    _Atomic unsigned max, peer_max;
    _Atomic unsigned peer_handshakes; /* a second; 0: as many as come */
    _Atomic unsigned open;
    _Atomic unsigned peers[LISTEN_GATE_SLOTS];
    _Atomic int64_t rested_us[LISTEN_GATE_SLOTS]; /* when each has its whole burst again */
};

/** An IPv6 peer is its /64: one host owns all of it. An IPv4 address in IPv6 is the IPv4 one. */
void listen_peer_read(const struct sockaddr *address, uint32_t seed, struct listen_peer *out);
/** From an address as text, as proxies write it. false: it is none. */
bool listen_peer_parse(const char *text, size_t len, uint32_t seed, struct listen_peer *out);
/** Count one connection in; false: a cap is reached and nothing was counted [X15].
 * @param peer  NULL: not counted to anybody (yet) */
bool listen_gate_enter(struct listen_gate *gate, const struct listen_peer *peer);
void listen_gate_leave(struct listen_gate *gate, const struct listen_peer *peer);
/** Count a connection that is in to a peer, and no longer; false: the peer's cap is reached. */
bool listen_gate_claim(struct listen_gate *gate, const struct listen_peer *peer);
void listen_gate_release(struct listen_gate *gate, const struct listen_peer *peer);
/** May a peer begin one more handshake? false: it had too many, and this one is not counted [X25].
 * @param now_us  of a clock that never goes back */
bool listen_gate_shake(struct listen_gate *gate, const struct listen_peer *peer, int64_t now_us);

#endif
