/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file notify.h
 * Telling the service manager that started us how we are: systemd's protocol of one datagram a
 * message (sd_notify(3)). Without a manager nothing is sent. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdint.h>

/** @param state  "READY=1", "STOPPING=1", "WATCHDOG=1"; one that gets lost is only logged */
void notify_send(const char *state);
/** How often it wants to hear WATCHDOG=1 at the latest; 0: never. */
int64_t notify_watchdog_us(void);

#endif
