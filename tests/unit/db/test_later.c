/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes that go with their COMMIT, on a private database. */
#include "db/fixture.h"

#include "base/clock.h"
#include "db/ledger.h"

#include <string.h>

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

/* Only its duplicate: what does not fit is an error, not a row that says something else. */
static enum err unfit_tx(struct db *d, void *cls)
{
    return db_anomaly_add(d, cls, 62, "E", 5, 0);
}

static void test_an_anomaly_that_does_not_fit_is_an_error(void **state)
{
    char kind[] = "a kind that is longer than its column";

    (void)state;
    assert_int_equal(db_tx_run(db, "anomaly", unfit_tx, kind), ERR_DB_SQL);
    kind[32] = '\0';
    assert_int_equal(count(kind), 0);
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

struct asking_ids {
    int64_t ids[2][3];
    int run;
    enum err first; /* what ends the first run */
};

static enum err ids_tx(struct db *d, void *cls)
{
    struct asking_ids *a = cls;

    for (int i = 0; i < 3; i++)
        a->ids[a->run][i] = db_id_new(d);
    return a->run++ ? ERR_NONE : err_set(a->first, "test");
}

/* [R1]: a transaction that runs again has the ids that it had; unless one of them may be what was
 * there already. The next one has others. */
static void test_a_transaction_has_its_ids(void **state)
{
    static const enum err firsts[] = {ERR_DB_REPLAY, ERR_DB_CONFLICT, ERR_DB_LOST,
                                      ERR_DB_DUPLICATE};
    int64_t last = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(firsts); i++) {
        struct asking_ids a = {.first = firsts[i]};

        assert_int_equal(db_tx_run(db, "ids", ids_tx, &a), ERR_NONE);
        assert_int_equal(a.run, 2);
        for (int k = 0; k < 3; k++) {
            assert_true(a.ids[1][k] > last);
            last = a.ids[1][k];
            if ((a.ids[0][k] == last) != (firsts[i] != ERR_DB_DUPLICATE))
                fail_msg("%s, id %d", err_name(firsts[i]), k);
        }
    }
    assert_true(db_id_new(db) > last);
    assert_true(db_id_new(db) != db_id_new(db));
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
        cmocka_unit_test(test_an_anomaly_that_does_not_fit_is_an_error),
        cmocka_unit_test(test_a_transaction_has_its_ids),
        cmocka_unit_test(test_an_error_that_was_swallowed_saves_nothing),
        cmocka_unit_test(test_values_are_copied),
        cmocka_unit_test(test_many_writes_of_many_shapes),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_stop);
}
