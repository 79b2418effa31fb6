/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file tls.h
 * Server contexts for TLS 1.2 and 1.3, and who the client is: the SHA-256 of its verified
 * certificate, never CN text [X24]. SSL and SSL_CTX leave this folder as opaque pointers. */
#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include "crypto/hash.h"

struct ssl_st;
struct tls_context;

/** @param pem        certificate chain and key
 * @param client_ca  NULL: no client certificate is asked for; else asked for and, when given,
 *                   verified against it; a connection without one is still taken
 * @return ERR_NONE | ERR_TLS_FILE naming the file. */
MUST_USE enum err crypto_tls_open(const char *pem, const char *client_ca, struct tls_context **out);
void crypto_tls_close(struct tls_context **context);
/** A new server-side SSL object; owned by the caller (libevent frees it). NULL: no memory. */
struct ssl_st *crypto_tls_new(struct tls_context *context);
/** The verified client certificate's SHA-256. false: none, or not verified. */
bool crypto_tls_peer(struct ssl_st *ssl, struct hash *out);
/** Send our close_notify, once, and wait for none; what the peer still sends can be read. */
void crypto_tls_shutdown(struct ssl_st *ssl);

#endif
