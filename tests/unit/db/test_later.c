/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes that go with their COMMIT, values and errors; on a private database of this test's own. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "base/buf.h"
#include "base/clock.h"
#include "base/config.h"
#include "db/db.h"
#include "db/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char home[] = "/tmp/payer-unit-XXXXXX";
static struct db *db;

static const struct db_stmt ADD = {
    "test_add",
    "INSERT INTO anomaly (id, kind, payment_id, creditor, amount_cents, state, created_at)"
    " VALUES (?, ?, ?, ?, ?, 'OPEN', ?)",
    0,
};
static const struct db_stmt SET = {
    "test_set",
    "UPDATE anomaly SET state = 'CLOSED', ver = ver + 1 WHERE id = ? AND ver = ?",
    0,
};
static const struct db_stmt COUNT = {
    "test_count",
    "SELECT COUNT(*) FROM anomaly WHERE kind = ?",
    0,
};
static const struct db_stmt GET = {
    "test_get",
    "SELECT creditor, amount_cents, created_at FROM anomaly WHERE id = ?",
    0,
};

static const struct db_stmt MOVE = {
    "test_move",
    "UPDATE anomaly SET created_at = ? WHERE id = ? AND created_at < ?",
    0,
};
static const struct db_stmt WIDE = {"test_wide", "SELECT ?", 0};

static int payer(const char *verb)
{
    char command[2048];
    const char *program = getenv("PAYER");

    snprintf(command, sizeof command, "%s --config %s/payer.conf %s > %s/log 2>&1",
             program ? program : "build/bin/payer", home, verb, home);
    return system(command);
}

static int database_start(void **state)
{
    char path[64], here[1024];
    struct buf problems = BUF_INIT(4096);
    FILE *f;

    (void)state;
    if (!mkdtemp(home) || !getcwd(here, sizeof here)) return -1;
    snprintf(path, sizeof path, "%s/payer.conf", home);
    f = fopen(path, "w");
    if (!f) return -1;
    fprintf(f, "[hub]\nhome = %s\nshare = %s\n[db]\nbuffer_pool = 32MiB\nlog_size = 16MiB\n", home,
            here);
    fclose(f);
    if (payer("db start") || payer("db migrate")) return -1;
    if (config_load(path, NULL, 0, &problems) != ERR_NONE) return -1;
    return db_open(DB_ROLE_WORK, &db) == ERR_NONE ? 0 : -1;
}

static int database_stop(void **state)
{
    char command[64];

    (void)state;
    db_close(&db);
    payer("db stop");
    snprintf(command, sizeof command, "rm -rf %s", home);
    return system(command);
}

static enum err add(struct db *d, int64_t id, const char *kind)
{
    return db_later(
        d, &ADD,
        DB_IN(db_i64(id), db_text(kind), db_i64(id), db_text("E"), db_i64(1), db_instant(0)),
        DB_ROWS_ANY);
}

static int64_t count(const char *kind)
{
    int64_t n = -1;
    bool found;

    assert_int_equal(db_row_find(db, &COUNT, DB_IN(db_text(kind)), DB_OUT(DB_GET_I64(n)), &found),
                     ERR_NONE);
    return n;
}

static enum err two_tx(struct db *d, void *cls)
{
    enum err rc;

    (void)cls;
    TRY(add(d, 1, "two"));
    TRY(add(d, 2, "two"));
out:
    return rc;
}

static void test_a_transaction_of_writes_is_one_message(void **state)
{
    unsigned long before = db_statement_count(db);

    (void)state;
    assert_int_equal(db_tx_run(db, "two", two_tx, NULL), ERR_NONE);
    assert_int_equal(db_statement_count(db) - before, 1);
    assert_int_equal(count("two"), 2);
}

/* [R3]: a compare-and-set that finds another version takes the whole transaction back. */
static enum err lost_tx(struct db *d, void *cls)
{
    enum err rc;

    TRY(add(d, 10, "lost"));
    TRY(db_later(d, &SET, DB_IN(db_i64(10), db_i64(*(int *)cls)), 1));
out:
    return rc;
}

static void test_another_number_of_rows_saves_nothing(void **state)
{
    int ver = 7;

    (void)state;
    assert_int_equal(db_tx_run(db, "lost", lost_tx, &ver), ERR_DB_CONFLICT);
    assert_int_equal(count("lost"), 0);
    ver = 0;
    assert_int_equal(db_tx_run(db, "lost", lost_tx, &ver), ERR_NONE);
    assert_int_equal(count("lost"), 1);
}

static enum err twice_tx(struct db *d, void *cls)
{
    enum err rc;

    (void)cls;
    TRY(add(d, 20, "twice"));
    TRY(add(d, 20, "twice"));
out:
    return rc;
}

static void test_a_duplicate_saves_nothing(void **state)
{
    (void)state;
    assert_int_equal(db_tx_run(db, "twice", twice_tx, NULL), ERR_DB_DUPLICATE);
    assert_int_equal(count("twice"), 0);
}

