/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/scratch.h"

#include "crypto/cipher.h"

#include <string.h>

static const char TEXT[] = "<password>***</password>";

struct sealed {
    char path[2][128];
    struct cipher *cipher[2];
    struct buf bytes;
};

static void sealed_open(struct sealed *s)
{
    const char *folder = scratch_new();

    memset(s, 0, sizeof *s);
    s->bytes = (struct buf)BUF_INIT(4096);
    for (int i = 0; i < 2; i++) {
        (void)snprintf(s->path[i], sizeof s->path[i], "%s/key%d", folder, i);
        assert_int_equal(crypto_cipher_open(s->path[i], &s->cipher[i]), ERR_NONE);
    }
    assert_int_equal(crypto_encrypt(s->cipher[0], "1 request", 9, TEXT, sizeof TEXT, &s->bytes),
                     ERR_NONE);
}

static void sealed_close(struct sealed *s)
{
    crypto_cipher_close(&s->cipher[0]);
    crypto_cipher_close(&s->cipher[1]);
    buf_free(&s->bytes);
    scratch_remove();
}

static enum err open_with(const struct cipher *c, const char *about, const struct buf *b,
                          struct buf *out)
{
    enum err rc = crypto_decrypt(c, about, strlen(about), b->bytes, b->len, out);

    err_clear();
    return rc;
}

/* Of the same key file, in another process: the same id, the same text. */
static void test_what_was_encrypted_is_opened(void **state)
{
    struct sealed s;
    struct cipher *again = NULL;
    struct buf out = BUF_INIT(4096), twice = BUF_INIT(4096);
    unsigned char id[2][CRYPTO_CIPHER_ID_SIZE];

    (void)state;
    sealed_open(&s);
    assert_int_equal(s.bytes.len, sizeof TEXT + 12 + 16);
    assert_int_equal(crypto_cipher_open(s.path[0], &again), ERR_NONE);
    assert_int_equal(open_with(again, "1 request", &s.bytes, &out), ERR_NONE);
    assert_string_equal(buf_str(&out), TEXT);
    crypto_cipher_id(s.cipher[0], id[0]);
    crypto_cipher_id(again, id[1]);
    assert_memory_equal(id[0], id[1], sizeof id[0]);
    crypto_cipher_id(s.cipher[1], id[1]);
    assert_memory_not_equal(id[0], id[1], sizeof id[0]);
    assert_int_equal(crypto_encrypt(again, "1 request", 9, TEXT, sizeof TEXT, &twice), ERR_NONE);
    assert_memory_not_equal(twice.bytes, s.bytes.bytes, s.bytes.len); /* another nonce */
    crypto_cipher_close(&again);
    buf_free(&out);
    buf_free(&twice);
    sealed_close(&s);
}

/* Another key, another message's place, any byte: nothing comes out. */
static void test_what_is_not_the_same_is_not_opened(void **state)
{
    struct sealed s;
    struct buf out = BUF_INIT(4096);

    (void)state;
    sealed_open(&s);
    assert_int_equal(open_with(s.cipher[1], "1 request", &s.bytes, &out), ERR_CRYPTO);
    assert_int_equal(open_with(s.cipher[0], "2 request", &s.bytes, &out), ERR_CRYPTO);
    assert_int_equal(open_with(s.cipher[0], "1 answer", &s.bytes, &out), ERR_CRYPTO);
    for (size_t i = 0; i < s.bytes.len; i++) {
        s.bytes.bytes[i] ^= 1;
        assert_int_equal(open_with(s.cipher[0], "1 request", &s.bytes, &out), ERR_CRYPTO);
        s.bytes.bytes[i] ^= 1;
    }
    for (size_t len = s.bytes.len; s.bytes.len > 0;) {
        s.bytes.len--;
        assert_int_equal(open_with(s.cipher[0], "1 request", &s.bytes, &out), ERR_CRYPTO);
        assert_true(s.bytes.len < len);
    }
    assert_int_equal(out.len, 0);
    buf_free(&out);
    sealed_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_encrypted_is_opened),
        cmocka_unit_test(test_what_is_not_the_same_is_not_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
