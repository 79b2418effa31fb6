/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords: right ones pass, each slow check is paid once, never more than two run at a time, one
 * a subject, and few wait. Whether a check was slow is told by the processor time that it cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "crypto/secret.h"

#include <crypt.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COST_CHEAP 1 /* a few milliseconds */
#define COST_SLOW 8  /* half a second: long enough to look at it while it runs */

static char dir[] = "/tmp/secret-XXXXXX";
static char key_path[64];

/* yescrypt of password at a cost. */
static void hash_at(unsigned long cost, const char *password, char out[128])
{
    struct crypt_data data;
    char *setting = crypt_gensalt_ra("$y$", cost, NULL, 0);
    const char *made;

    assert_non_null(setting);
    memset(&data, 0, sizeof data);
    made = crypt_r(password, setting, &data);
    assert_non_null(made);
    (void)snprintf(out, 128, "%s", made);
    free(setting);
}

static int64_t cpu_us(clockid_t clock)
{
    struct timespec t;

    assert_int_equal(clock_gettime(clock, &t), 0);
    return t.tv_sec * INT64_C(1000000) + t.tv_nsec / 1000;
}

/* Check, and was it slow? */
static bool check_paid(const char *subject, const char *stored, const char *password, bool *paid)
{
    int64_t before = cpu_us(CLOCK_THREAD_CPUTIME_ID);
    enum crypto_secret says = crypto_secret_check(subject, stored, password);

    *paid = cpu_us(CLOCK_THREAD_CPUTIME_ID) - before > 1000;
    assert_int_not_equal(says, CRYPTO_SECRET_BUSY);
    return says == CRYPTO_SECRET_RIGHT;
}

/* In folders that are made with it. */
static int make_key(void **state)
{
    (void)state;
    if (mkdtemp(dir) == NULL) return -1;
    (void)snprintf(key_path, sizeof key_path, "%s/var/lib/hub.key", dir);
    return crypto_secret_init(key_path) == ERR_NONE ? 0 : -1;
}

static int remove_key(void **state)
{
    (void)state;
    if (unlink(key_path) != 0) return -1;
    for (size_t i = 0; i < 3; i++) {
        *strrchr(key_path, '/') = '\0';
        if (rmdir(key_path) != 0) return -1;
    }
    return 0;
}

static int forget(void **state)
{
    (void)state;
    crypto_secret_forget();
    err_clear();
    return 0;
}

static void read_key(char out[33])
{
    FILE *f = fopen(key_path, "r");

    assert_non_null(f);
    assert_int_equal(fread(out, 1, 33, f), 32);
    (void)fclose(f);
}

static void test_the_key_is_made_once_and_for_us_only(void **state)
{
    char before[33], after[33];
    struct stat st;

    (void)state;
    assert_int_equal(stat(key_path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    read_key(before);
    assert_int_equal(crypto_secret_init(key_path), ERR_NONE);
    read_key(after);
    assert_memory_equal(before, after, 32);
}

static void test_a_key_that_is_none_is_refused(void **state)
{
    char path[96];
    int fd;

    (void)state;
    assert_int_equal(crypto_secret_init("/proc/none/hub.key"), ERR_IO_WRITE);

    (void)snprintf(path, sizeof path, "%s/short.key", dir);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "short", 5), 5);
    (void)close(fd);
    assert_int_equal(crypto_secret_init(path), ERR_CONFIG);
    assert_int_equal(unlink(path), 0);

    assert_int_equal(chmod(key_path, 0640), 0);
    assert_int_equal(crypto_secret_init(key_path), ERR_CONFIG);
    assert_int_equal(chmod(key_path, 0600), 0);
    assert_int_equal(crypto_secret_init(key_path), ERR_NONE);
}