static enum err read_tx(struct db *d, void *cls)
{
    enum err rc;
    bool found;

    TRY(add(d, 30, "read"));
    TRY(db_row_find(d, &COUNT, DB_IN(db_text("read")), DB_OUT(DB_GET_I64(*(int64_t *)cls)),
                    &found));
out:
    return rc;
}

static void test_a_read_finds_what_was_written_before_it(void **state)
{
    int64_t n = 0;

    (void)state;
    assert_int_equal(db_tx_run(db, "read", read_tx, &n), ERR_NONE);
    assert_int_equal(n, 1);
}

static enum err refuse_tx(struct db *d, void *cls)
{
    enum err rc;

    (void)cls;
    TRY(add(d, 40, "refused"));
    rc = ERR_LIMIT;
out:
    return rc;
}

static void test_what_waits_is_forgotten_after_an_error(void **state)
{
    (void)state;
    assert_int_equal(db_tx_run(db, "refuse", refuse_tx, NULL), ERR_LIMIT);
    assert_int_equal(db_tx_run(db, "two", read_tx, &(int64_t){0}), ERR_DB_DUPLICATE); /* 30 */
    assert_int_equal(count("refused"), 0);
}

/* [I3] [R2]: what is sent before an anomaly fails; the anomaly is there already, which is a success
 * of its own, and no other's. */
static enum err anomaly_tx(struct db *d, void *cls)
{
    enum err rc = ERR_NONE;

    if (*(bool *)cls) {
        TRY(add(d, 60, "before"));
        TRY(add(d, 60, "before"));
    }
    TRY(db_anomaly_add(d, "late", 61, "E", 5, 0));
    TRY(add(d, clock_id_new(), "after"));
out:
    return rc;
}

static void test_an_anomaly_hides_no_duplicate_before_it(void **state)
{
    bool twice = false;

    (void)state;
    assert_int_equal(db_tx_run(db, "anomaly", anomaly_tx, &twice), ERR_NONE);
    assert_int_equal(db_tx_run(db, "anomaly", anomaly_tx, &twice), ERR_NONE);
    assert_int_equal(count("late"), 1);
    assert_int_equal(count("after"), 2);
    twice = true;
    assert_int_equal(db_tx_run(db, "anomaly", anomaly_tx, &twice), ERR_DB_DUPLICATE);
    assert_int_equal(count("before"), 0);
    assert_int_equal(count("after"), 2);
}

/* [R2]: a function that takes an error for an answer saves nothing all the same. */
static enum err swallow_tx(struct db *d, void *cls)
{
    enum err rc, first, second;
    int64_t n;
    bool found;

    TRY(add(d, 70, "swallowed"));
    TRY(add(d, 70, "swallowed"));
    first = db_row_find(d, &COUNT, DB_IN(db_text("x")), DB_OUT(DB_GET_I64(n)), &found);
    second = add(d, 71, "swallowed");
    *(bool *)cls = first == ERR_DB_DUPLICATE && second == ERR_DB_DUPLICATE;
out:
    return rc;
}

static void test_an_error_that_was_swallowed_saves_nothing(void **state)
{
    bool told = false;

    (void)state;
    assert_int_equal(db_tx_run(db, "swallow", swallow_tx, &told), ERR_DB_DUPLICATE);
    assert_true(told);
    assert_int_equal(count("swallowed"), 0);
}

static enum err borrowed_tx(struct db *d, void *cls)
{
    char creditor[] = "Città di Prova ';--";
    enum err rc;

    (void)cls;
    TRY(db_later(d, &ADD,
                 DB_IN(db_i64(50), db_text("borrowed"), db_i64(50), db_text(creditor), db_i64(-5),
                       db_instant(1795512896123456)),
                 1));
    memset(creditor, 'x', sizeof creditor - 1);
out:
    return rc;
}

static void test_values_are_copied(void **state)
{
    char creditor[36];
    int64_t cents = 0, at = 0;
    bool found = false;

    (void)state;
    assert_int_equal(db_tx_run(db, "borrowed", borrowed_tx, NULL), ERR_NONE);
    assert_int_equal(
        db_row_find(db, &GET, DB_IN(db_i64(50)),
                    DB_OUT(DB_GET_TEXT(creditor), DB_GET_I64(cents), DB_GET_INSTANT(at)), &found),
        ERR_NONE);
    assert_true(found);
    assert_string_equal(creditor, "Città di Prova ';--");
    assert_int_equal(cents, -5);
    assert_int_equal(at, 1795512896123456);
}

/* More values than one message takes, and more shapes than a connection keeps. */
static enum err many_tx(struct db *d, void *cls)
{
    enum err rc = ERR_NONE;
    int n = *(int *)cls;

