/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "domain/network.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 63, V4_BITS = 96, V6_BITS = 128 }; /* IPv4 begins after so many bits */

void network_address_v4(const void *v4, unsigned char out[NETWORK_BYTES])
{
    memset(out, 0, 10);
    memset(out + 10, 0xFF, 2);
    memcpy(out + 12, v4, 4);
}

bool network_address(const char *text, unsigned char out[NETWORK_BYTES])
{
    unsigned char v4[4];

    if (inet_pton(AF_INET6, text, out) == 1) return true;
    if (inet_pton(AF_INET, text, v4) != 1) return false;
    network_address_v4(v4, out);
    return true;
}

/* The number after '/'; false: none, or more than there are bits. */
static bool bits_parse(const char *text, unsigned first, unsigned *out)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > V6_BITS - first) return false;
    *out = first + (unsigned)n;
    return true;
}

bool network_parse(const char *text, struct network *out)
{
    char address[TEXT_MAX + 1];
    size_t len = strcspn(text, "/");

    if (len > TEXT_MAX) return false;
    memcpy(address, text, len);
    address[len] = '\0';
    if (!network_address(address, out->address)) return false;
    out->bits = V6_BITS;
    return text[len] == '\0' ||
           bits_parse(text + len + 1, strchr(address, ':') ? 0 : V4_BITS, &out->bits);
}

bool network_holds(const struct network *n, const unsigned char address[NETWORK_BYTES])
{
    unsigned whole = n->bits / 8, rest = n->bits % 8;

    if (memcmp(n->address, address, whole) != 0) return false;
    return rest == 0 || (n->address[whole] ^ address[whole]) >> (8 - rest) == 0;
}
