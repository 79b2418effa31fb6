/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/trust.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum { ITEM_MAX = 63, V4_BITS = 96 }; /* an IPv4 address begins after so many bits */

static void map_v4(const void *v4, unsigned char out[16])
{
    memset(out, 0, 10);
    memset(out + 10, 0xFF, 2);
    memcpy(out + 12, v4, 4);
}

/* The number after '/'; false: none, or more than there are bits. */
static bool bits_read(const char *text, unsigned max, unsigned *out)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    *out = (unsigned)n;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && n <= max;
}

/* @param item  changed: cut at its '/' */
static bool network_read(char *item, unsigned char address[16], unsigned *out_bits)
{
    char *slash = strchr(item, '/');
    unsigned char v4[4];

    if (slash) *slash++ = '\0';
    if (inet_pton(AF_INET6, item, address) == 1) {
        *out_bits = 128;
        return !slash || bits_read(slash, 128, out_bits);
    }
    if (inet_pton(AF_INET, item, v4) != 1) return false;
    map_v4(v4, address);
    *out_bits = 32;
    if (slash && !bits_read(slash, 32, out_bits)) return false;
    *out_bits += V4_BITS;
    return true;
}

enum err listen_trust_read(const char *text, struct listen_trust *out)
{
    char item[ITEM_MAX + 1], cut[ITEM_MAX + 1];

    out->n = 0;
    for (;;) {
        size_t len;

        text += strspn(text, ", ");
        if (*text == '\0') return ERR_NONE;
        len = strcspn(text, ", ");
        if (out->n == LISTEN_TRUST_MAX)
            return err_setf(ERR_CONFIG, "more than %d trusted proxies", LISTEN_TRUST_MAX);
        memcpy(item, text, len < ITEM_MAX ? len : ITEM_MAX);
        item[len < ITEM_MAX ? len : ITEM_MAX] = '\0';
        memcpy(cut, item, sizeof cut);
        if (len > ITEM_MAX ||
            !network_read(cut, out->networks[out->n].address, &out->networks[out->n].bits))
            return err_setf(ERR_CONFIG,
                            "trusted proxies: \"%s\": expected an address or a network like "
                            "10.0.0.0/8",
                            item);
        out->n++;
        text += len;
    }
}

static bool agrees(const unsigned char *a, const unsigned char *b, unsigned bits)
{
    unsigned rest = bits % 8;

    if (memcmp(a, b, bits / 8) != 0) return false;
    return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

bool listen_trust_has(const struct listen_trust *trust, const struct sockaddr *address)
{
    unsigned char bytes[16];
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (trust->n == 0) return false;
    if (address->sa_family == AF_INET) {
        memcpy(&in, address, sizeof in);
        map_v4(&in.sin_addr, bytes);
    } else if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        memcpy(bytes, &in6.sin6_addr, sizeof bytes);
    } else {
        return false;
    }
    for (size_t i = 0; i < trust->n; i++)
        if (agrees(bytes, trust->networks[i].address, trust->networks[i].bits)) return true;
    return false;
}
