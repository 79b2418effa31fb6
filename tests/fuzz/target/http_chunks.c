/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A chunked body: the same verdict, the same data and the same end however its bytes come. The
 * first two bytes of the input are the room that it has. */
#include "fuzz.h"

#include "base/buf.h"
#include "listen/http_chunks.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

struct reading {
    struct listen_chunks chunks;
    struct buf data;
    size_t used;
    uint64_t room;
    int status;
};

static void feed(struct reading *r, const char *bytes, size_t len)
{
    while (len > 0 && r->status == LISTEN_CHUNKS_MORE) {
        struct listen_span data;
        size_t used;

        r->status = listen_chunks_feed(&r->chunks, bytes, len, r->room - r->data.len, &used, &data);
        ALWAYS(used > 0 && used <= len);
        if (data.len > 0) {
            ALWAYS(data.text >= bytes && data.text + data.len <= bytes + used);
            ALWAYS(buf_add(&r->data, data.text, data.len) == ERR_NONE);
        }
        ALWAYS(r->data.len <= r->room);
        r->used += used;
        bytes += used;
        len -= used;
    }
}

static struct reading run(struct fuzz_cutter cutter, uint64_t room, const uint8_t *bytes,
                          size_t len)
{
    struct reading r = {.data = BUF_INIT(UINT16_MAX), .room = room};

    for (size_t at = 0; at < len && r.status == LISTEN_CHUNKS_MORE;) {
        size_t n = fuzz_piece(&cutter, len - at);
        char *piece = fuzz_copy(bytes + at, n);

        feed(&r, piece, n);
        free(piece);
        at += n;
    }
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct reading whole, other;
    uint64_t room;

    if (len < 2) return 0;
    room = (uint64_t)bytes[0] << 8 | bytes[1];
    whole = run(fuzz_cutter(FUZZ_WHOLE, bytes, len), room, bytes + 2, len - 2);
    for (enum fuzz_cut cut = FUZZ_BYTES; cut < FUZZ_CUTS; cut++) {
        other = run(fuzz_cutter(cut, bytes, len), room, bytes + 2, len - 2);
        ALWAYS(other.status == whole.status && other.used == whole.used);
        ALWAYS(other.data.len == whole.data.len);
        ALWAYS(memcmp(buf_str(&other.data), buf_str(&whole.data), whole.data.len) == 0);
        buf_free(&other.data);
    }
    buf_free(&whole.data);
    return 0;
}