static void test_hash_and_check(void **state)
{
    char stored[128], again[128], small[16];
    char long_password[600];

    (void)state;
    assert_int_equal(crypto_secret_hash("pa55 w\xC3\xB2rd", stored, sizeof stored), ERR_NONE);
    assert_int_equal(crypto_secret_hash("pa55 w\xC3\xB2rd", again, sizeof again), ERR_NONE);
    assert_memory_equal(stored, "$y$", 3);
    assert_string_not_equal(stored, again); /* salted */
    assert_int_equal(crypto_secret_check("channel/A", stored, "pa55 w\xC3\xB2rd"),
                     CRYPTO_SECRET_RIGHT);
    assert_int_equal(crypto_secret_check("channel/A", again, "pa55 w\xC3\xB2rd"),
                     CRYPTO_SECRET_RIGHT);
    assert_int_equal(crypto_secret_check("channel/A", stored, "pa55 word"), CRYPTO_SECRET_WRONG);
    assert_int_equal(crypto_secret_check("channel/A", stored, ""), CRYPTO_SECRET_WRONG);
    assert_int_equal(crypto_secret_hash("x", small, sizeof small), ERR_CRYPTO);
    memset(long_password, 'x', sizeof long_password - 1);
    long_password[sizeof long_password - 1] = '\0';
    assert_int_equal(crypto_secret_hash(long_password, stored, sizeof stored), ERR_CRYPTO);
    assert_int_equal(crypto_secret_check("channel/A", again, long_password), CRYPTO_SECRET_WRONG);
}

static void test_no_hash_lets_nobody_in(void **state)
{
    static const char *const none[] = {"", "*", "*0", "*1", "x", "$", "$y$", "$y$j9T$", "secret"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        assert_int_equal(crypto_secret_check("channel/A", none[i], "secret"), CRYPTO_SECRET_WRONG);
        assert_int_equal(crypto_secret_check("channel/A", none[i], ""), CRYPTO_SECRET_WRONG);
        assert_int_equal(crypto_secret_check("channel/A", none[i], none[i]), CRYPTO_SECRET_WRONG);
    }
}

static void test_each_slow_check_is_paid_once(void **state)
{
    char stored[128], changed[128];
    bool paid;

    (void)state;
    hash_at(COST_CHEAP, "right", stored);
    hash_at(COST_CHEAP, "right", changed);
    assert_true(check_paid("channel/A", stored, "right", &paid) && paid);
    assert_true(check_paid("channel/A", stored, "right", &paid) && !paid);
    assert_false(check_paid("channel/A", stored, "wrong", &paid));
    assert_true(paid);
    assert_false(check_paid("channel/A", stored, "wrong", &paid));
    assert_false(paid);
    assert_true(check_paid("channel/B", stored, "right", &paid) && paid);  /* another subject */
    assert_true(check_paid("channel/A", changed, "right", &paid) && paid); /* another hash */
    crypto_secret_forget();
    assert_true(check_paid("channel/A", stored, "right", &paid) && paid);
    assert_false(check_paid("channel/A", stored, "wrong", &paid));
    assert_true(paid);
}

/* A thread inside a slow check. */
struct slow {
    pthread_t thread;
    const char *subject, *stored, *password;
    enum crypto_secret says;
};

static void *slow_main(void *cls)
{
    struct slow *s = cls;

    s->says = crypto_secret_check(s->subject, s->stored, s->password);
    return NULL;
}

static void slow_begin(struct slow *s)
{
    const struct timespec moment = {0, 2000000};
    clockid_t clock;

    assert_int_equal(pthread_create(&s->thread, NULL, slow_main, s), 0);
    assert_int_equal(pthread_getcpuclockid(s->thread, &clock), 0);
    while (cpu_us(clock) < 10000)
        (void)nanosleep(&moment, NULL); /* it computes: it has its slot */
}

static void slow_end(struct slow *s)
{
    assert_int_equal(pthread_join(s->thread, NULL), 0);
}

/* All callers' first requests, at once after a restart: each waits for its turn, and is right. */
static void test_no_slot_is_a_wait(void **state)
{
    char stored[128], cheap[128];
    bool paid;
    struct slow a, b;

    (void)state;
    hash_at(COST_SLOW, "right", stored);
    hash_at(COST_CHEAP, "right", cheap);
    assert_int_equal(crypto_secret_check("channel/known", cheap, "right"), CRYPTO_SECRET_RIGHT);
    a = (struct slow){.subject = "channel/A", .stored = stored, .password = "right"};
    b = (struct slow){.subject = "channel/B", .stored = stored, .password = "wrong"};

    slow_begin(&a);
    assert_true(check_paid("channel/C", cheap, "right", &paid) && paid); /* the second slot */
    slow_begin(&b);
    assert_true(check_paid("channel/known", cheap, "right", &paid) && !paid);
    assert_true(check_paid("channel/B", cheap, "right", &paid) && paid); /* after its own first */
    slow_end(&a);
    slow_end(&b);
    assert_int_equal(a.says, CRYPTO_SECRET_RIGHT);
    assert_int_equal(b.says, CRYPTO_SECRET_WRONG);
    assert_true(check_paid("channel/A", stored, "right", &paid) && !paid);
    assert_false(check_paid("channel/B", stored, "wrong", &paid));
    assert_false(paid);
}

