/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/gate.h"

#include <arpa/inet.h>
#include <stdatomic.h>
#include <string.h>

/* What a peer may begin at once is what it may in so many seconds: after a restart of ours a whole
 * fleet comes back together. */
#define BURST_US INT64_C(10000000)

/* FNV-1a from a secret start. */
static uint32_t slot_of(const uint8_t *bytes, size_t len, uint32_t seed)
{
    uint32_t h = 2166136261u ^ seed;

    for (size_t i = 0; i < len; i++)
        h = (h ^ bytes[i]) * 16777619u;
    return (h ^ h >> 16) % LISTEN_GATE_SLOTS;
}

static void read_v4(const uint8_t address[4], uint32_t seed, struct listen_peer *out)
{
    inet_ntop(AF_INET, address, out->text, sizeof out->text);
    out->loopback = address[0] == 127;
    out->slot = slot_of(address, 4, seed);
}

static void read_v6(const struct in6_addr *address, uint32_t seed, struct listen_peer *out)
{
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        read_v4(address->s6_addr + 12, seed, out);
        return;
    }
    inet_ntop(AF_INET6, address, out->text, sizeof out->text);
    out->loopback = IN6_IS_ADDR_LOOPBACK(address);
    out->slot = slot_of(address->s6_addr, 8, seed);
}

void listen_peer_read(const struct sockaddr *address, uint32_t seed, struct listen_peer *out)
{
    memset(out, 0, sizeof *out);
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, address, sizeof in);
        read_v4((const uint8_t *)&in.sin_addr, seed, out);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;

        memcpy(&in6, address, sizeof in6);
        read_v6(&in6.sin6_addr, seed, out);
    }
}

bool listen_peer_parse(const char *text, size_t len, uint32_t seed, struct listen_peer *out)
{
    char address[INET6_ADDRSTRLEN];
    uint8_t v4[4];
    struct in6_addr v6;

    memset(out, 0, sizeof *out);
    if (len >= sizeof address) return false;
    memcpy(address, text, len);
    address[len] = '\0';
    if (inet_pton(AF_INET, address, v4) == 1)
        read_v4(v4, seed, out);
    else if (inet_pton(AF_INET6, address, &v6) == 1)
        read_v6(&v6, seed, out);
    else
        return false;
    return true;
}

bool listen_gate_claim(struct listen_gate *gate, const struct listen_peer *peer)
{
    if (atomic_fetch_add(&gate->peers[peer->slot], 1) < gate->peer_max) return true;
    atomic_fetch_sub(&gate->peers[peer->slot], 1);
    return false;
}

void listen_gate_release(struct listen_gate *gate, const struct listen_peer *peer)
{
    atomic_fetch_sub(&gate->peers[peer->slot], 1);
}

/* A token bucket as one number: each handshake moves the time of rest on by its share. */
bool listen_gate_shake(struct listen_gate *gate, const struct listen_peer *peer, int64_t now_us)
{
    _Atomic int64_t *rested_us = &gate->rested_us[peer->slot];
    unsigned rate = atomic_load(&gate->peer_handshakes);
    int64_t was = atomic_load(rested_us), next;

    if (rate == 0) return true;
    do {
        next = (was > now_us ? was : now_us) + 1000000 / rate;
        if (next - now_us > BURST_US) return false;
    } while (!atomic_compare_exchange_weak(rested_us, &was, next));
    return true;
}

bool listen_gate_enter(struct listen_gate *gate, const struct listen_peer *peer)
{
    if (peer && !listen_gate_claim(gate, peer)) return false;
    if (atomic_fetch_add(&gate->open, 1) < gate->max) return true;
    listen_gate_leave(gate, peer);
    return false;
}

void listen_gate_leave(struct listen_gate *gate, const struct listen_peer *peer)
{
    atomic_fetch_sub(&gate->open, 1);
    if (peer) listen_gate_release(gate, peer);
}
