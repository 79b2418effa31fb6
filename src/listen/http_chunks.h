/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file http_chunks.h
 * Strict reading of the chunked coding (RFC 9112 7.1), fed any number of bytes at a time: no
 * extensions, no trailers, sizes of at most eight digits. Pure. */
#ifndef LISTEN_HTTP_CHUNKS_H
#define LISTEN_HTTP_CHUNKS_H

#include "listen/http_head.h"

/** Where a body stands; all zero at its start. */
struct listen_chunks {
    uint64_t left; /* bytes of this chunk still to come */
    uint8_t digits, state;
};

enum { LISTEN_CHUNKS_MORE = 0, LISTEN_CHUNKS_DONE = 1 };

/** Read up to the next piece of data or the end of bytes: call again while some are left.
 * @param room      bytes that the body may still grow; a chunk that promises more is refused
 * @param out_used  bytes consumed, data included
 * @param out_data  borrowed from bytes; len 0: none
 * @return LISTEN_CHUNKS_MORE | LISTEN_CHUNKS_DONE | the status to answer: 400, 413 [X5]. */
int listen_chunks_feed(struct listen_chunks *c, const char *bytes, size_t len, uint64_t room,
                       size_t *out_used, struct listen_span *out_data);

#endif
