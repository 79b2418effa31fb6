/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crypto/tls.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

/* Of TLS 1.2 only what also keeps the past secret when a key is stolen; all of TLS 1.3 does. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"
#define SECURITY_LEVEL 2 /* 112 bits: no RSA below 2048, no SHA-1 in a signature */

struct tls_context {
    SSL_CTX *ctx;
    bool has_crl;
    int crl_days;
};

/* The reason that OpenSSL gives, for the operator; its queue is empty after it. */
static enum err file_error(const char *path)
{
    unsigned long code = ERR_peek_error();
    const char *reason =
        ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);

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

static bool is_named(const char *path)
{
    return path && *path;
}

/* No renegotiation, no resumption: nothing is kept of a client that its certificate was not
 * checked for, and memory stays small while a connection is idle. */
static enum err harden(SSL_CTX *ctx)
{
    SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
    if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 || /* [X21] */
        SSL_CTX_set_cipher_list(ctx, CIPHERS) != 1) {
        ERR_clear_error();
        return err_set(ERR_CRYPTO, "TLS context");
    }
    /* An end without farewell is an end: what came says by itself whether it is whole. */
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_num_tickets(ctx, 0);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_passwd_cb(ctx, no_password);
    return ERR_NONE;
}

/* Key and certificate must belong together. Loading a key of another kind than the certificate's is
 * no error to the library: it keeps each for itself. */
static enum err load_own(SSL_CTX *ctx, const char *pem)
{
    if (!is_named(pem)) return err_set(ERR_TLS_FILE, "no file with a certificate is named");
    if (SSL_CTX_use_certificate_chain_file(ctx, pem) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx, pem, SSL_FILETYPE_PEM) != 1)
        return file_error(pem);
    if (!SSL_CTX_get0_certificate(ctx) || SSL_CTX_check_private_key(ctx) != 1) {
        ERR_clear_error();
        return err_setf(ERR_TLS_FILE, "%s: the key is not the certificate's", pem);
    }
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

static int days_until(const ASN1_TIME *end)
{
    int days = INT_MIN, seconds = 0;

    if (end && ASN1_TIME_diff(&days, &seconds, NULL, end) == 1 && seconds < 0) days--;
    return days;
}

static bool signed_by_one(const STACK_OF(X509) * authorities, X509_CRL *crl)
{
    for (int i = 0; i < sk_X509_num(authorities); i++) {
        X509 *a = sk_X509_value(authorities, i);

        if (X509_NAME_cmp(X509_get_subject_name(a), X509_CRL_get_issuer(crl)) == 0 &&
            X509_CRL_verify(crl, X509_get0_pubkey(a)) == 1)
            return true;
    }
    ERR_clear_error();
    return false;
}

/* @return how many lists were taken; -1: one is not of these authorities */
static int take_crls(struct tls_context *context, BIO *file, const STACK_OF(X509) * authorities)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context->ctx);
    X509_CRL *crl;
    int n = 0;

    while (n >= 0 && (crl = PEM_read_bio_X509_CRL(file, NULL, NULL, NULL))) {
        int days = days_until(X509_CRL_get0_nextUpdate(crl));

        if (!context->has_crl || days < context->crl_days) context->crl_days = days;
        context->has_crl = true;
        n = signed_by_one(authorities, crl) && X509_STORE_add_crl(store, crl) == 1 ? n + 1 : -1;
        X509_CRL_free(crl);
    }
    return n;
}

/* A list that nobody here signed would refuse every client: it is told now, not to them. */
static enum err load_client_crl(struct tls_context *context, const char *path)
{
    X509_STORE *store = SSL_CTX_get_cert_store(context->ctx);
    STACK_OF(X509) *authorities = X509_STORE_get1_all_certs(store);
    BIO *file = BIO_new_file(path, "r");
    enum err rc = ERR_NONE;
    int n;

