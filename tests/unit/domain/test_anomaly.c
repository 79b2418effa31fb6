/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of anomalies agree with one another. */
#include "domain/cases.h"

#include "domain/anomaly.h"

#include <string.h>

static void test_each_line_that_is_looked_at_has_a_kind(void **state)
{
    static const char *const of_lines[] = {
#define PSP_LINE(state, anomaly, what) anomaly,
#include "domain/psp_flow_line.def"
#undef PSP_LINE
    };

    (void)state;
    for (size_t i = 0; i < sizeof of_lines / sizeof *of_lines; i++)
        if (*of_lines[i] && !anomaly_kind_find(of_lines[i]))
            fail_msg("%s has no row in anomaly_kind.def", of_lines[i]);
}

static void test_names_are_read_back_and_fit(void **state)
{
    (void)state;
    for (enum anomaly_reason r = ANOMALY_REASON_NONE + 1; r < ANOMALY_REASON_COUNT; r++) {
        assert_int_equal(anomaly_reason_parse(anomaly_reason_name(r)), r);
        assert_in_range(strlen(anomaly_reason_name(r)), 1, 16);
    }
    for (enum anomaly_state s = ANOMALY_NONE + 1; s < ANOMALY_COUNT; s++)
        assert_int_equal(anomaly_state_parse(anomaly_state_name(s)), s);
    for (size_t i = 0; i < anomaly_n_kinds; i++)
        assert_in_range(strlen(anomaly_kinds[i].name), 1, 32);
    assert_int_equal(anomaly_reason_parse(""), ANOMALY_REASON_NONE);
    assert_int_equal(anomaly_reason_parse("ACCEPTED"), ANOMALY_REASON_NONE);
    assert_int_equal(anomaly_state_parse("DONE"), ANOMALY_NONE);
    assert_null(anomaly_kind_find("late "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_that_is_looked_at_has_a_kind),
        cmocka_unit_test(test_names_are_read_back_and_fit),
    };

    return cmocka_run_group_tests_name("domain/anomaly", tests, NULL, NULL);
}
