/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file sign.h
 * Ed25519 signatures by a key of the hub's own. Source: RFC 8032. */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "base/buf.h"

#define CRYPTO_SIGNATURE_SIZE 64

struct signer;

/** The key in a file, made there when missing (crypto/key_file.h). */
MUST_USE enum err crypto_signer_open(const char *key_path, struct signer **out);
void crypto_signer_close(struct signer **s);
MUST_USE enum err crypto_sign(const struct signer *s, const void *bytes, size_t len,
                              unsigned char out[CRYPTO_SIGNATURE_SIZE]);
bool crypto_sign_verify(const struct signer *s, const void *bytes, size_t len,
                        const unsigned char signature[CRYPTO_SIGNATURE_SIZE]);
/** Add the public key as PEM, for whoever checks elsewhere. */
MUST_USE enum err crypto_signer_public(const struct signer *s, struct buf *out);

#endif
