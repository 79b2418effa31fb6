/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One request head: found at the same place however its bytes come; one that is taken has one
 * reading. */
#include "fuzz.h"

#include "base/err.h"
#include "listen/http_head.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

/* As a connection does: never more than a head may have, and only what is new is looked at. */
static int find(struct fuzz_cutter cutter, const uint8_t *bytes, size_t len)
{
    size_t have = 0, seen = 0;
    int found = 0;

    if (len > LISTEN_HEAD_MAX) len = LISTEN_HEAD_MAX;
    while (have < len && found == 0) {
        char *piece;

        have += fuzz_piece(&cutter, len - have);
        piece = fuzz_copy(bytes, have);
        found = listen_head_find(piece, have, seen);
        free(piece);
        seen = have;
    }
    return found;
}

static bool inside(struct listen_span span, const char *head, size_t len)
{
    return !span.text || (span.text >= head && span.text + span.len <= head + len);
}

static unsigned lines(const char *head, size_t len, const char *name)
{
    size_t n = strlen(name);
    unsigned count = 0;

    for (size_t i = 1; i + n < len; i++)
        count += head[i - 1] == '\n' && strncasecmp(head + i, name, n) == 0 && head[i + n] == ':';
    return count;
}

static void check_bytes(const char *head, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ALWAYS((head[i] >= ' ' && head[i] < 0x7F) || strchr("\t\r\n", head[i]));
        ALWAYS(head[i] != 0);
        ALWAYS(head[i] != '\r' || (i + 1 < len && head[i + 1] == '\n'));
        ALWAYS(head[i] != '\n' || (i > 0 && head[i - 1] == '\r'));
    }
}

static void check_taken(const struct listen_head *h, const char *head, size_t len)
{
    unsigned lengths = lines(head, len, "Content-Length");
    unsigned codings = lines(head, len, "Transfer-Encoding");

    check_bytes(head, len);
    ALWAYS(h->path.len > 0 && h->path.text[0] == '/');
    ALWAYS(!(h->chunked && h->has_length) && lengths + codings <= 1); /* [X1] [X2] */
    ALWAYS((lengths == 1) == h->has_length && (codings == 1) == h->chunked);
    ALWAYS(lines(head, len, "Host") == 1 || h->http10);
    ALWAYS(inside(h->path, head, len) && inside(h->query, head, len));
    ALWAYS(inside(h->content_type, head, len) && inside(h->action, head, len));
    ALWAYS(inside(h->authorization, head, len) && inside(h->if_none_match, head, len));
    ALWAYS(inside(h->forwarded, head, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    int found = find(fuzz_cutter(FUZZ_WHOLE, bytes, len), bytes, len);
    struct listen_head head;
    char *copy;

    ALWAYS(found == 0 || found == -400 || found == -431 || (found > 3 && (size_t)found <= len));
    ALWAYS(find(fuzz_cutter(FUZZ_RANDOM, bytes, len), bytes, len) == found);
    ALWAYS(len > 512 || find(fuzz_cutter(FUZZ_BYTES, bytes, len), bytes, len) == found);
    if (found <= 0) return 0;
    copy = fuzz_copy(bytes, (size_t)found);
    if (listen_head_parse(copy, (size_t)found, &head) == 0) {
        check_taken(&head, copy, (size_t)found);
        if (head.content_type.text && listen_head_is_xml(head.content_type))
            ALWAYS(head.content_type.len >= 8);
        if (listen_head_has_tag(head.if_none_match, "\"v.7\""))
            ALWAYS(head.if_none_match.len == 1 || head.if_none_match.len >= 5);
    }
    free(copy);
    return 0;
}
