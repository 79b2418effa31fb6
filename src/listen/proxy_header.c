/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/proxy_header.h"

#include <netinet/in.h>
#include <string.h>

enum { SIGNATURE = 12, LOCAL = 0x20, PROXY = 0x21, UNKNOWN = 0x00, TCP4 = 0x11, TCP6 = 0x21 };

static size_t number16(const unsigned char *bytes)
{
    return (size_t)(bytes[0] << 8 | bytes[1]);
}

size_t listen_proxy_length(const unsigned char *bytes, size_t len)
{
    static const unsigned char signature[SIGNATURE] = "\r\n\r\n\0\r\nQUIT\n";
    size_t whole;

    if (memcmp(bytes, signature, len < SIGNATURE ? len : SIGNATURE) != 0) return 0;
    if (len > SIGNATURE && bytes[SIGNATURE] != LOCAL && bytes[SIGNATURE] != PROXY) return 0;
    if (len < LISTEN_PROXY_FIXED) return LISTEN_PROXY_FIXED;
    whole = LISTEN_PROXY_FIXED + number16(bytes + 14);
    return whole <= LISTEN_PROXY_MAX ? whole : 0;
}

/* Type, length, value, one after the other to the very end. */
static bool additions_valid(const unsigned char *bytes, size_t len)
{
    while (len >= 3 && number16(bytes + 1) <= len - 3) {
        size_t one = 3 + number16(bytes + 1);

        bytes += one;
        len -= one;
    }
    return len == 0;
}

bool listen_proxy_read(const unsigned char *bytes, size_t len, struct sockaddr_storage *out)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    size_t addresses = 0;

    memset(out, 0, sizeof *out);
    if (bytes[SIGNATURE] == LOCAL) return true; /* what follows is to be passed over */
    if (bytes[13] == TCP4 && len >= LISTEN_PROXY_FIXED + 12) {
        addresses = 12;
        memcpy(&in.sin_addr, bytes + LISTEN_PROXY_FIXED, sizeof in.sin_addr);
        memcpy(&in.sin_port, bytes + LISTEN_PROXY_FIXED + 8, sizeof in.sin_port);
        memcpy(out, &in, sizeof in);
    } else if (bytes[13] == TCP6 && len >= LISTEN_PROXY_FIXED + 36) {
        addresses = 36;
        memcpy(&in6.sin6_addr, bytes + LISTEN_PROXY_FIXED, sizeof in6.sin6_addr);
        memcpy(&in6.sin6_port, bytes + LISTEN_PROXY_FIXED + 32, sizeof in6.sin6_port);
        memcpy(out, &in6, sizeof in6);
    } else {
        return bytes[13] == UNKNOWN;
    }
    return additions_valid(bytes + LISTEN_PROXY_FIXED + addresses,
                           len - LISTEN_PROXY_FIXED - addresses);
}
