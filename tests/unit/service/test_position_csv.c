/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_instalments_number_is_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
