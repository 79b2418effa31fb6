/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What long work says of itself where nobody watches: whole lines. */
#include "base/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    int64_t total, done, part, whole;
    const char *want; /* before the seconds */
} cases[] = {
    {0, 12000, 0, 0, "12000 positions, "},
    {24000, 12000, 0, 0, "12000 of 24000 positions, "},
    {0, 12000, 341, 1000, "12000 positions, 34 % of the input, "},
    {0, 12000, 1000, 1000, "12000 positions, 100 % of the input, "},
};

static void said(const struct progress *as, int64_t done, char out[200])
{
    struct progress p = *as;
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO);
    size_t n;

    assert_non_null(file);
    dup2(fileno(file), STDERR_FILENO);
    progress_step(&p, done);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(file);
    n = fread(out, 1, 199, file);
    out[n] = 0;
    fclose(file);
}

static void test_a_line_when_it_is_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct progress p;
        char text[200];

        progress_begin(&p, "positions", cases[i].total, false);
        p.terminal = false; /* whoever runs this may have one */
        progress_read(&p, cases[i].part, cases[i].whole);
        p.next_us = INT64_MAX;
        said(&p, cases[i].done, text);
        assert_string_equal(text, "");
        p.next_us = 0;
        said(&p, cases[i].done, text);
        if (strncmp(text, cases[i].want, strlen(cases[i].want)) != 0 || !strstr(text, " s\n"))
            fail_msg("\"%s\", wanted \"%s…\"", text, cases[i].want);
        p.silent = true;
        said(&p, cases[i].done, text);
        assert_string_equal(text, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_line_when_it_is_time)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
