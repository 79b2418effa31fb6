/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values and errors, between C and a private database. */
#include "db/fixture.h"

static const struct db_stmt ADD = {
    "test_add",
    "INSERT INTO anomaly (id, kind, payment_id, creditor, amount_cents, state, created_at)"
    " VALUES (70, 'moved', 70, 'E', 1, 'OPEN', '1970-01-01')",
    0,
};
static const struct db_stmt MOVE = {
    "test_move",
    "UPDATE anomaly SET created_at = ? WHERE id = ? AND created_at < ?",
    0,
};
static const struct db_stmt WIDE = {"test_wide", "SELECT ?", 0};

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

static void test_many_instants(void **state)
{
    (void)state;
    assert_int_equal(db_exec(db, &ADD, DB_NONE_IN, NULL), ERR_NONE);
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
        int64_t now_us;

        if (rc != cases[i].want) fail_msg("%s: %s", cases[i].stmt.sql, err_name(rc));
        err_clear();
        assert_int_equal(db_now(db, &now_us), ERR_NONE); /* connected anew, where it was lost */
    }
}

/* What an injected text would need. [R16] */
static void test_a_text_is_one_statement(void **state)
{
    (void)state;
    assert_int_equal(db_script(db, "DO 1; DO 2"), ERR_DB_SQL);
    err_clear();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_instants),
        cmocka_unit_test(test_a_number_that_does_not_fit_is_an_error),
        cmocka_unit_test(test_what_the_servers_errors_mean),
        cmocka_unit_test(test_a_text_is_one_statement),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_stop);
}
