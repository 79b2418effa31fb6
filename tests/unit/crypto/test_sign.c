/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/scratch.h"

#include "crypto/hash.h"
#include "crypto/sign.h"

#include <string.h>

/* RFC 8032, 7.1, test 2: one byte, 0x72. */
static const char KEY[] = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
static const char SIGNATURE[] = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";

static void hex_read(const char *hex, unsigned char out[32])
{
    struct hash h;

    assert_true(crypto_hash_parse(hex, &h));
    memcpy(out, h.bytes, sizeof h.bytes);
}

static void test_the_standards_example(void **state)
{
    unsigned char key[32], want[64], made[64];
    char half[65];
    char path[128];
    struct signer *signer = NULL;
    FILE *file;

    (void)state;
    hex_read(KEY, key);
    memcpy(half, SIGNATURE, 64);
    half[64] = '\0';
    hex_read(half, want);
    hex_read(SIGNATURE + 64, want + 32);
    (void)snprintf(path, sizeof path, "%s/key", scratch_new());
    umask(077);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(key, 1, sizeof key, file), sizeof key);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(crypto_signer_open(path, &signer), ERR_NONE);
    assert_int_equal(crypto_sign(signer, "\x72", 1, made), ERR_NONE);
    assert_memory_equal(made, want, sizeof want);
    assert_true(crypto_sign_verify(signer, "\x72", 1, made));
    assert_false(crypto_sign_verify(signer, "\x73", 1, made));
    made[5] ^= 1;
    assert_false(crypto_sign_verify(signer, "\x72", 1, made));
    crypto_signer_close(&signer);
    scratch_remove();
}

/* Who has the public key alone can check, and two openings are of one key. */
static void test_a_key_is_made_once(void **state)
{
    char path[128];
    struct signer *one = NULL, *two = NULL;
    struct buf text = BUF_INIT(4096);
    unsigned char signature[64];

    (void)state;
    (void)snprintf(path, sizeof path, "%s/new/key", scratch_new());
    assert_int_equal(crypto_signer_open(path, &one), ERR_NONE);
    assert_int_equal(crypto_signer_open(path, &two), ERR_NONE);
    assert_int_equal(crypto_sign(one, "text", 4, signature), ERR_NONE);
    assert_true(crypto_sign_verify(two, "text", 4, signature));
    assert_int_equal(crypto_signer_public(one, &text), ERR_NONE);
    assert_non_null(strstr(buf_str(&text), "-----BEGIN PUBLIC KEY-----"));
    crypto_signer_close(&one);
    crypto_signer_close(&two);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(crypto_signer_open(path, &one), ERR_CONFIG);
    err_clear();
    buf_free(&text);
    scratch_remove();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_standards_example),
        cmocka_unit_test(test_a_key_is_made_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
