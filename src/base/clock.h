/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file clock.h
 * The process's clocks: monotonic for waits and durations, wall for log stamps and as the order
 * of random ids. What is compared or stored is the database's time, never this [R1]. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_monotonic_us(void);
/** Microseconds since 1970 UTC, for log stamps only. */
int64_t clock_wall_us(void);
/** A 63-bit id: milliseconds in the high bits, 21 random bits below: time-ordered, made before
 * the transaction that stores it [R12]. Each is greater than the last of this process: 21 bits
 * alone repeat themselves within a few thousand ids of a millisecond. Thread-safe. */
int64_t clock_id_new(void);
/** No id that is made at this instant or later is smaller: where to begin among ids in order. Of
 * any time, one that no id has too. */
int64_t clock_id_floor(int64_t us);
/** Fill with random bytes from the kernel; aborts when there are none. */
void clock_random(void *bytes, unsigned len);
/** 32 lower-case hex characters from 128 random bits and a NUL: payment tokens, request ids. */
void clock_token_new(char out[33]);

#endif
