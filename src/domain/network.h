/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file network.h
 * Addresses and networks of IPv4 and IPv6, as text and as bytes. Pure: knows no socket and no
 * name. */
#ifndef DOMAIN_NETWORK_H
#define DOMAIN_NETWORK_H

#include <stdbool.h>

enum { NETWORK_BYTES = 16 };

struct network {
    unsigned char address[NETWORK_BYTES]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;                        /* of them that must agree */
};

/** "10.1.0.0/16", "2001:db8::/32", or one address. false: it is none. */
bool network_parse(const char *text, struct network *out);
/** One address, as text, to bytes; four bytes of IPv4 to the same. */
bool network_address(const char *text, unsigned char out[NETWORK_BYTES]);
void network_address_v4(const void *v4, unsigned char out[NETWORK_BYTES]);
bool network_holds(const struct network *n, const unsigned char address[NETWORK_BYTES]);

#endif
