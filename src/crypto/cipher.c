/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crypto/cipher.h"

#include "base/clock.h"
#include "crypto/hash.h"
#include "crypto/key_file.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { NONCE = 12, TAG = 16 };

struct cipher {
    unsigned char key[CRYPTO_KEY_SIZE];
    unsigned char id[CRYPTO_CIPHER_ID_SIZE];
};

enum err crypto_cipher_open(const char *key_path, struct cipher **out)
{
    enum err rc;
    static const char what[] = "payer cipher key";
    unsigned char both[CRYPTO_KEY_SIZE + sizeof what];
    struct hash hash;
    struct cipher *c = calloc(1, sizeof *c);

    if (!c) return err_set(ERR_MEMORY, "cipher");
    TRY(crypto_key_file(key_path, c->key));
    memcpy(both, c->key, sizeof c->key);
    memcpy(both + sizeof c->key, what, sizeof what);
    crypto_hash(both, sizeof both, &hash);
    crypto_wipe(both, sizeof both);
    memcpy(c->id, hash.bytes, sizeof c->id);
    *out = c;
    c = NULL;
out:
    crypto_cipher_close(&c);
    return rc;
}

void crypto_cipher_close(struct cipher **c)
{
    if (!*c) return;
    crypto_wipe(*c, sizeof **c);
    free(*c);
    *c = NULL;
}

void crypto_cipher_id(const struct cipher *c, unsigned char out[CRYPTO_CIPHER_ID_SIZE])
{
    memcpy(out, c->id, CRYPTO_CIPHER_ID_SIZE);
}

enum err crypto_encrypt(const struct cipher *c, const void *about, size_t about_len,
                        const void *bytes, size_t len, struct buf *out)
{
    enum err rc = ERR_NONE;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    unsigned char nonce[NONCE], tag[TAG], *made = malloc(len + 1);
    int n = 0;

    clock_random(nonce, sizeof nonce);
    if (!ctx || !made || len > INT_MAX ||
        EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, c->key, nonce) != 1 ||
        EVP_EncryptUpdate(ctx, NULL, &n, about, (int)about_len) != 1 ||
        EVP_EncryptUpdate(ctx, made, &n, bytes, (int)len) != 1 || (size_t)n != len ||
        EVP_EncryptFinal_ex(ctx, tag, &n) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG, tag) != 1) {
        rc = err_set(ERR_CRYPTO, "encryption");
        goto out;
    }
    TRY(buf_add(out, nonce, sizeof nonce));
    TRY(buf_add(out, made, len));
    TRY(buf_add(out, tag, sizeof tag));
out:
    EVP_CIPHER_CTX_free(ctx);
    free(made);
    return rc;
}

enum err crypto_decrypt(const struct cipher *c, const void *about, size_t about_len,
                        const void *bytes, size_t len, struct buf *out)
{
    enum err rc = ERR_NONE;
    const unsigned char *from = bytes;
    unsigned char tag[TAG], rest[TAG], *made = NULL;
    EVP_CIPHER_CTX *ctx = NULL;
    size_t inner = len - NONCE - TAG;
    int n = 0;

    if (len < NONCE + TAG || len > INT_MAX) return err_set(ERR_CRYPTO, "too short");
    ctx = EVP_CIPHER_CTX_new();
    made = malloc(inner + 1);
    memcpy(tag, from + NONCE + inner, TAG);
    if (!ctx || !made || EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, c->key, from) != 1 ||
        EVP_DecryptUpdate(ctx, NULL, &n, about, (int)about_len) != 1 ||
        EVP_DecryptUpdate(ctx, made, &n, from + NONCE, (int)inner) != 1 || (size_t)n != inner ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, tag) != 1 ||
        EVP_DecryptFinal_ex(ctx, rest, &n) != 1) {
        rc = err_set(ERR_CRYPTO, "not what was encrypted");
        goto out;
    }
    TRY(buf_add(out, made, inner));
out:
    EVP_CIPHER_CTX_free(ctx);
    free(made);
    return rc;
}
