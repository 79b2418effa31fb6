/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crypto/hash.h"

#include <errno.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* Looked up once: by its name, the library searches its providers at each use, which costs more
 * than a hash of a short text. It lives as long as the program. */
static EVP_MD *sha256;
static pthread_once_t looked_up = PTHREAD_ONCE_INIT;

static void sha256_look_up(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    ALWAYS(sha256);
}

static const EVP_MD *sha256_get(void)
{
    pthread_once(&looked_up, sha256_look_up);
    return sha256;
}

struct hash_stream {
    EVP_MD_CTX *ctx;
};

void crypto_hash(const void *bytes, size_t len, struct hash *out)
{
    ALWAYS(EVP_Digest(bytes, len, out->bytes, NULL, sha256_get(), NULL) == 1);
}

enum err crypto_hash_begin(struct hash_stream **out)
{
    struct hash_stream *s = OPENSSL_zalloc(sizeof *s);

    if (s == NULL) return err_set(ERR_MEMORY, "hash");
    s->ctx = EVP_MD_CTX_new();
    if (s->ctx == NULL) {
        OPENSSL_free(s);
        return err_set(ERR_MEMORY, "hash");
    }
    ALWAYS(EVP_DigestInit_ex(s->ctx, sha256_get(), NULL) == 1);
    *out = s;
    return ERR_NONE;
}

void crypto_hash_add(struct hash_stream *s, const void *bytes, size_t len)
{
    ALWAYS(s != NULL && EVP_DigestUpdate(s->ctx, bytes, len) == 1);
}

void crypto_hash_add_text(struct hash_stream *s, const char *text)
{
    if (text == NULL) text = "";
    crypto_hash_add(s, text, strlen(text) + 1);
}

void crypto_hash_end(struct hash_stream **s, struct hash *out)
{
    if (*s == NULL) return;
    ALWAYS(EVP_DigestFinal_ex((*s)->ctx, out->bytes, NULL) == 1);
    EVP_MD_CTX_free((*s)->ctx);
    OPENSSL_free(*s);
    *s = NULL;
}

enum err crypto_hash_fd(int fd, struct hash *out)
{
    unsigned char piece[16384];
    struct hash_stream *s = NULL;
    struct hash made;
    off_t at = 0;
    ssize_t n;
    enum err rc;

    TRY(crypto_hash_begin(&s));
    for (;;) {
        n = pread(fd, piece, sizeof piece, at); /* the caller's position stays where it is */
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        crypto_hash_add(s, piece, (size_t)n);
        at += n;
    }
    if (n < 0) {
        rc = err_set(ERR_IO_READ, "file to hash");
        goto out;
    }
    crypto_hash_end(&s, &made);
    *out = made;
out:
    crypto_hash_end(&s, &made);
    return rc;
}

bool crypto_hash_equal(const struct hash *a, const struct hash *b)
{
    return CRYPTO_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void crypto_hash_hex(const struct hash *h, char out[65])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof h->bytes; i++) {
        out[2 * i] = digits[h->bytes[i] >> 4];
        out[2 * i + 1] = digits[h->bytes[i] & 15];
    }
    out[64] = '\0';
}

bool crypto_hash_parse(const char *hex, struct hash *out)
{
    struct hash made;

    if (strspn(hex, "0123456789abcdefABCDEF") != 64 || hex[64] != '\0') return false;
    for (size_t i = 0; i < sizeof made.bytes; i++) {
        int high = OPENSSL_hexchar2int((unsigned char)hex[2 * i]);
        int low = OPENSSL_hexchar2int((unsigned char)hex[2 * i + 1]);

        made.bytes[i] = (unsigned char)(high << 4 | low);
    }
    *out = made;
    return true;
}

bool crypto_base64_encode(const void *bytes, size_t len, char *out, size_t cap)
{
    if (len > INT_MAX / 2 || cap < (len + 2) / 3 * 4 + 1) return false;
    if (len == 0) {
        out[0] = '\0';
        return true;
    }
    return EVP_EncodeBlock((unsigned char *)out, bytes, (int)len) > 0;
}

/* A character's six bits, or -1. */
static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* EVP_DecodeBlock skips blanks and takes loose ends; two spellings of one content are not for us:
 * padding only at the end, and the bits that it makes spare are zero. */
static bool base64_is_strict(const char *text, size_t len, size_t *out_pad)
{
    size_t pad = 0;
    int last;

    if (len % 4 != 0 || len > INT_MAX) return false;
    while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
        pad++;
    for (size_t i = 0; i < len - pad; i++)
        if (base64_value(text[i]) < 0) return false;
    *out_pad = pad;
    if (pad == 0) return true;
    last = base64_value(text[len - 1 - pad]);
    return (last & (pad == 1 ? 3 : 15)) == 0;
}

bool crypto_base64_decode(const char *text, size_t len, void *out, size_t cap, size_t *out_len)
{
    unsigned char tail[3];
    unsigned char *to = out;
    size_t pad, whole, rest;

    if (!base64_is_strict(text, len, &pad)) return false;
    *out_len = 0;
    if (len == 0) return true;
    whole = (len / 4 - 1) * 3;
    rest = 3 - pad;
    if (cap < whole + rest) return false;
    /* The last four characters apart: the library writes three bytes for them, padded or not. */
    if (whole > 0 && EVP_DecodeBlock(to, (const unsigned char *)text, (int)len - 4) < 0)
        return false;
    if (EVP_DecodeBlock(tail, (const unsigned char *)text + len - 4, 4) != 3) return false;
    memcpy(to + whole, tail, rest);
    *out_len = whole + rest;
    return true;
}

void crypto_wipe(void *bytes, size_t len)
{
    OPENSSL_cleanse(bytes, len);
}
