/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SHA-256, HMAC and base64 against published vectors: FIPS 180-2, RFC 4231, RFC 4648. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/hash.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void assert_hex(const struct hash *h, const char *want)
{
    char hex[65];

    crypto_hash_hex(h, hex);
    assert_string_equal(hex, want);
}

static void test_hash_of_memory(void **state)
{
    struct hash h;

    (void)state;
    crypto_hash("abc", 3, &h);
    assert_hex(&h, ABC);
    crypto_hash("", 0, &h);
    assert_hex(&h, NOTHING);
}

static void test_hash_by_pieces(void **state)
{
    struct hash_stream *s = NULL;
    struct hash h;

    (void)state;
    assert_int_equal(crypto_hash_begin(&s), ERR_NONE);
    crypto_hash_add(s, "a", 1);
    crypto_hash_add(s, "", 0);
    crypto_hash_add(s, "bc", 2);
    crypto_hash_end(&s, &h);
    assert_null(s);
    assert_hex(&h, ABC);
    crypto_hash_end(&s, &h); /* of nothing: nothing */
    assert_hex(&h, ABC);
}

static void hash_texts(const char *a, const char *b, struct hash *out)
{
    struct hash_stream *s = NULL;

    assert_int_equal(crypto_hash_begin(&s), ERR_NONE);
    crypto_hash_add_text(s, a);
    crypto_hash_add_text(s, b);
    crypto_hash_end(&s, out);
}

static void test_hashed_texts_do_not_run_into_one_another(void **state)
{
    struct hash a, b;

    (void)state;
    hash_texts("ab", "c", &a);
    hash_texts("a", "bc", &b);
    assert_false(crypto_hash_equal(&a, &b));
    hash_texts("ab", NULL, &a);
    hash_texts("ab", "", &b);
    assert_true(crypto_hash_equal(&a, &b));
}

static void test_hash_of_a_file(void **state)
{
    static char million[1000000];
    FILE *f = tmpfile();
    struct hash h;

    (void)state;
    assert_non_null(f);
    memset(million, 'a', sizeof million);
    assert_int_equal(fwrite(million, 1, sizeof million, f), sizeof million);
    assert_int_equal(fflush(f), 0);
    assert_int_equal(crypto_hash_fd(fileno(f), &h), ERR_NONE); /* from the start, wherever it is */
    assert_hex(&h, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    assert_int_equal(ftruncate(fileno(f), 0), 0);
    assert_int_equal(crypto_hash_fd(fileno(f), &h), ERR_NONE);
    assert_hex(&h, NOTHING);
    (void)fclose(f);
    assert_int_equal(crypto_hash_fd(-1, &h), ERR_IO_READ);
}

static void test_hash_text_form(void **state)
{
    static const char *const wrong[] = {
        "", "ba", ABC "0", "ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        " a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"};
    struct hash h, abc;

    (void)state;
    crypto_hash("abc", 3, &abc);
    assert_true(crypto_hash_parse(ABC, &h));
    assert_true(crypto_hash_equal(&h, &abc));
    assert_true(
        crypto_hash_parse("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", &h));
    assert_true(crypto_hash_equal(&h, &abc));
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(crypto_hash_parse(wrong[i], &h));
    h.bytes[31] ^= 1;
    assert_false(crypto_hash_equal(&h, &abc));
}

static const struct {
    const char *plain, *coded;
} base64[] = {{"", ""},
              {"f", "Zg=="},
              {"fo", "Zm8="},
              {"foo", "Zm9v"},
              {"foob", "Zm9vYg=="},
              {"fooba", "Zm9vYmE="},
              {"foobar", "Zm9vYmFy"}};

static void test_base64_there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(base64); i++) {
        const size_t plain_len = strlen(base64[i].plain), coded_len = strlen(base64[i].coded);
        char out[16];
        size_t len = 99;

        assert_true(crypto_base64_encode(base64[i].plain, plain_len, out, coded_len + 1));
        assert_string_equal(out, base64[i].coded);
        assert_false(crypto_base64_encode(base64[i].plain, plain_len, out, coded_len));

        memset(out, '#', sizeof out);
        assert_true(crypto_base64_decode(base64[i].coded, coded_len, out, plain_len, &len));
        assert_int_equal(len, plain_len);
        assert_memory_equal(out, base64[i].plain, plain_len);
        assert_int_equal(out[plain_len], '#'); /* never a byte past the cap */
        if (plain_len > 0)
            assert_false(
                crypto_base64_decode(base64[i].coded, coded_len, out, plain_len - 1, &len));
    }
}

static void test_base64_has_one_spelling(void **state)
{
    static const char *const wrong[] = {
        "Zg",   "Zg=",  "Zg===", "=Zg=", "Zg==Zg==", "Z g=",  " Zg==", "Zg==\n",    "Zm9v\n",
        "Zm-_", "Zh==", "Zm9=",  "====", "Z===",     "Zm9v=", "Zm=v",  "Zm\xC3\xA8"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char out[16];
        size_t len;

        if (crypto_base64_decode(wrong[i], strlen(wrong[i]), out, sizeof out, &len))
            fail_msg("\"%s\" was taken", wrong[i]);
    }
}

static void test_wipe(void **state)
{
    char secret[] = "secret";
    const char zero[sizeof secret] = {0};

    (void)state;
    crypto_wipe(secret, sizeof secret);
    assert_memory_equal(secret, zero, sizeof secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hash_of_memory),
        cmocka_unit_test(test_hash_by_pieces),
        cmocka_unit_test(test_hashed_texts_do_not_run_into_one_another),
        cmocka_unit_test(test_hash_of_a_file),
        cmocka_unit_test(test_hash_text_form),
        cmocka_unit_test(test_base64_there_and_back),
        cmocka_unit_test(test_base64_has_one_spelling),
        cmocka_unit_test(test_wipe),
    };

    return cmocka_run_group_tests_name("crypto/hash", tests, NULL, NULL);
}
