/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small ones: JSON, nearest names, clock and ids. */
#include "xml/scratch.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/nearest.h"

#include <pthread.h>
#include <stdlib.h>

static void test_json_is_escaped_and_closed(void **state)
{
    struct buf out = BUF_INIT(1000);
    struct json j = JSON_INIT(&out);

    (void)state;
    json_object(&j, NULL);
    json_text(&j, "a\"b", "x\\\n\x01\x7f è");
    json_text(&j, "none", NULL);
    json_int(&j, "n", INT64_MIN);
    json_array(&j, "list");
    json_bool(&j, NULL, true);
    json_object(&j, NULL);
    json_end(&j);
    json_int(&j, NULL, 2);
    assert_int_equal(json_finish(&j), ERR_NONE); /* closes what is open */
    assert_string_equal(buf_str(&out), "{\"a\\u0022b\":\"x\\u005c\\u000a\\u0001\\u007f è\","
                                       "\"none\":null,\"n\":-9223372036854775808,"
                                       "\"list\":[true,{},2]}\n");
    buf_free(&out);
}

static void test_json_keeps_its_first_error(void **state)
{
    struct buf out = BUF_INIT(10);
    struct json j = JSON_INIT(&out);

    (void)state;
    json_array(&j, NULL);
    json_text(&j, NULL, "far too long");
    json_int(&j, NULL, 1);
    assert_int_equal(json_finish(&j), ERR_LIMIT);
    buf_free(&out);
    err_clear();
}

static void test_nearest_names(void **state)
{
    static const char *const names[] = {"port", "password_dir", "import", "export", "list"};
    static const struct {
        const char *typed, *want;
    } cases[] = {
        {"porrt", "port"},        {"prot", "port"}, {"imprt", "import"}, {"exprot", "export"},
        {"pass", "password_dir"}, {"lits", "list"}, {"xyz", NULL},       {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct nearest n = {cases[i].typed, NULL, 0};

        for (size_t k = 0; k < ARRAY_LEN(names); k++)
            nearest_offer(&n, names[k]);
        if (!cases[i].want)
            assert_null(n.found);
        else
            assert_string_equal(n.found ? n.found : "(none)", cases[i].want);
    }
}

/* Ids are in time's order and fit a signed 64-bit column [R12]. */
static void test_ids_are_time_ordered_and_differ(void **state)
{
    int64_t before_ms = clock_wall_us() / 1000, seen[1000];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(seen); i++) {
        seen[i] = clock_id_new();
        assert_true(seen[i] > 0);
        assert_true(seen[i] >= clock_id_floor(before_ms * 1000));
        /* Many in one millisecond may run into the next: each is greater than the last. */
        assert_true(seen[i] < clock_id_floor(clock_wall_us() + 2000));
    }
    assert_true(seen[0] != seen[1] || seen[1] != seen[2]);
}

/* Somebody may ask for all that is older than the year 2900. */
static void test_an_ids_floor_of_any_time(void **state)
{
    static const int64_t times[] = {
        INT64_MIN,        -62135596800000000, -1,       0, 1, 1795512896123456, 4398046511103999,
        4398046511104000, 29347999200000000,  INT64_MAX};

    (void)state;
    for (size_t i = 1; i < ARRAY_LEN(times); i++)
        assert_true(clock_id_floor(times[i]) >= clock_id_floor(times[i - 1]));
    assert_int_equal(clock_id_floor(INT64_MIN), 0);
    assert_int_equal(clock_id_floor(1000), INT64_C(1) << 21);
    assert_int_equal(clock_id_floor(29347999200000000), INT64_MAX);
}

enum { ID_THREADS = 4, IDS_EACH = 50000 };

static void *ids_make(void *cls)
{
    int64_t *ids = cls;

    for (size_t i = 0; i < IDS_EACH; i++)
        ids[i] = clock_id_new();
    return NULL;
}

static int id_compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* Two rows with one id would look like a fact that was there before. */
static void test_no_id_comes_twice(void **state)
{
    static int64_t ids[ID_THREADS][IDS_EACH];
    int64_t *all = &ids[0][0];
    pthread_t threads[ID_THREADS];

    (void)state;
    for (size_t i = 0; i < ID_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ids_make, ids[i]), 0);
    for (size_t i = 0; i < ID_THREADS; i++)
        pthread_join(threads[i], NULL);
    qsort(all, ID_THREADS * IDS_EACH, sizeof *all, id_compare);
    for (size_t i = 1; i < ID_THREADS * IDS_EACH; i++)
        assert_true(all[i - 1] < all[i]);
}

static void test_tokens_are_hex_and_differ(void **state)
{
    char one[33], two[33];

    (void)state;
    clock_token_new(one);
    clock_token_new(two);
    assert_int_equal(strlen(one), 32);
    assert_int_equal(strspn(one, "0123456789abcdef"), 32);
    assert_string_not_equal(one, two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_is_escaped_and_closed),
        cmocka_unit_test(test_json_keeps_its_first_error),
        cmocka_unit_test(test_nearest_names),
        cmocka_unit_test(test_ids_are_time_ordered_and_differ),
        cmocka_unit_test(test_an_ids_floor_of_any_time),
        cmocka_unit_test(test_no_id_comes_twice),
        cmocka_unit_test(test_tokens_are_hex_and_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
