/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The first row that matches decides; an address in no row is public. */
static const struct range {
    sa_family_t family;
    unsigned char bits;
    unsigned char bytes[16];
    enum net_address is;
} ranges[] = {
    {AF_INET, 8, {127}, NET_ADDRESS_INSIDE},
    {AF_INET, 8, {10}, NET_ADDRESS_INSIDE},
    {AF_INET, 12, {172, 16}, NET_ADDRESS_INSIDE},
    {AF_INET, 16, {192, 168}, NET_ADDRESS_INSIDE},
    {AF_INET, 10, {100, 64}, NET_ADDRESS_INSIDE}, /* shared by a provider's customers */
    {AF_INET, 8, {0}, NET_ADDRESS_NEVER},
    {AF_INET, 16, {169, 254}, NET_ADDRESS_NEVER},
    {AF_INET, 24, {192, 0, 0}, NET_ADDRESS_NEVER},
    {AF_INET, 15, {198, 18}, NET_ADDRESS_NEVER},
    {AF_INET, 3, {224}, NET_ADDRESS_NEVER}, /* multicast, reserved, broadcast */
    {AF_INET6, 128, {[15] = 1}, NET_ADDRESS_INSIDE},
    {AF_INET6, 7, {0xFC}, NET_ADDRESS_INSIDE},
    {AF_INET6, 96, {0}, NET_ADDRESS_NEVER},                      /* unspecified, compatible */
    {AF_INET6, 96, {[10] = 0xFF, 0xFF}, NET_ADDRESS_NEVER},      /* v4-mapped */
    {AF_INET6, 96, {[8] = 0xFF, 0xFF}, NET_ADDRESS_NEVER},       /* v4-translated */
    {AF_INET6, 32, {0x00, 0x64, 0xFF, 0x9B}, NET_ADDRESS_NEVER}, /* NAT64 */
    {AF_INET6, 32, {0x20, 0x01}, NET_ADDRESS_NEVER},             /* Teredo */
    {AF_INET6, 16, {0x20, 0x02}, NET_ADDRESS_NEVER},             /* 6to4 */
    {AF_INET6, 9, {0xFE, 0x80}, NET_ADDRESS_NEVER},              /* link-local, site-local */
    {AF_INET6, 8, {0xFF}, NET_ADDRESS_NEVER},                    /* multicast */
};

static bool has_prefix(const unsigned char *bytes, const unsigned char *prefix, unsigned bits)
{
    unsigned rest = bits % 8;

    if (memcmp(bytes, prefix, bits / 8) != 0) return false;
    return rest == 0 || (bytes[bits / 8] ^ prefix[bits / 8]) >> (8 - rest) == 0;
}

enum net_address net_address_class(const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    unsigned char bytes[16];

    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        memcpy(bytes, &v4.sin_addr, sizeof v4.sin_addr);
    } else if (address->sa_family == AF_INET6) {
        memcpy(&v6, address, sizeof v6);
        memcpy(bytes, &v6.sin6_addr, sizeof v6.sin6_addr);
    } else {
        return NET_ADDRESS_NEVER;
    }
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (ranges[i].family == address->sa_family &&
            has_prefix(bytes, ranges[i].bytes, ranges[i].bits))
            return ranges[i].is;
    return NET_ADDRESS_PUBLIC;
}
