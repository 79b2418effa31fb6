/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "crypto/secret.h"

#include "base/clock.h"
#include "crypto/key_file.h"
#include "crypto/remember.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Together fewer than the workers that serve: those who are known are served meanwhile. */
#define SLOW_CHECKS_MAX 2
#define WAITING_MAX 4

static unsigned char key[CRYPTO_KEY_SIZE]; /* set before threads start */
static bool has_key;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct remember remembered; /* under lock */
static struct checking {
    const char *subject; /* borrowed from its thread; NULL: a free slot */
    struct hash tag;
} checking[SLOW_CHECKS_MAX];                              /* under lock */
static pthread_cond_t checked = PTHREAD_COND_INITIALIZER; /* a slow check ended */
static unsigned waiting;                                  /* for a slot of their own; under lock */

enum err crypto_secret_init(const char *key_path)
{
    enum err rc = crypto_key_file(key_path, key);

    has_key = rc == ERR_NONE;
    return rc;
}

/* ---- slow hashes ---- */

/* crypt() of password by setting into out; false when the library refuses (a setting that is none,
 * a password over its limit). */
static bool slow_hash(const char *password, const char *setting, char *out, size_t cap)
{
    struct crypt_data *data = calloc(1, sizeof *data); /* 32 KiB */
    const char *made;
    bool ok;

    if (data == NULL) return false;
    made = crypt_r(password, setting, data);
    ok = made != NULL && made[0] != '*' && strlen(made) < cap;
    if (ok) memcpy(out, made, strlen(made) + 1);
    crypto_wipe(data, sizeof *data);
    free(data);
    return ok;
}

void crypto_secret_mariadb(const char *password, char out[CRYPTO_SECRET_MARIADB_SIZE])
{
    unsigned char once[SHA_DIGEST_LENGTH], twice[SHA_DIGEST_LENGTH];

    ALWAYS(EVP_Digest(password, strlen(password), once, NULL, EVP_sha1(), NULL) == 1);
    ALWAYS(EVP_Digest(once, sizeof once, twice, NULL, EVP_sha1(), NULL) == 1);
    out[0] = '*';
    for (size_t i = 0; i < sizeof twice; i++)
        (void)snprintf(out + 1 + 2 * i, 3, "%02X", twice[i]);
    crypto_wipe(once, sizeof once);
}

enum err crypto_secret_hash(const char *password, char *out, size_t cap)
{
    char *setting = crypt_gensalt_ra("$y$", 0, NULL, 0);
    bool ok = setting != NULL && slow_hash(password, setting, out, cap);

    free(setting);
    return ok ? ERR_NONE : err_set(ERR_CRYPTO, "password to hash");
}

static bool slow_check(const char *stored, const char *password)
{
    char made[CRYPT_OUTPUT_SIZE];
    size_t len = strlen(stored);
    bool right = slow_hash(password, stored, made, sizeof made) && strlen(made) == len &&
                 CRYPTO_memcmp(made, stored, len) == 0;

    crypto_wipe(made, sizeof made);
    return right;
}

/* ---- remembered checks ---- */

static enum err tag_of(const char *subject, const char *stored, const char *password,
                       struct hash *out)
{
    struct hash_stream *s = NULL;
    enum err rc;

    TRY(crypto_hash_begin(&s));
    crypto_hash_add(s, key, sizeof key); /* no HMAC: nobody sees a tag, so nobody can lengthen it */
    crypto_hash_add_text(s, subject);
    crypto_hash_add_text(s, stored);
    crypto_hash_add_text(s, password);
    crypto_hash_end(&s, out);
out:
    return rc;
}

/* A slot for a slow check, or NULL: none is free, or the subject has one; out_same: and that is of
 * this very password. Under lock. */
static struct checking *slot_take(const char *subject, const struct hash *tag, bool *out_same)
{
    struct checking *free_slot = NULL;

    *out_same = false;
    for (struct checking *c = checking; c < checking + SLOW_CHECKS_MAX; c++) {
        if (c->subject == NULL) {
            free_slot = c;
        } else if (strcmp(c->subject, subject) == 0) {
            *out_same = crypto_hash_equal(&c->tag, tag);
            return NULL;
        }
    }
    if (free_slot != NULL) *free_slot = (struct checking){subject, *tag};
    return free_slot;
}

/* What is known of the password, or a slot to find out, or neither: the line is full. An honest
 * caller's first requests may come all at once, and after a restart those of all callers. */
static enum remembered known_or_slot(const char *subject, const struct hash *tag,
                                     struct checking **out_slot)
{
    enum remembered known;
    bool same;

    (void)pthread_mutex_lock(&lock);
    for (;;) {
        known = crypto_remember_find(&remembered, tag, clock_monotonic_us());
        if (known != REMEMBERED_NOTHING) break;
        *out_slot = slot_take(subject, tag, &same);
        if (*out_slot != NULL || (!same && waiting == WAITING_MAX)) break;
        waiting += !same;
        (void)pthread_cond_wait(&checked, &lock);
        waiting -= !same;
    }
    (void)pthread_mutex_unlock(&lock);
    return known;
}

enum crypto_secret crypto_secret_check(const char *subject, const char *stored,
                                       const char *password)
{
    struct hash tag;
    enum remembered known;
    struct checking *slot = NULL;
    bool right;

    if (!has_key && BUG("password checked before crypto_secret_init") != ERR_NONE)
        return CRYPTO_SECRET_WRONG;
    if (stored[0] == '\0' || tag_of(subject, stored, password, &tag) != ERR_NONE)
        return CRYPTO_SECRET_WRONG;
    known = known_or_slot(subject, &tag, &slot);
    if (known != REMEMBERED_NOTHING)
        return known == REMEMBERED_RIGHT ? CRYPTO_SECRET_RIGHT : CRYPTO_SECRET_WRONG;
    if (slot == NULL) return CRYPTO_SECRET_BUSY;

    right = slow_check(stored, password);

    (void)pthread_mutex_lock(&lock);
    crypto_remember_add(&remembered, &tag, right, clock_monotonic_us());
    slot->subject = NULL;
    (void)pthread_cond_broadcast(&checked);
    (void)pthread_mutex_unlock(&lock);
    return right ? CRYPTO_SECRET_RIGHT : CRYPTO_SECRET_WRONG;
}

void crypto_secret_forget(void)
{
    (void)pthread_mutex_lock(&lock);
    crypto_wipe(&remembered, sizeof remembered); /* all zero is empty */
    (void)pthread_mutex_unlock(&lock);
}
