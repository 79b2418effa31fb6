/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file seal_head.h
 * The file journal.heads: one line for each moment at which the chain's end was signed,
 *     SEQ SHA-256 UTC-TIME SIGNATURE
 * where the signature (Ed25519, base64) is of "SEQ SHA-256 UTC-TIME" in these very characters.
 * Copied to another machine, it shows what somebody rewrote here from the first line to the last,
 * or cut off at its end. */
#ifndef SERVICE_SEAL_HEAD_H
#define SERVICE_SEAL_HEAD_H

#include "base/err.h"

#include <stdint.h>

/** Append a head, unless the file's last one is as far. Several processes may do so. */
MUST_USE enum err seal_head_add(int64_t seq, const unsigned char hash[32]);

/** After a restore the file speaks of lines that are lost: it is kept under a name with the time,
 * and the next head begins a new one. */
MUST_USE enum err seal_heads_set_aside(void);

struct seal_heads;
/** To compare with. *out NULL: there is no such file. */
MUST_USE enum err seal_heads_open(struct seal_heads **out);
void seal_heads_close(struct seal_heads **heads);
/** The chain is at this place, one after the other.
 * @param out_wrong  what the file says against it; NULL: nothing */
MUST_USE enum err seal_heads_pass(struct seal_heads *heads, int64_t seq,
                                  const unsigned char hash[32], const char **out_wrong);
/** The chain has ended.
 * @param out_n       heads that were read, in all
 * @param out_beyond  the furthest that lies beyond the end; 0: none */
MUST_USE enum err seal_heads_end(struct seal_heads *heads, int64_t *out_n, int64_t *out_beyond,
                                 const char **out_wrong);

#endif
