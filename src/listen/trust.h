/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file trust.h
 * Which addresses are proxies that are believed: a short list of networks. Pure: knows addresses
 * as text and bytes, no socket and no configuration. */
#ifndef LISTEN_TRUST_H
#define LISTEN_TRUST_H

#include "base/err.h"
#include "domain/network.h"

#include <stddef.h>
#include <sys/socket.h>

enum { LISTEN_TRUST_MAX = 64 };

struct listen_trust {
    size_t n;
    struct network networks[LISTEN_TRUST_MAX];
};

/** Read addresses and networks, with commas and blanks between them: "10.1.0.0/16, ::1".
 * @param text  "": nobody
 * @return ERR_NONE | ERR_CONFIG naming the one that cannot be read. */
MUST_USE enum err listen_trust_read(const char *text, struct listen_trust *out);
bool listen_trust_has(const struct listen_trust *trust, const struct sockaddr *address);

#endif
