/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crypto/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

struct tls_context {
    SSL_CTX *ctx;
};

/* The reason that OpenSSL gives, for the operator; its queue is empty after it. */
static enum err file_error(const char *path)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());

    ERR_clear_error();
    return err_setf(ERR_TLS_FILE, "%s: %s", path, reason ? reason : "not usable");
}

/* A key with a password would make a daemon ask for it at a terminal. */
static int no_password(char *out, int size, int writing, void *cls)
{
    (void)out;
    (void)size;
    (void)writing;
    (void)cls;
    return 0;
}

/* No renegotiation, no resumption: nothing is kept of a client that its certificate was not
 * checked for, and memory stays small while a connection is idle. */
static void harden(SSL_CTX *ctx)
{
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION); /* [X21] */
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(ctx, 0);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_passwd_cb(ctx, no_password);
}

/* Key and certificate must belong together: loading the key checks it. */
static enum err load_own(SSL_CTX *ctx, const char *pem)
{
    if (SSL_CTX_use_certificate_chain_file(ctx, pem) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, pem, SSL_FILETYPE_PEM) != 1)
        return file_error(pem);
    return ERR_NONE;
}

/* The list of names lets a client choose among its certificates. */
static enum err load_client_ca(SSL_CTX *ctx, const char *client_ca)
{
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(client_ca);

    if (!names) return file_error(client_ca);
    SSL_CTX_set_client_CA_list(ctx, names);
    if (SSL_CTX_load_verify_locations(ctx, client_ca, NULL) != 1) return file_error(client_ca);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL); /* [X19] [X20] */
    return ERR_NONE;
}

enum err crypto_tls_open(const char *pem, const char *client_ca, struct tls_context **out)
{
    struct tls_context *context = calloc(1, sizeof *context);
    enum err rc;

    if (!context) return err_set(ERR_MEMORY, "TLS context");
    context->ctx = SSL_CTX_new(TLS_server_method());
    if (!context->ctx) {
        rc = err_set(ERR_CRYPTO, "TLS context");
        goto out;
    }
    harden(context->ctx);
    TRY(load_own(context->ctx, pem));
    if (client_ca) TRY(load_client_ca(context->ctx, client_ca));
    *out = context;
    context = NULL;
out:
    crypto_tls_close(&context);
    return rc;
}

void crypto_tls_close(struct tls_context **context)
{
    if (!*context) return;
    SSL_CTX_free((*context)->ctx);
    free(*context);
    *context = NULL;
}

struct ssl_st *crypto_tls_new(struct tls_context *context)
{
    return SSL_new(context->ctx);
}

bool crypto_tls_peer(struct ssl_st *ssl, struct hash *out)
{
    const X509 *certificate = SSL_get0_peer_certificate(ssl);
    unsigned len = sizeof out->bytes;

    return certificate && SSL_get_verify_result(ssl) == X509_V_OK &&
           X509_digest(certificate, EVP_sha256(), out->bytes, &len) == 1;
}

/* What it leaves in the thread's error queue would be taken for the next connection's error. */
void crypto_tls_shutdown(struct ssl_st *ssl)
{
    if (!(SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN)) SSL_shutdown(ssl);
    ERR_clear_error();
}
