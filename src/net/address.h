/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file address.h
 * Which addresses may be called, after a name was resolved to them [F61]. Pure: knows ranges of
 * addresses, no socket and no configuration. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <sys/socket.h>

enum net_address {
    NET_ADDRESS_PUBLIC, /**< of the internet */
    NET_ADDRESS_INSIDE, /**< loopback and private networks: where the configuration allows it */
    NET_ADDRESS_NEVER,  /**< link-local (cloud metadata), multicast, unspecified, reserved, and IPv6
                             that carries an IPv4 address; every other family */
};

/** Thread-safe. Source: IANA's registries of special-purpose addresses (RFC 6890). */
enum net_address net_address_class(const struct sockaddr *address);

#endif