/* One more than the line takes is told that it is full, and is right when it comes again. */
static void test_a_full_line_is_no_wrong_password(void **state)
{
    static const char *const subjects[] = {"channel/1", "channel/2", "channel/3", "channel/4",
                                           "channel/5"};
    char stored[128], cheap[128];
    struct slow a, b, waits[ARRAY_LEN(subjects)];
    size_t busy = 0;

    (void)state;
    hash_at(COST_SLOW, "right", stored);
    hash_at(COST_CHEAP, "right", cheap);
    a = (struct slow){.subject = "channel/A", .stored = stored, .password = "wrong"};
    b = (struct slow){.subject = "channel/B", .stored = stored, .password = "wrong"};
    slow_begin(&a);
    slow_begin(&b);
    for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
        waits[i] = (struct slow){.subject = subjects[i], .stored = cheap, .password = "right"};
        assert_int_equal(pthread_create(&waits[i].thread, NULL, slow_main, &waits[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
        slow_end(&waits[i]);
        busy += waits[i].says == CRYPTO_SECRET_BUSY;
        if (waits[i].says != CRYPTO_SECRET_BUSY)
            assert_int_equal(waits[i].says, CRYPTO_SECRET_RIGHT);
    }
    assert_int_equal(busy, 1);
    for (size_t i = 0; i < ARRAY_LEN(waits); i++)
        assert_int_equal(crypto_secret_check(subjects[i], cheap, "right"), CRYPTO_SECRET_RIGHT);
    slow_end(&a);
    slow_end(&b);
}

static void *crowd_main(void *cls)
{
    const char *stored = cls;
    char subject[32];

    for (int i = 0; i < 400; i++) {
        (void)snprintf(subject, sizeof subject, "channel/%d", i % 5);
        if (crypto_secret_check(subject, stored, "wrong") == CRYPTO_SECRET_RIGHT) return cls;
        (void)crypto_secret_check(subject, stored, "right");
        if (i % 100 == 99) crypto_secret_forget();
    }
    return NULL;
}

/* Many threads at once: no wrong password passes, and in the end all right ones do. */
static void test_a_crowd(void **state)
{
    pthread_t threads[8];
    char stored[128], subject[32];
    void *failed;

    (void)state;
    hash_at(COST_CHEAP, "right", stored);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, crowd_main, stored), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    for (int i = 0; i < 5; i++) {
        (void)snprintf(subject, sizeof subject, "channel/%d", i);
        assert_int_equal(crypto_secret_check(subject, stored, "right"),
                         CRYPTO_SECRET_RIGHT); /* no slot was left taken */
    }
}

/* What the server itself answers to SELECT PASSWORD(…). */
static void test_as_mariadb_keeps_it(void **state)
{
    char out[CRYPTO_SECRET_MARIADB_SIZE];

    (void)state;
    crypto_secret_mariadb("mypass", out);
    assert_string_equal(out, "*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_key_is_made_once_and_for_us_only, forget),
        cmocka_unit_test_setup(test_a_key_that_is_none_is_refused, forget),
        cmocka_unit_test(test_as_mariadb_keeps_it),
        cmocka_unit_test_setup(test_hash_and_check, forget),
        cmocka_unit_test_setup(test_no_hash_lets_nobody_in, forget),
        cmocka_unit_test_setup(test_each_slow_check_is_paid_once, forget),
        cmocka_unit_test_setup(test_no_slot_is_a_wait, forget),
        cmocka_unit_test_setup(test_a_full_line_is_no_wrong_password, forget),
        cmocka_unit_test_setup(test_a_crowd, forget),
    };

    return cmocka_run_group_tests_name("crypto/secret", tests, make_key, remove_key);
}
