/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char HEADER[] = "creditor,own_id,debt_type,debtor_kind,debtor_code,debtor_name,"
                             "description,option,instalment,amount,due_date\n";

/* The instalment's number that a row with that text gets; -1: refused. */
static int number_of(const char *text)
{
    char path[] = "/tmp/payer-position-XXXXXX";
    int fd = mkstemp(path), number = -1;
    struct buf file = BUF_INIT(4096);
    struct arena arena = ARENA_INIT((size_t)1 << 20);
    struct position_csv *reader = NULL;
    struct position_csv_item item;
    bool more;

    assert_int_equal(buf_printf(&file,
                                "%s77777777777,T-1,TARI,F,RSSMRA45C12F205C,Rossi,TARI,plan,%s,"
                                "1.00,2026-06-30\n",
                                HEADER, text),
                     ERR_NONE);
    assert_true(fd >= 0 && write(fd, file.bytes, file.len) == (ssize_t)file.len && close(fd) == 0);
    assert_int_equal(position_csv_open(path, &reader), ERR_NONE);
    assert_int_equal(position_csv_next(reader, &arena, &item, &more), ERR_NONE);
    assert_true(more && item.position);
    if (*item.refusal.code) {
        assert_string_equal(item.refusal.code, "FIELD_SYNTAX");
        assert_string_equal(item.place.field, "instalment");
        assert_string_equal(item.place.value, text);
    } else {
        number = item.position->instalments[0].number;
    }
    position_csv_close(&reader);
    arena_free(&arena);
    buf_free(&file);
    assert_int_equal(unlink(path), 0);
    return number;
}

/* What an int does not hold must not come round to a number that is right. */
static void test_an_instalments_number_is_digits(void **state)
{
    static const struct {
        const char *text;
        int want;
    } cases[] = {{"1", 1},   {"", 1},    {"007", 7}, {"999", 999}, {"1000", -1}, {"4294967297", -1},
                 {" 1", -1}, {"+1", -1}, {"-1", -1}, {"1x", -1},   {"x", -1},    {"1 ", -1}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (number_of(cases[i].text) != cases[i].want) fail_msg("\"%s\"", cases[i].text);
}

/* What becomes of a file: own ids of what is read, "-" and the own id of what is refused whole, "!"
 * and the line of a broken record. */
static void outline(const char *text, char out[200])
{
    char path[] = "/tmp/payer-position-XXXXXX";
    int fd = mkstemp(path);
    struct arena arena = ARENA_INIT((size_t)1 << 20);
    struct position_csv *reader = NULL;
    struct position_csv_item item;
    size_t len = 0;
    bool more = true;

    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
                close(fd) == 0);
    assert_int_equal(position_csv_open(path, &reader), ERR_NONE);
    for (;;) {
        assert_int_equal(position_csv_next(reader, &arena, &item, &more), ERR_NONE);
        if (!more) break;
        len +=
            (size_t)(item.position ? snprintf(out + len, 200 - len, "%s%s ",
                                              *item.refusal.code ? "-" : "", item.position->own_id)
                                   : snprintf(out + len, 200 - len, "!%ld ", item.place.line));
    }
    position_csv_close(&reader);
    arena_free(&arena);
    assert_int_equal(unlink(path), 0);
}

#define HEAD_OF_ONE "creditor,own_id,debt_type,debtor_kind,debtor_code,debtor_name,description,"
#define PLAN(id, n) "E," id ",TARI,F,C,Rossi,Rata,plan," n ",1.00,2026-06-30\n"
#define ONE(id) "E," id ",TARI,F,C,Rossi,Rata,1.00,2026-06-30\n"
#define BROKEN "E,\"A\"x,TARI,F,C,Rossi,Rata,1.00,2026-06-30\n"

/* No position is loaded without one of its instalments, wherever the broken record stands. */
static void test_a_broken_record_may_be_a_neighbours(void **state)
{
    static const struct {
        const char *head, *rows, *want;
    } cases[] = {
        {HEADER, BROKEN PLAN("A", "2") PLAN("A", "3") PLAN("B", "1"), "!2 -A B "},
        {HEADER, PLAN("A", "1") BROKEN PLAN("A", "3") PLAN("B", "1"), "-A !3 -A B "},
        {HEADER, PLAN("A", "1") PLAN("A", "2") BROKEN PLAN("B", "1") PLAN("C", "1"), "-A !4 -B C "},
        {HEADER, BROKEN "x\n" PLAN("A", "1") PLAN("B", "1"), "!2 !3 -A B "},
        /* where a position has one row, it is none of the next one's */
        {HEAD_OF_ONE "amount,due_date\n", BROKEN ONE("A") ONE("B"), "!2 A B "},
    };
    char text[2000], got[200];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        (void)snprintf(text, sizeof text, "%s%s", cases[i].head, cases[i].rows);
        outline(text, got);
        assert_string_equal(got, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_broken_record_may_be_a_neighbours),
        cmocka_unit_test(test_an_instalments_number_is_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
