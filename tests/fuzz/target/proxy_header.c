/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PROXY header: its length is told the same by any of its first bytes; one that is taken says an
 * address that is in it. */
#include "fuzz.h"

#include "base/err.h"
#include "listen/proxy_header.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static size_t length(struct fuzz_cutter cutter, const uint8_t *bytes, size_t len)
{
    size_t have = 0, whole = LISTEN_PROXY_FIXED;

    while (have < len && have < whole && whole > 0) {
        char *piece;

        have += fuzz_piece(&cutter, len - have);
        piece = fuzz_copy(bytes, have);
        whole = listen_proxy_length((unsigned char *)piece, have);
        free(piece);
    }
    return whole;
}

static void check_taken(const char *header, size_t len, const struct sockaddr_storage *peer)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    ALWAYS(peer->ss_family == AF_UNSPEC || peer->ss_family == AF_INET ||
           peer->ss_family == AF_INET6);
    if (peer->ss_family == AF_INET) {
        memcpy(&in, peer, sizeof in);
        ALWAYS(len >= 28 && memcmp(&in.sin_addr, header + 16, 4) == 0);
        ALWAYS(memcmp(&in.sin_port, header + 24, 2) == 0);
    } else if (peer->ss_family == AF_INET6) {
        memcpy(&in6, peer, sizeof in6);
        ALWAYS(len >= 52 && memcmp(&in6.sin6_addr, header + 16, 16) == 0);
        ALWAYS(memcmp(&in6.sin6_port, header + 48, 2) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    size_t whole = length(fuzz_cutter(FUZZ_WHOLE, bytes, len), bytes, len);
    struct sockaddr_storage peer;
    char *header;

    ALWAYS(whole == 0 || (whole >= LISTEN_PROXY_FIXED && whole <= LISTEN_PROXY_MAX));
    ALWAYS(length(fuzz_cutter(FUZZ_BYTES, bytes, len), bytes, len) == whole);
    ALWAYS(length(fuzz_cutter(FUZZ_RANDOM, bytes, len), bytes, len) == whole);
    if (whole == 0 || len < whole) return 0;
    header = fuzz_copy(bytes, whole);
    if (listen_proxy_read((unsigned char *)header, whole, &peer)) check_taken(header, whole, &peer);
    free(header);
    return 0;
}
