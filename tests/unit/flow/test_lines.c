/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a finished text must be: each line right, and all of them the flow's. */
#include "flow/format.h"
#include "flow/tally.h"
#include "xml/scratch.h"

struct row {
    const char *text;
    const char *says; /* NULL: right, with 2 records of 3.00 */
};

static void check(const struct flow_format *format, const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *path = scratch_write("f", rows[i].text);
        enum err rc;

        err_clear();
        rc = flow_tally_file(format, path, 2, 300);
        if (rows[i].says == NULL
                ? rc != ERR_NONE
                : rc != ERR_FLOW_FORMAT || strstr(err_detail()->field, rows[i].says) == NULL)
            fail_msg("row %zu: %s %s", i, err_name(rc), err_detail()->field);
    }
}

#define HEAD "a;b;c\r\n"
#define ONE "1;1,00;x\r\n"
#define TWO "2;2,00;y\r\n"

static void test_tables(void **state)
{
    static const struct row rows[] = {
        {HEAD ONE TWO, NULL},
        {HEAD "1;1,00;\"a;\"\"\r\n=b\"\r\n" TWO, NULL},
        {HEAD "-1;1,00;-1,5\r\n" TWO, NULL},      /* a negative number is no formula */
        {HEAD "1;4,00;x\r\n2;-1,00;y\r\n", NULL}, /* what was reversed is taken off */
        {HEAD ONE "2;--2,00;y\r\n", ":3: a cell that begins as a formula"},
        {HEAD ONE, "1 records of 100 cents, not 2 of 300"},
        {HEAD ONE TWO ONE, "3 records"},
        {HEAD ONE ONE, "2 records of 200 cents"},
        {ONE TWO, "1 records"}, /* the head is no record */
        {"", "-1 records"},
        {HEAD ONE "2;2,00\r\n", ":3: another number of cells"},
        {HEAD ONE "2;2,00;y;z\r\n", ":3: another number of cells"},
        {HEAD ONE "2;2.00;y\r\n", ":3: no amount"},
        {HEAD ONE "2;2,000;y\r\n", ":3: no amount"},
        {HEAD ONE "2;;y\r\n", ":3: no amount"},
        {HEAD ONE "2;000000000000000000000000000000000000002,00;y\r\n", ":3: an amount"},
        {HEAD ONE "2;2,00;=1+1\r\n", ":3: a cell that begins as a formula"},
        {HEAD ONE "2;2,00;+cmd\r\n", "formula"},
        {HEAD ONE "2;2,00;-x\r\n", "formula"},
        {HEAD ONE "2;2,00;@SUM(A1)\r\n", "formula"},
        {HEAD ONE "2;2,00;\tx\r\n", "formula"},
        {HEAD ONE "2;2,00;\"\rx\"\r\n", "formula"},
        {HEAD ONE "2;2,00;y\"\r\n", "/f: line 3: a quote"},
        {HEAD ONE "2;2,00;\"\nx\"\r\n", "formula"},
        {HEAD ONE "2;2,00;＝1+1\r\n", "formula"},
        {HEAD ONE "2;2,00;\"y\r\n", "line 3: a quote"},
    };
    const struct flow_format format = {
        .shape = FLOW_SHAPE_TABLE,
        .table = {.separator = ';', .decimal = ',', .columns = 3, .amount = 2}};

    (void)state;
    check(&format, rows, ARRAY_LEN(rows));
}

#define F_HEAD "H123456789\r\n"
#define F_ONE "RxxxP00100\r\n"
#define F_TWO "RxxxP00200\r\n"
#define F_TAIL "T020003000\r\n"

static void test_fixed_lines(void **state)
{
    static const struct row rows[] = {
        {F_HEAD F_ONE F_TWO F_TAIL, NULL},
        {F_HEAD "RxxxP00400\r\nRxxxP-0100\r\n" F_TAIL, NULL},
        {F_HEAD "RxxxP00400\r\nRxxxP0-100\r\n" F_TAIL, ":3: something else than digits"},
        {F_HEAD F_ONE F_TAIL, "1 records of 100 cents, not 2 of 300"},
        {F_HEAD F_ONE F_ONE F_TAIL, "2 records of 200 cents"},
        {F_HEAD F_ONE F_TWO "T030003000\r\n", "3 records of 300 cents"},
        {F_HEAD F_ONE F_TWO "T020003010\r\n", "2 records of 301 cents"},
        {F_HEAD F_ONE F_TWO, ":3: no tail"},
        {"", "no tail"},
        {F_ONE F_TWO F_TAIL, ":1: no head"},
        {F_HEAD F_ONE F_TWO F_TAIL F_ONE, ":5: a line after the tail"},
        {F_HEAD F_ONE F_HEAD F_TWO F_TAIL, ":3: neither record nor tail"},
        {F_HEAD F_ONE "RxxxP0020\r\n" F_TAIL, ":3: not of the width"},
        {F_HEAD F_ONE "RxxxP002000\r\n" F_TAIL, ":3: not of the width"},
        {F_HEAD F_ONE "Rx\nxP00200\r\n" F_TAIL, ":3: not of the width"},
        {F_HEAD F_ONE F_TWO "T020003000\n", ":4: not of the width"},
        {F_HEAD F_ONE "RxxxP 0200\r\n" F_TAIL, ":3: something else than digits"},
    };
    const struct flow_format format = {.shape = FLOW_SHAPE_FIXED,
                                       .fixed = {.width = 10,
                                                 .head = "H",
                                                 .record = "R",
                                                 .tail = "T",
                                                 .amount = {6, 10},
                                                 .count = {2, 3},
                                                 .sum = {4, 9}}};

    (void)state;
    check(&format, rows, ARRAY_LEN(rows));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tables, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_fixed_lines, scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests_name("flow/lines", tests, NULL, NULL);
}
