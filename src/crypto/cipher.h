/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file cipher.h
 * Bytes at rest under a key of the hub's own: AES-256-GCM, a new random nonce each time. Source:
 * NIST SP 800-38D; with random nonces a key is good for 2^32 of them. */
#ifndef CRYPTO_CIPHER_H
#define CRYPTO_CIPHER_H

#include "base/buf.h"

#define CRYPTO_CIPHER_ID_SIZE 8

struct cipher;

/** The key in a file, made there when missing (crypto/key_file.h). Thread-safe afterwards. */
MUST_USE enum err crypto_cipher_open(const char *key_path, struct cipher **out);
void crypto_cipher_close(struct cipher **c);
/** Which key it is: says nothing of the key itself. */
void crypto_cipher_id(const struct cipher *c, unsigned char out[CRYPTO_CIPHER_ID_SIZE]);
/** Add nonce, encrypted bytes and tag.
 * @param about  what the bytes are of: to be given again, or they are not opened */
MUST_USE enum err crypto_encrypt(const struct cipher *c, const void *about, size_t about_len,
                                 const void *bytes, size_t len, struct buf *out);
/** Add the bytes of what crypto_encrypt() made. @return ERR_NONE | ERR_CRYPTO: another key, other
 * bytes, or of something else. */
MUST_USE enum err crypto_decrypt(const struct cipher *c, const void *about, size_t about_len,
                                 const void *bytes, size_t len, struct buf *out);

#endif