    if (!authorities || !file) {
        rc = file_error(path);
        goto out;
    }
    ERR_clear_error();
    n = take_crls(context, file, authorities);
    if (n < 0)
        rc = err_setf(ERR_TLS_FILE, "%s: a list that no authority of the clients signed", path);
    else if (n == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        rc = file_error(path); /* not the file's end, but something broken in it */
    ERR_clear_error();
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
out:
    BIO_free(file);
    sk_X509_pop_free(authorities, X509_free);
    return rc;
}

enum err crypto_tls_open(const struct tls_files *files, struct tls_context **out)
{
    struct tls_context *context = calloc(1, sizeof *context);
    enum err rc;

    if (!context) return err_set(ERR_MEMORY, "TLS context");
    context->ctx = SSL_CTX_new(TLS_server_method());
    if (!context->ctx) {
        rc = err_set(ERR_CRYPTO, "TLS context");
        goto out;
    }
    TRY(harden(context->ctx));
    TRY(load_own(context->ctx, files->certificate));
    if (is_named(files->client_ca)) TRY(load_client_ca(context->ctx, files->client_ca));
    if (is_named(files->client_crl)) TRY(load_client_crl(context, files->client_crl));
    *out = context;
    context = NULL;
out:
    crypto_tls_close(&context);
    return rc;
}

void crypto_tls_validity(const struct tls_context *context, struct tls_validity *out)
{
    const X509 *own = SSL_CTX_get0_certificate(context->ctx);

    out->certificate_days = days_until(X509_get0_notAfter(own));
    out->has_crl = context->has_crl;
    out->crl_days = context->crl_days;
    out->not_yet = X509_cmp_current_time(X509_get0_notBefore(own)) > 0;
}

enum err crypto_tls_authorities(const char *path, int *out_days)
{
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *all = NULL;
    enum err rc = ERR_NONE;

    ALWAYS(store);
    *out_days = INT_MIN;
    if (X509_STORE_load_file(store, path) != 1 || !(all = X509_STORE_get1_all_certs(store))) {
        rc = file_error(path);
        goto out;
    }
    for (int i = 0; i < sk_X509_num(all); i++) {
        int days = days_until(X509_get0_notAfter(sk_X509_value(all, i)));

        if (days > *out_days) *out_days = days;
    }
out:
    sk_X509_pop_free(all, X509_free);
    X509_STORE_free(store);
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

bool crypto_tls_admits(const struct tls_context *context, struct ssl_st *ssl)
{
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    bool admits =
        check &&
        X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(context->ctx),
                            SSL_get0_peer_certificate(ssl), SSL_get_peer_cert_chain(ssl)) == 1 &&
        X509_STORE_CTX_set_default(check, "ssl_client") == 1 && X509_verify_cert(check) == 1;

    if (check) SSL_set_verify_result(ssl, X509_STORE_CTX_get_error(check));
    X509_STORE_CTX_free(check);
    ERR_clear_error();
    return admits;
}

const char *crypto_tls_why(struct ssl_st *ssl, unsigned long code)
{
    long verdict = SSL_get_verify_result(ssl);
    const char *reason = ERR_reason_error_string(code);

    if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
    return reason ? reason : "the connection ended";
}

void crypto_tls_ask(int fd, const char *text, char *out, size_t cap)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = ctx ? SSL_new(ctx) : NULL;
    int n = 0;

    if (ssl && SSL_set_fd(ssl, fd) == 1 && SSL_connect(ssl) == 1 &&
        SSL_write(ssl, text, (int)strlen(text)) > 0)
        n = SSL_read(ssl, out, (int)cap - 1);
    out[n > 0 ? n : 0] = '\0';
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    ERR_clear_error();
}

/* What it leaves in the thread's error queue would be taken for the next connection's error. */
void crypto_tls_shutdown(struct ssl_st *ssl)
{
    if (!(SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN)) SSL_shutdown(ssl);
    ERR_clear_error();
}
