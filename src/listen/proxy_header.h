/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file proxy_header.h
 * Strict reading of a PROXY protocol header, version 2: whom a proxy's connection is for. Pure: no
 * state, no allocation, no sockets. Source: the PROXY protocol, section 2.2. */
#ifndef LISTEN_PROXY_HEADER_H
#define LISTEN_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

/* Before the addresses; and all of it with what a proxy may add. */
enum { LISTEN_PROXY_FIXED = 16, LISTEN_PROXY_MAX = 1024 };

/** How long the header is in all, as far as its first bytes tell: LISTEN_PROXY_FIXED while fewer
 * are known.
 * @return 0: this is no header of version 2, or a longer one than we read */
size_t listen_proxy_length(const unsigned char *bytes, size_t len);
/** @param len  as listen_proxy_length() said, all of it there
 * @param out  the client's address; AF_UNSPEC: the proxy speaks for itself (LOCAL), or does not
 *             know
 * @return false: malformed, or not of a TCP connection */
bool listen_proxy_read(const unsigned char *bytes, size_t len, struct sockaddr_storage *out);

#endif
