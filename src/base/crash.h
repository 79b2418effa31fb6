/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file crash.h
 * Places between two steps at which a test kills the process. They exist in a program of their own
 * only (make CRASH=1): the real one has nothing to switch on. The names are steps of a payment:
 * S2 activate saved, S7 outcome saved, S9 message claimed, S10 message sent, S12 settlement joined
 * and sealed, S13 flow published. */
#ifndef BASE_CRASH_H
#define BASE_CRASH_H

#ifdef CRASHPOINTS
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Die by SIGKILL, as by a power cut, if PAYER_CRASH names this place. */
static inline void crash_point(const char *name)
{
    const char *wanted = getenv("PAYER_CRASH");

    if (wanted && !strcmp(wanted, name)) (void)kill(getpid(), SIGKILL);
}
#define CRASHPOINT(name) crash_point(name)
#else
#define CRASHPOINT(name) ((void)0)
#endif

#endif