    for (int i = 0; i < n; i++)
        TRY(add(d, 100000 + n * 1000 + i, "many"));
out:
    return rc;
}

static void test_many_writes_of_many_shapes(void **state)
{
    int64_t expected = 0;

    (void)state;
    for (int n = 1; n <= 140; n += n < 80 ? 1 : 20) {
        assert_int_equal(db_tx_run(db, "many", many_tx, &n), ERR_NONE);
        expected += n;
    }
    assert_int_equal(count("many"), expected);
}

/* As many instants as one message may carry values. */
static enum err move_tx(struct db *d, void *cls)
{
    enum err rc = ERR_NONE;

    (void)cls;
    for (int64_t us = 1; us < 400; us++)
        TRY(db_later(d, &MOVE, DB_IN(db_instant(us), db_i64(70), db_instant(us)), 1));
out:
    return rc;
}

static enum err still_tx(struct db *d, void *cls)
{
    (void)cls;
    return add(d, 70, "moved");
}

static void test_many_instants(void **state)
{
    (void)state;
    assert_int_equal(db_tx_run(db, "still", still_tx, NULL), ERR_NONE);
    assert_int_equal(db_tx_run(db, "move", move_tx, NULL), ERR_NONE);
}

/* Read into 32 bits: what does not fit is no number at all. */
static void test_a_number_that_does_not_fit_is_an_error(void **state)
{
    static const struct {
        int64_t number;
        enum err want;
    } cases[] = {
        {INT32_MAX, ERR_NONE},
        {INT32_MIN, ERR_NONE},
        {INT64_C(4294967297), ERR_DB_SQL}, /* cut it would be 1 */
        {INT64_C(-2147483649), ERR_DB_SQL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int narrow = 0;
        bool found;
        enum err rc = db_row_find(db, &WIDE, DB_IN(db_i64(cases[i].number)),
                                  DB_OUT(DB_GET_INT(narrow)), &found);

        if (rc != cases[i].want || (rc == ERR_NONE && narrow != cases[i].number))
            fail_msg("case %zu: %s, %d", i, err_name(rc), narrow);
        err_clear();
    }
}

#define FAILS(number)                                                                              \
    {                                                                                              \
        "test_fails",                                                                              \
            "BEGIN NOT ATOMIC SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = " #number                  \
            ", MESSAGE_TEXT = 'test'; END",                                                        \
            0                                                                                      \
    }

/* What is tried again, here or by the caller, and what is a fault of ours. */
static void test_what_the_servers_errors_mean(void **state)
{
    static const struct {
        struct db_stmt stmt;
        enum err want;
    } cases[] = {
        {FAILS(1213), ERR_DB_REPLAY}, /* deadlock [F32] */
        {FAILS(1205), ERR_DB_REPLAY}, /* lock wait [F33] */
        {FAILS(1020), ERR_DB_REPLAY}, /* record changed [F33] */
        {FAILS(1969), ERR_DB_REPLAY}, /* max_statement_time */
        {FAILS(1047), ERR_DB_LOST},   /* a node without quorum [F34] */
        {FAILS(1290), ERR_DB_LOST},   /* --read-only: the writer is elsewhere [F31] */
        {FAILS(1836), ERR_DB_LOST},   /* --innodb-read-only */
        {FAILS(1461), ERR_DB_LOST},   /* too many prepared statements: ours go with the link */
        {FAILS(1021), ERR_DB_FULL},   /* disk full [F39] */
        {FAILS(1026), ERR_DB_FULL},   /* error writing a file */
        {FAILS(1114), ERR_DB_FULL},   /* table full */
        {FAILS(1062), ERR_DB_DUPLICATE}, {FAILS(1406), ERR_DB_SQL}, /* data too long */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum err rc = db_exec(db, &cases[i].stmt, DB_NONE_IN, NULL);

        if (rc != cases[i].want) fail_msg("%s: %s", cases[i].stmt.sql, err_name(rc));
        err_clear();
        assert_int_equal(count("nothing"), 0); /* the next statement is sent, connected anew */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_transaction_of_writes_is_one_message),
        cmocka_unit_test(test_another_number_of_rows_saves_nothing),
        cmocka_unit_test(test_a_duplicate_saves_nothing),
        cmocka_unit_test(test_a_read_finds_what_was_written_before_it),
        cmocka_unit_test(test_what_waits_is_forgotten_after_an_error),
        cmocka_unit_test(test_an_anomaly_hides_no_duplicate_before_it),
        cmocka_unit_test(test_an_error_that_was_swallowed_saves_nothing),
        cmocka_unit_test(test_values_are_copied),
        cmocka_unit_test(test_many_writes_of_many_shapes),
        cmocka_unit_test(test_many_instants),
        cmocka_unit_test(test_a_number_that_does_not_fit_is_an_error),
        cmocka_unit_test(test_what_the_servers_errors_mean),
    };

    return cmocka_run_group_tests(tests, database_start, database_stop);
}
