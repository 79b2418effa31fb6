/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file hash.h
 * SHA-256 and HMAC-SHA-256. crypto/ is the only folder that calls libcrypto and libcrypt. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/err.h"

#include <stdint.h>

struct hash {
    unsigned char bytes[32];
};
struct hash_stream;

/** Of one piece of memory. Aborts when the library has no SHA-256. */
void crypto_hash(const void *bytes, size_t len, struct hash *out);
/** Piece by piece; _end frees. */
MUST_USE enum err crypto_hash_begin(struct hash_stream **out);
void crypto_hash_add(struct hash_stream *s, const void *bytes, size_t len);
/** A text and its terminator: fields cannot run into one another. NULL counts as "". */
void crypto_hash_add_text(struct hash_stream *s, const char *text);
void crypto_hash_end(struct hash_stream **s, struct hash *out);
/** Of a file, read from the start. @return ERR_NONE | ERR_IO_READ. */
MUST_USE enum err crypto_hash_fd(int fd, struct hash *out);
bool crypto_hash_equal(const struct hash *a, const struct hash *b); /**< constant time */
void crypto_hash_hex(const struct hash *h, char out[65]);
bool crypto_hash_parse(const char *hex, struct hash *out);
/** Standard base64 into out (cap bytes, with NUL); false when it does not fit. */
bool crypto_base64_encode(const void *bytes, size_t len, char *out, size_t cap);
/** Strict: no blanks, right padding. false when it is not base64 or does not fit. */
bool crypto_base64_decode(const char *text, size_t len, void *out, size_t cap, size_t *out_len);
/** Overwrite a secret; not optimised away. */
void crypto_wipe(void *bytes, size_t len);

#endif
