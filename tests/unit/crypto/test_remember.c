/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is remembered of checked passwords: bounded, and no flood of wrong ones pushes out a right
 * one. The time is the caller's, so that a minute passes here without waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/remember.h"

#include <string.h>

static struct remember r;

static int empty(void **state)
{
    (void)state;
    memset(&r, 0, sizeof r);
    return 0;
}

/* Tag n of a set. */
static struct hash tag(unsigned char set, unsigned n)
{
    struct hash h = {{set}};

    h.bytes[20] = (unsigned char)(n >> 8);
    h.bytes[21] = (unsigned char)n;
    return h;
}

static void test_wrong_is_forgotten_after_a_minute(void **state)
{
    const struct hash bad = tag(7, 1), good = tag(7, 2);
    const int64_t t = 5000;

    (void)state;
    assert_int_equal(crypto_remember_find(&r, &bad, t), REMEMBERED_NOTHING);
    crypto_remember_add(&r, &bad, false, t);
    crypto_remember_add(&r, &good, true, t);
    assert_int_equal(crypto_remember_find(&r, &bad, t + 59999999), REMEMBERED_WRONG);
    assert_int_equal(crypto_remember_find(&r, &bad, t + 60000000), REMEMBERED_NOTHING);
    assert_int_equal(crypto_remember_find(&r, &good, t + 60000000), REMEMBERED_RIGHT);
    assert_int_equal(crypto_remember_find(&r, &good, t + INT64_C(86400000000)), REMEMBERED_RIGHT);
}

static void test_asking_does_not_prolong_a_wrong_one(void **state)
{
    const struct hash bad = tag(7, 1);

    (void)state;
    crypto_remember_add(&r, &bad, false, 0);
    for (int64_t t = 0; t < 60000000; t += 1000000)
        assert_int_equal(crypto_remember_find(&r, &bad, t), REMEMBERED_WRONG);
    assert_int_equal(crypto_remember_find(&r, &bad, 60000000), REMEMBERED_NOTHING);
}

static void test_wrong_ones_never_push_out_a_right_one(void **state)
{
    const struct hash good = tag(7, 0);

    (void)state;
    crypto_remember_add(&r, &good, true, 0);
    for (unsigned n = 1; n < 1000; n++) {
        struct hash bad = tag(7, n);

        crypto_remember_add(&r, &bad, false, n);
        assert_int_equal(crypto_remember_find(&r, &bad, n), REMEMBERED_WRONG);
    }
    assert_int_equal(crypto_remember_find(&r, &good, 1000), REMEMBERED_RIGHT);
}

static void test_a_full_set_of_right_ones_takes_no_wrong_one(void **state)
{
    const struct hash bad = tag(7, 999);

    (void)state;
    for (unsigned n = 0; n < REMEMBER_WAYS; n++) {
        struct hash good = tag(7, n);

        crypto_remember_add(&r, &good, true, n);
    }
    crypto_remember_add(&r, &bad, false, 100);
    assert_int_equal(crypto_remember_find(&r, &bad, 100), REMEMBERED_NOTHING);
    for (unsigned n = 0; n < REMEMBER_WAYS; n++) {
        struct hash good = tag(7, n);

        assert_int_equal(crypto_remember_find(&r, &good, 100), REMEMBERED_RIGHT);
    }
}

static void test_a_right_one_replaces_the_one_not_seen_for_longest(void **state)
{
    const struct hash newest = tag(7, 999), seen = tag(7, 0), unseen = tag(7, 1);

    (void)state;
    for (unsigned n = 0; n < REMEMBER_WAYS; n++) {
        struct hash good = tag(7, n);

        crypto_remember_add(&r, &good, true, n);
    }
    assert_int_equal(crypto_remember_find(&r, &seen, 100), REMEMBERED_RIGHT);
    crypto_remember_add(&r, &newest, true, 101);
    assert_int_equal(crypto_remember_find(&r, &newest, 101), REMEMBERED_RIGHT);
    assert_int_equal(crypto_remember_find(&r, &seen, 101), REMEMBERED_RIGHT);
    assert_int_equal(crypto_remember_find(&r, &unseen, 101), REMEMBERED_NOTHING);
}

static void test_the_same_again_takes_no_second_place(void **state)
{
    const struct hash twice = tag(7, 1), other = tag(7, 2), elsewhere = tag(8, 1);

    (void)state;
    crypto_remember_add(&r, &other, true, 0);
    for (int64_t t = 0; t < 100; t++)
        crypto_remember_add(&r, &twice, true, t);
    assert_int_equal(crypto_remember_find(&r, &other, 100), REMEMBERED_RIGHT);
    crypto_remember_add(&r, &twice, false, 100); /* what is known last counts */
    assert_int_equal(crypto_remember_find(&r, &twice, 100), REMEMBERED_WRONG);
    assert_int_equal(crypto_remember_find(&r, &elsewhere, 100), REMEMBERED_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_wrong_is_forgotten_after_a_minute, empty),
        cmocka_unit_test_setup(test_asking_does_not_prolong_a_wrong_one, empty),
        cmocka_unit_test_setup(test_wrong_ones_never_push_out_a_right_one, empty),
        cmocka_unit_test_setup(test_a_full_set_of_right_ones_takes_no_wrong_one, empty),
        cmocka_unit_test_setup(test_a_right_one_replaces_the_one_not_seen_for_longest, empty),
        cmocka_unit_test_setup(test_the_same_again_takes_no_second_place, empty),
    };

    return cmocka_run_group_tests_name("crypto/remember", tests, NULL, NULL);
}
