/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log lines: one event, one line, whatever is in a value; never waited for [F65]. */
#include "xml/scratch.h"

#include "base/log.h"
#include "base/metric.h"

#include <errno.h>

static int pipe_fds[2], stderr_kept;

static int setup(void **state)
{
    (void)state;
    err_clear();
    log_set_level(LOG_INFO);
    log_set_request("");
    stderr_kept = dup(STDERR_FILENO);
    return pipe(pipe_fds) != 0 || dup2(pipe_fds[1], STDERR_FILENO) < 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)dup2(stderr_kept, STDERR_FILENO);
    (void)close(stderr_kept);
    (void)close(pipe_fds[0]);
    (void)close(pipe_fds[1]);
    return 0;
}

/* What was logged since the last call, without the stamp of the first line. */
static const char *logged(void)
{
    static char text[8192];
    ssize_t n;

    (void)fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
    n = read(pipe_fds[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    return n > 28 ? text + 28 : text; /* "ts=2026-03-02T09:14:07.231Z " */
}

static void test_a_line_has_its_fields_in_order(void **state)
{
    const char *line;

    (void)state;
    log_event(LOG_WARN, "outbox.retry", LOG_TEXT("ente", "77777777777"), LOG_INT("try", -3),
              LOG_TEXT("none", NULL));
    line = logged();
    assert_string_equal(line, "level=warn event=outbox.retry ente=77777777777 try=-3 none=\"\"\n");
    line -= 28;
    assert_int_equal(strncmp(line, "ts=20", 5), 0);
    assert_int_equal(line[22], '.');
    assert_int_equal(strncmp(line + 26, "Z ", 2), 0);
    log_set_request("7f3a91");
    log_event(LOG_INFO, "x", LOG_INT("n", INT64_MIN));
    assert_string_equal(logged(), "level=info event=x req=7f3a91 n=-9223372036854775808\n");
}

static void test_a_value_cannot_forge_a_line_a_field_or_a_terminal_command(void **state)
{
    static const struct {
        const char *value, *want;
    } cases[] = {
        {"plain-1:2/3", "plain-1:2/3"},
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"a=b", "\"a=b\""},
        {"say \"x\"", "\"say \\\"x\\\"\""},
        {"back\\slash", "\"back\\\\slash\""},
        {"x\r\nts=1 level=error", "\"x\\x0d\\x0ats=1 level=error\""},
        {"\033[2J\t\x7f", "\"\\x1b[2J\\x09\\x7f\""},
        {"\xc2\x9b"
         "31m citt\xc3\xa0",
         "\"\\xc2\\x9b31m citt\\xc3\\xa0\""},
    };
    char want[200];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        log_event(LOG_INFO, "x", LOG_TEXT("v", cases[i].value));
        (void)snprintf(want, sizeof want, "level=info event=x v=%s\n", cases[i].want);
        assert_string_equal(logged(), want);
    }
}

static void test_a_long_line_is_cut_and_still_one_line(void **state)
{
    char value[9000];
    const char *line;

    (void)state;
    memset(value, '\n', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    log_event(LOG_INFO, "x", LOG_TEXT("v", value), LOG_TEXT("w", value));
    line = logged() - 28;
    assert_true(strlen(line) > 4000 && strlen(line) <= 4096);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void test_levels_below_the_threshold_are_silent(void **state)
{
    (void)state;
    log_set_level(LOG_WARN);
    log_event(LOG_INFO, "x", LOG_INT("n", 1));
    assert_string_equal(logged(), "");
    log_event(LOG_ERROR, "y", LOG_INT("n", 1));
    assert_string_equal(logged(), "level=error event=y n=1\n");
}

static void test_an_error_is_logged_with_its_first_detail(void **state)
{
    char want[200];
    int line = __LINE__ + 1;
    enum err rc = err_set(ERR_PEER_TIMEOUT, "station 1");

    (void)state;
    log_err("outbox.retry", rc);
    (void)snprintf(want, sizeof want,
                   "level=warn event=outbox.retry err=PEER_TIMEOUT field=\"station 1\" "
                   "at=test_log.c:%d\n",
                   line);
    assert_string_equal(logged(), want);
    err_clear();
    log_err("x", ERR_CONFIG);
    assert_string_equal(logged(), "level=error event=x err=CONFIG\n");
}

/* Would hang here if a full pipe were waited for. */
static void test_a_full_pipe_drops_and_counts(void **state)
{
    struct buf metrics = BUF_INIT(1 << 20);
    char bytes[4096];

    (void)state;
    memset(bytes, 'x', sizeof bytes);
    (void)fcntl(pipe_fds[1], F_SETFL, O_NONBLOCK);
    while (write(pipe_fds[1], bytes, sizeof bytes) > 0)
        ;
    assert_int_equal(errno, EAGAIN);
    (void)fcntl(pipe_fds[1], F_SETFL, 0);
    log_event(LOG_INFO, "lost", LOG_INT("n", 1));
    log_event(LOG_INFO, "lost", LOG_INT("n", 2));
    assert_int_equal(metric_print(&metrics), ERR_NONE);
    assert_non_null(strstr(buf_str(&metrics), "\npayer_log_dropped_total 2\n"));
    buf_free(&metrics);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_line_has_its_fields_in_order),
        CASE(test_a_value_cannot_forge_a_line_a_field_or_a_terminal_command),
        CASE(test_a_long_line_is_cut_and_still_one_line),
        CASE(test_levels_below_the_threshold_are_silent),
        CASE(test_an_error_is_logged_with_its_first_detail),
        CASE(test_a_full_pipe_drops_and_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
