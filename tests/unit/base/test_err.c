/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors: the first detail is kept, each thread has its own, the class decides the exit status. */
#include "xml/scratch.h"

#include <pthread.h>

static int clear(void **state)
{
    (void)state;
    err_clear();
    return 0;
}

static void test_the_first_detail_wins(void **state)
{
    (void)state;
    assert_int_equal(err_detail()->code, ERR_NONE);
    assert_int_equal(err_setf(ERR_AMOUNT_SYNTAX, "line %d: amount", 12), ERR_AMOUNT_SYNTAX);
    assert_int_equal(err_set(ERR_DATA, "later"), ERR_DATA);
    assert_int_equal(err_setf(ERR_DATA, "%s", "later"), ERR_DATA);
    assert_int_equal(err_detail()->code, ERR_AMOUNT_SYNTAX);
    assert_string_equal(err_detail()->field, "line 12: amount");
    assert_string_equal(err_detail()->file, "test_err.c");
    err_clear();
    assert_int_equal(err_detail()->code, ERR_NONE);
    assert_int_equal(err_set(ERR_DATA, NULL), ERR_DATA);
    assert_string_equal(err_detail()->field, "");
}

static void test_a_long_field_is_cut(void **state)
{
    char text[1000];

    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(err_set(ERR_DATA, text), ERR_DATA);
    assert_int_equal(strlen(err_detail()->field), sizeof err_detail()->field - 1);
}

static void *other_thread(void *cls)
{
    (void)cls;
    return err_detail()->code == ERR_NONE && err_set(ERR_LIMIT, "theirs") ? NULL : cls;
}

static void test_each_thread_has_its_own_detail(void **state)
{
    int mark = 0;
    void *result = &mark;
    pthread_t thread;

    (void)state;
    assert_int_equal(err_set(ERR_DATA, "ours"), ERR_DATA);
    assert_int_equal(pthread_create(&thread, NULL, other_thread, &mark), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_null(result);
    assert_string_equal(err_detail()->field, "ours");
}

static void test_classes_decide_the_exit_status(void **state)
{
    static const struct {
        enum err code;
        int status;
    } cases[] = {
        {ERR_NONE, 0},       {ERR_USAGE, 64},        {ERR_DATA, 65},     {ERR_IO_READ, 66},
        {ERR_LIMIT, 70},     {ERR_PEER_TIMEOUT, 69}, {ERR_IO_WRITE, 73}, {ERR_DB_OPEN, 75},
        {ERR_FORBIDDEN, 77}, {ERR_CONFIG, 78},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(err_exit_code(cases[i].code), cases[i].status);
    for (enum err code = ERR_NONE + 1; code < ERR_COUNT; code++) {
        assert_true(err_exit_code(code) >= 64);
        assert_true(strlen(err_text(code)) > 5);
        assert_true(strlen(err_name(code)) > 1);
    }
    assert_string_equal(err_name(ERR_AMOUNT_SYNTAX), "AMOUNT_SYNTAX");
}

static void test_bugs_are_counted(void **state)
{
    unsigned long before = err_bug_count();

    (void)state;
    assert_int_equal(BUG("a test"), ERR_BUG);
    assert_int_equal(err_bug_count(), before + 1);
    assert_string_equal(err_detail()->field, "a test");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_first_detail_wins, clear),
        cmocka_unit_test_setup(test_a_long_field_is_cut, clear),
        cmocka_unit_test_setup(test_each_thread_has_its_own_detail, clear),
        cmocka_unit_test_setup(test_classes_decide_the_exit_status, clear),
        cmocka_unit_test_setup(test_bugs_are_counted, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
