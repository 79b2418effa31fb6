/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published bytes never change [I8]. */
#include "flow/deliver.h"
#include "flow/file.h"

#include "xml/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct hash hash_of(const char *text)
{
    struct hash h;

    crypto_hash(text, strlen(text), &h);
    return h;
}

/* An unfinished file with that text. */
static struct flow_file begun(const char *text)
{
    struct flow_file file;
    int fd;

    assert_int_equal(flow_file_begin(scratch_path("."), "a.xml", &file, &fd), ERR_NONE);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
    return file;
}

static void assert_content(const char *want)
{
    struct buf b = BUF_INIT(1000);

    assert_int_equal(buf_read_file(&b, scratch_path("a.xml")), ERR_NONE);
    assert_string_equal(buf_str(&b), want);
    buf_free(&b);
}

static bool there(const char *name)
{
    return access(scratch_path(name), F_OK) == 0;
}

static void test_publishes(void **state)
{
    struct flow_file file = begun("one");
    struct hash one = hash_of("one"), two = hash_of("two");
    char tmp[FLOW_NAME_SIZE + 32];

    (void)state;
    (void)snprintf(tmp, sizeof tmp, "%s", file.tmp_name);
    assert_true(there(tmp));
    assert_false(there("a.xml"));
    assert_int_equal(flow_file_publish(&file, &one), ERR_NONE);
    assert_content("one");
    assert_false(there(tmp));
    assert_int_equal(flow_file_check(scratch_path("."), "a.xml", &one), ERR_NONE);
    assert_int_equal(flow_file_check(scratch_path("."), "a.xml", &two), ERR_FLOW_CHANGED);
    assert_int_equal(flow_file_check(scratch_path("."), "b.xml", &one), ERR_IO_READ);
}

/* A killed try had come as far as the name [F14]. */
static void test_adopts_equal_bytes(void **state)
{
    struct flow_file file = begun("one");
    struct hash one = hash_of("one");

    (void)state;
    (void)scratch_write("a.xml", "one");
    assert_int_equal(flow_file_publish(&file, &one), ERR_NONE);
    assert_content("one");
    assert_string_equal(file.tmp_name, "");
}

static void test_never_replaces_other_bytes(void **state)
{
    struct flow_file file = begun("one");
    struct hash one = hash_of("one");
    char tmp[FLOW_NAME_SIZE + 32];

    (void)state;
    (void)snprintf(tmp, sizeof tmp, "%s", file.tmp_name);
    (void)scratch_write("a.xml", "two");
    assert_int_equal(flow_file_publish(&file, &one), ERR_FLOW_CHANGED);
    assert_content("two");
    assert_true(there(tmp));
    flow_file_discard(&file);
    assert_false(there(tmp));
}

static void test_bytes_that_were_not_validated_stay_out(void **state)
{
    struct flow_file file = begun("two");
    struct hash one = hash_of("one");

    (void)state;
    assert_int_equal(flow_file_publish(&file, &one), ERR_FLOW_CHANGED);
    assert_false(there("a.xml"));
}

/* A link in the way is not followed, neither to read nor to write. */
static void test_follows_no_link(void **state)
{
    struct flow_file file = begun("one");
    struct hash one = hash_of("one");

    (void)state;
    (void)scratch_write("other", "one");
    assert_int_equal(symlink("other", scratch_path("a.xml")), 0);
    assert_int_not_equal(flow_file_publish(&file, &one), ERR_NONE);
    assert_int_not_equal(flow_file_check(scratch_path("."), "a.xml", &one), ERR_NONE);
    flow_file_discard(&file);
    assert_int_equal(symlink(".", scratch_path("folder")), 0);
    assert_int_not_equal(flow_file_check(scratch_path("folder"), "other", &one), ERR_NONE);
    assert_int_equal(mkdir(scratch_path("b"), 0700), 0);
    assert_int_equal(flow_file_check(scratch_path("."), "b", &one), ERR_FLOW_CHANGED);
}

/* What killed tries leave does not pile up; without the lock of a run, who was overtaken publishes
 * nothing. */
static void test_the_next_try_removes_the_last(void **state)
{
    struct flow_file first = begun("one"), second;
    struct hash one = hash_of("one");
    char tmp[FLOW_NAME_SIZE + 32];

    (void)state;
    (void)snprintf(tmp, sizeof tmp, "%s", first.tmp_name);
    (void)scratch_write(".a.xml.bak", "");
    (void)scratch_write(".b.a.xml.0.part", "");
    second = begun("one");
    assert_false(there(tmp));
    assert_true(there(".a.xml.bak"));
    assert_true(there(".b.a.xml.0.part"));
    assert_int_equal(flow_file_publish(&first, &one), ERR_IO_READ);
    assert_false(there("a.xml"));
    assert_int_equal(flow_file_publish(&second, &one), ERR_NONE);
    assert_content("one");
}

static void test_names(void **state)
{
    static const char *const good[] = {"a", "7_a-b.c.xml"};
    static const char *const bad[] = {"",    ".a",  "-a",  "_a",       "..",
                                      "a/b", "a b", "a\n", "\xC3\xA8", "a\\b"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        assert_true(flow_file_name_ok(good[i]));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(flow_file_name_ok(bad[i]));
}

static void test_delivery_folder(void **state)
{
    char path[300], again[300], root[200];
    struct stat st;

    (void)state;
    (void)snprintf(root, sizeof root, "%s", scratch_path("var/flow"));
    assert_int_equal(flow_deliver_folder(root, "ente-1", path, sizeof path), ERR_NONE);
    assert_int_equal(flow_deliver_folder(root, "ente-1", again, sizeof again), ERR_NONE);
    assert_string_equal(path, again);
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(flow_deliver_folder(root, "../x", path, sizeof path), ERR_CONFIG);
    assert_int_equal(flow_deliver_folder(root, "", path, sizeof path), ERR_CONFIG);
    assert_int_equal(flow_deliver_folder(root, "ente-1", path, 10), ERR_LIMIT);
    (void)scratch_write("file", "");
    assert_int_equal(flow_deliver_folder(scratch_path("file"), "x", path, sizeof path),
                     ERR_IO_WRITE);
}

/* Two runs at once: the second waits, and says for what when it waited long enough. */
static void test_one_run_at_a_time(void **state)
{
    char root[200];
    int first, second;

    (void)state;
    (void)snprintf(root, sizeof root, "%s", scratch_path("var/flow"));
    assert_int_equal(flow_deliver_lock(root, 0, &first), ERR_NONE);
    err_clear(); /* of tests before */
    assert_int_equal(flow_deliver_lock(root, 30, &second), ERR_FLOW_BUSY);
    assert_non_null(strstr(err_detail()->field, "var/flow/.lock"));
    assert_int_equal(second, -1);
    err_clear();
    flow_deliver_unlock(&first);
    assert_int_equal(flow_deliver_lock(root, 0, &second), ERR_NONE);
    flow_deliver_unlock(&second);
    flow_deliver_unlock(&second);
    (void)scratch_write("file", "");
    assert_int_equal(flow_deliver_lock(scratch_path("file"), 0, &first), ERR_IO_WRITE);
    err_clear();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_publishes, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_adopts_equal_bytes, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_never_replaces_other_bytes, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_bytes_that_were_not_validated_stay_out, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_follows_no_link, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_the_next_try_removes_the_last, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_names, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_delivery_folder, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_one_run_at_a_time, scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests_name("flow/file", tests, NULL, NULL);
}
