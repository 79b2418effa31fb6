/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buffers and arenas: they grow to their cap and not one byte further. */
#include "xml/scratch.h"

#include "base/arena.h"

#include <stdint.h>

static int clear(void **state)
{
    (void)state;
    err_clear();
    return 0;
}

static void test_buf_takes_its_cap_and_no_more(void **state)
{
    struct buf b = BUF_INIT(100);
    char bytes[100];

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    assert_string_equal(buf_str(&b), "");
    assert_int_equal(buf_add(&b, bytes, 70), ERR_NONE);
    assert_int_equal(buf_add(&b, bytes, 31), ERR_LIMIT);
    assert_int_equal(b.len, 70);
    assert_int_equal(buf_printf(&b, "%031d", 0), ERR_LIMIT);
    assert_int_equal(buf_add(&b, bytes, 30), ERR_NONE);
    assert_int_equal(strlen(buf_str(&b)), 100);
    assert_int_equal(b.cap, 101);
    assert_int_equal(buf_add(&b, bytes, SIZE_MAX), ERR_LIMIT);
    assert_int_equal(buf_add(&b, bytes, 0), ERR_NONE);
    buf_reset(&b);
    assert_string_equal(buf_str(&b), "");
    assert_int_equal(buf_printf(&b, "%s-%d", "a", 7), ERR_NONE);
    assert_int_equal(buf_text(&b, "!"), ERR_NONE);
    assert_string_equal(buf_str(&b), "a-7!");
    buf_free(&b);
    assert_string_equal(buf_str(&b), "");
}

static void test_buf_keeps_bytes_and_ends_them(void **state)
{
    struct buf b = BUF_INIT(SIZE_MAX);

    (void)state;
    for (int i = 0; i < 5000; i++) {
        assert_int_equal(buf_add(&b, "\0y", 2), ERR_NONE);
        assert_int_equal(b.bytes[b.len], '\0');
    }
    assert_int_equal(b.len, 10000);
    for (size_t i = 0; i < b.len; i++)
        assert_int_equal(b.bytes[i], i % 2 ? 'y' : '\0');
    buf_free(&b);
}

static void test_buf_reads_regular_files_within_its_cap(void **state)
{
    struct buf small = BUF_INIT(4), fits = BUF_INIT(5);
    const char *path;

    (void)state;
    (void)scratch_new();
    path = scratch_write("five", "12345");
    assert_int_equal(buf_read_file(&small, path), ERR_LIMIT);
    assert_int_equal(buf_read_file(&fits, path), ERR_NONE);
    assert_string_equal(buf_str(&fits), "12345");
    err_clear();
    assert_int_equal(buf_read_file(&fits, scratch_path("none")), ERR_IO_READ);
    assert_non_null(strstr(err_detail()->field, "none: No such file"));
    assert_int_equal(buf_read_file(&fits, "/dev/zero"), ERR_IO_READ);
    assert_int_equal(buf_read_file(&fits, "/tmp"), ERR_IO_READ);
    scratch_remove();
    buf_free(&small);
    buf_free(&fits);
}

static void test_arena_takes_its_cap_and_no_more(void **state)
{
    struct arena a = ARENA_INIT(40000);

    (void)state;
    assert_non_null(arena_alloc(&a, 1000));
    assert_non_null(arena_alloc(&a, 39000));
    assert_int_equal(err_detail()->code, ERR_NONE);
    assert_null(arena_alloc(&a, 1));
    assert_int_equal(err_detail()->code, ERR_LIMIT);
    arena_reset(&a);
    assert_null(arena_alloc(&a, 40001));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_strndup(&a, "x", SIZE_MAX));
    assert_non_null(arena_alloc(&a, 40000));
    arena_free(&a);
}

static void test_arena_hands_out_zeroed_aligned_memory_of_its_own(void **state)
{
    struct arena a = ARENA_INIT((size_t)1 << 20);
    unsigned char *pieces[200];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
            pieces[i] = arena_alloc(&a, i + 1);
            assert_non_null(pieces[i]);
            assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
            for (size_t k = 0; k <= i; k++)
                assert_int_equal(pieces[i][k], 0);
            memset(pieces[i], (int)i, i + 1);
        }
        for (size_t i = 0; i < ARRAY_LEN(pieces); i++)
            for (size_t k = 0; k <= i; k++)
                assert_int_equal(pieces[i][k], i);
        arena_reset(&a);
    }
    arena_free(&a);
}

/* What was taken in several blocks fits the one that is kept. */
static void test_arena_keeps_room(void **state)
{
    struct arena a = ARENA_INIT((size_t)1 << 20);
    char *first, *last;

    (void)state;
    for (int round = 0; round < 3; round++) {
        first = last = arena_alloc(&a, 1000);
        for (int i = 1; i < 100; i++)
            last = arena_alloc(&a, 1000);
        assert_true(first && last);
        if (round > 0) assert_true(last > first && last - first < 200000);
        memset(last, 'x', 1000);
        arena_reset_room(&a);
        assert_int_equal(a.used, 0);
    }
    assert_int_equal(*(char *)arena_alloc(&a, 1), 0);
    arena_free(&a);
    arena_reset_room(&a);
}

static void test_arena_copies_texts(void **state)
{
    struct arena a = ARENA_INIT(100);
    char text[] = "abcdef";
    char *whole = arena_strdup(&a, text), *part = arena_strndup(&a, text, 3);

    (void)state;
    text[0] = 'X';
    assert_string_equal(whole, "abcdef");
    assert_string_equal(part, "abc");
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_buf_takes_its_cap_and_no_more, clear),
        cmocka_unit_test_setup(test_buf_keeps_bytes_and_ends_them, clear),
        cmocka_unit_test_setup(test_buf_reads_regular_files_within_its_cap, clear),
        cmocka_unit_test_setup(test_arena_takes_its_cap_and_no_more, clear),
        cmocka_unit_test_setup(test_arena_hands_out_zeroed_aligned_memory_of_its_own, clear),
        cmocka_unit_test_setup(test_arena_keeps_room, clear),
        cmocka_unit_test_setup(test_arena_copies_texts, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
