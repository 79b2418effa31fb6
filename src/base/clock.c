/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include "base/err.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* Below the milliseconds of an id. */
enum { ID_RANDOM_BITS = 21 };

static int64_t read_us(clockid_t clock)
{
    struct timespec t;

    ALWAYS(clock_gettime(clock, &t) == 0);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

int64_t clock_id_floor(int64_t us)
{
    int64_t ms = us / 1000;

    if (ms <= 0) return 0;
    return ms > INT64_MAX >> ID_RANDOM_BITS ? INT64_MAX : ms << ID_RANDOM_BITS; /* from 2109 on */
}

int64_t clock_id_new(void)
{
    static _Atomic int64_t last;
    int64_t fresh, id, before = atomic_load(&last);
    uint32_t low;

    clock_random(&low, sizeof low);
    fresh = clock_id_floor(clock_wall_us()) | (low & ((1u << ID_RANDOM_BITS) - 1));
    do
        id = fresh > before ? fresh : before + 1;
    while (!atomic_compare_exchange_weak(&last, &before, id));
    return id;
}

static void system_random(unsigned char *at, size_t len)
{
    while (len > 0) {
        ssize_t n = getrandom(at, len, 0);

        if (n < 0 && errno == EINTR) continue;
        ALWAYS(n > 0);
        at += n;
        len -= (size_t)n;
    }
}

/* Ids want a few bytes each, many times a request: one call of the system serves a thread for many.
 * What was handed out is wiped. */
void clock_random(void *bytes, unsigned len)
{
    static _Thread_local unsigned char kept[256];
    static _Thread_local size_t left;

    if (len > sizeof kept) {
        system_random(bytes, len);
        return;
    }
    if (left < len) {
        system_random(kept, sizeof kept);
        left = sizeof kept;
    }
    left -= len;
    memcpy(bytes, kept + left, len);
    memset(kept + left, 0, len);
}

void clock_token_new(char out[33])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[16];

    clock_random(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        out[2 * i] = hex[bytes[i] >> 4];
        out[2 * i + 1] = hex[bytes[i] & 15];
    }
    out[32] = '\0';
}
