/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crypto/sign.h"

#include "crypto/hash.h"
#include "crypto/key_file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

struct signer {
    EVP_PKEY *key;
};

enum err crypto_signer_open(const char *key_path, struct signer **out)
{
    enum err rc;
    unsigned char key[CRYPTO_KEY_SIZE];
    struct signer *s = OPENSSL_zalloc(sizeof *s);

    if (!s) return err_set(ERR_MEMORY, "signer");
    TRY(crypto_key_file(key_path, key));
    s->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key, sizeof key);
    crypto_wipe(key, sizeof key);
    if (!s->key) {
        rc = err_set(ERR_CRYPTO, "Ed25519 key");
        goto out;
    }
    *out = s;
    s = NULL;
out:
    crypto_signer_close(&s);
    return rc;
}

void crypto_signer_close(struct signer **s)
{
    if (!*s) return;
    EVP_PKEY_free((*s)->key);
    OPENSSL_free(*s);
    *s = NULL;
}

enum err crypto_sign(const struct signer *s, const void *bytes, size_t len,
                     unsigned char out[CRYPTO_SIGNATURE_SIZE])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t n = CRYPTO_SIGNATURE_SIZE;
    bool done = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, s->key) == 1 &&
                EVP_DigestSign(ctx, out, &n, bytes, len) == 1 && n == CRYPTO_SIGNATURE_SIZE;

    EVP_MD_CTX_free(ctx);
    return done ? ERR_NONE : err_set(ERR_CRYPTO, "signature");
}

bool crypto_sign_verify(const struct signer *s, const void *bytes, size_t len,
                        const unsigned char signature[CRYPTO_SIGNATURE_SIZE])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool right = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, s->key) == 1 &&
                 EVP_DigestVerify(ctx, signature, CRYPTO_SIGNATURE_SIZE, bytes, len) == 1;

    EVP_MD_CTX_free(ctx);
    return right;
}

enum err crypto_signer_public(const struct signer *s, struct buf *out)
{
    enum err rc;
    char *text;
    long n;
    BIO *to = BIO_new(BIO_s_mem());

    if (!to || PEM_write_bio_PUBKEY(to, s->key) != 1) {
        rc = err_set(ERR_CRYPTO, "public key");
        goto out;
    }
    n = BIO_get_mem_data(to, &text);
    TRY(buf_add(out, text, (size_t)n));
out:
    BIO_free(to);
    return rc;
}
