/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file tls.h
 * Server contexts for TLS 1.2 and 1.3, and who the client is: the SHA-256 of its verified
 * certificate, never CN text [X24]. SSL and SSL_CTX leave this folder as opaque pointers. */
#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include "crypto/hash.h"

struct ssl_st;
struct tls_context;

/** PEM files; NULL or "": none. */
struct tls_files {
    const char *certificate; /**< the server's chain and key */
    const char *client_ca;   /**< none: no client certificate is asked for; else asked for and, when
                                given, verified against it; a connection without one is still taken */
    const char *client_crl; /**< revocation lists of these authorities, one each: a certificate that
                               its authority's list names is refused, and so is each of an authority
                               whose list is missing or out of date [X23] */
};

/** @return ERR_NONE | ERR_TLS_FILE naming the file and what is wrong with it. */
MUST_USE enum err crypto_tls_open(const struct tls_files *files, struct tls_context **out);
void crypto_tls_close(struct tls_context **context);

/** Whole days until something ends; negative: it has ended. */
struct tls_validity {
    int certificate_days;
    bool has_crl;
    int crl_days; /**< of the list that ends first */
    bool not_yet; /**< the certificate's time begins later */
};
void crypto_tls_validity(const struct tls_context *context, struct tls_validity *out);
/** A file of authorities' certificates: in how many whole days the last of them ends; negative
 * once it has. @return ERR_NONE | ERR_TLS_FILE */
MUST_USE enum err crypto_tls_authorities(const char *path, int *out_days);

/** A new server-side SSL object; owned by the caller (libevent frees it). NULL: no memory. */
struct ssl_st *crypto_tls_new(struct tls_context *context);
/** The verified client certificate's SHA-256. false: none, or not verified. */
bool crypto_tls_peer(struct ssl_st *ssl, struct hash *out);
/** Would a client that a former context let in be let in by this one? crypto_tls_why() says why
 * not.
 * @param ssl  after its handshake, with a client certificate */
bool crypto_tls_admits(const struct tls_context *context, struct ssl_st *ssl);
/** Why a handshake failed, in words for an operator: of the client's certificate, else of the
 * library's error code. @return a text of the library's, for the life of the process */
const char *crypto_tls_why(struct ssl_st *ssl, unsigned long code);
/** As a client on a connected socket: send a text and read what comes first. Nobody's certificate
 * is checked: for looking at a server of ours, never for what is secret.
 * @param out  terminated; "" when there was no handshake or no answer */
void crypto_tls_ask(int fd, const char *text, char *out, size_t cap);
/** Send our close_notify, once, and wait for none; what the peer still sends can be read. */
void crypto_tls_shutdown(struct ssl_st *ssl);

#endif
