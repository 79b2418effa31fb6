/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/trust.h"

#include <netinet/in.h>
#include <string.h>

enum { ITEM_MAX = 63 };

enum err listen_trust_read(const char *text, struct listen_trust *out)
{
    char item[ITEM_MAX + 1];

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
        if (len > ITEM_MAX || !network_parse(item, &out->networks[out->n]))
            return err_setf(ERR_CONFIG,
                            "trusted proxies: \"%s\": expected an address or a network like "
                            "10.0.0.0/8",
                            item);
        out->n++;
        text += len;
    }
}

bool listen_trust_has(const struct listen_trust *trust, const struct sockaddr *address)
{
    unsigned char bytes[16];
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (trust->n == 0) return false;
    if (address->sa_family == AF_INET) {
        memcpy(&in, address, sizeof in);
        network_address_v4(&in.sin_addr, bytes);
    } else if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof in6);
        memcpy(bytes, &in6.sin6_addr, sizeof bytes);
    } else {
        return false;
    }
    for (size_t i = 0; i < trust->n; i++)
        if (network_holds(&trust->networks[i], bytes)) return true;
    return false;
}
