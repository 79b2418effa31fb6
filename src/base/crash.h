/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file crash.h
 * Places between two steps at which a test kills the process, and calls to an adapter that it lets
 * fail. They exist in a program of their own
 * only (make CRASH=1): the real one has nothing to switch on. The names are steps of a payment:
 * S2 activate saved, S7 outcome saved, N2 a receipt of the node saved, S9 message claimed, S10
 * message sent, S12 settlement joined and sealed, S13 flow published, V2 a reversal saved; of a
 * PSP's flow: P1 part of it saved, P2 visible, P3 lines matched. */
#ifndef BASE_CRASH_H
#define BASE_CRASH_H

#ifdef CRASHPOINTS
#include "base/log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
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

/** A call to an adapter that a test lets fail: the file that PAYER_FAULT names holds "N NUMBER",
 * counted down by each call; the one that comes to 0 answers the number. */
static inline unsigned fault_point(bool in_requests_only)
{
    const char *path = getenv("PAYER_FAULT");
    char text[32] = "";
    unsigned nth = 0, number = 0;
    int fd;

    if (!path || (in_requests_only && !log_in_request())) return 0;
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || pread(fd, text, sizeof text - 1, 0) < 0 ||
        sscanf(text, "%u %u", &nth, &number) != 2)
        nth = 0;
    if (nth > 0) (void)dprintf(fd, "%08u %08u\n", nth - 1, number);
    if (fd >= 0) close(fd);
    return nth == 1 ? number : 0;
}
#define FAULTPOINT(in_requests_only) fault_point(in_requests_only)
#else
#define CRASHPOINT(name) ((void)0)
#define FAULTPOINT(in_requests_only) 0u
#endif

#endif
