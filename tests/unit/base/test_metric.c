/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics in Prometheus' text format 0.0.4. */
#include "xml/scratch.h"

#include "base/metric.h"

#include <pthread.h>

static struct buf text = BUF_INIT(1 << 20);

static void wanted(const char *lines)
{
    if (!strstr(buf_str(&text), lines)) fail_msg("not found: %s\nin: %s", lines, buf_str(&text));
}

static void print(void)
{
    buf_reset(&text);
    assert_int_equal(metric_print(&text), ERR_NONE);
}

static void test_series_without_labels_are_there_from_the_start(void **state)
{
    (void)state;
    print();
    wanted("# HELP payer_bugs_total internal errors that should not happen\n"
           "# TYPE payer_bugs_total counter\npayer_bugs_total 0\n");
    wanted("# TYPE payer_connections gauge\npayer_connections 0\n");
    wanted("# TYPE payer_request_seconds histogram\n#");
}

static void test_labels_are_split_and_escaped(void **state)
{
    (void)state;
    metric_add(METRIC_REQUEST, "verifyPaymentNotice:OK", 1);
    metric_add(METRIC_REQUEST, "verifyPaymentNotice:OK", 2);
    metric_add(METRIC_REQUEST, "verifyPaymentNotice:PPT_X", 1);
    metric_add(METRIC_REQUEST, "odd", 1);
    metric_add(METRIC_REFUSED, "4\"0\\0\n", 5);
    metric_set(METRIC_QUEUE, NULL, 7);
    metric_set(METRIC_QUEUE, NULL, 3);
    print();
    wanted("payer_requests_total{operation=\"verifyPaymentNotice\",outcome=\"OK\"} 3\n"
           "payer_requests_total{operation=\"verifyPaymentNotice\",outcome=\"PPT_X\"} 1\n"
           "payer_requests_total{operation=\"odd\",outcome=\"\"} 1\n");
    wanted("payer_http_refused_total{status=\"4\\\"0\\\\0\\n\"} 5\n");
    wanted("payer_queue_length 3\n");
}

static void test_histograms_count_up(void **state)
{
    (void)state;
    metric_observe_us(METRIC_REQUEST_TIME, "verify", 1000);
    metric_observe_us(METRIC_REQUEST_TIME, "verify", 1001);
    metric_observe_us(METRIC_REQUEST_TIME, "verify", 99000000);
    print();
    wanted("payer_request_seconds_bucket{operation=\"verify\",le=\"0.001\"} 1\n"
           "payer_request_seconds_bucket{operation=\"verify\",le=\"0.0025\"} 2\n");
    wanted("payer_request_seconds_bucket{operation=\"verify\",le=\"10\"} 2\n"
           "payer_request_seconds_bucket{operation=\"verify\",le=\"+Inf\"} 3\n"
           "payer_request_seconds_count{operation=\"verify\"} 3\n"
           "payer_request_seconds_sum{operation=\"verify\"} 99.002001\n");
}

static void *add_many(void *cls)
{
    char label[8];

    (void)cls;
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(label, sizeof label, "%d", i % 100);
        metric_add(METRIC_OUTBOX_SENT, label, 1);
    }
    return NULL;
}

static void test_threads_lose_no_count(void **state)
{
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    print();
    for (int i = 0; i < 100; i++) {
        char line[80];

        (void)snprintf(line, sizeof line, "payer_outbox_sent_total{result=\"%d\"} 800\n", i);
        wanted(line);
    }
}

/* Last: it fills a table. */
static void test_too_many_labels_are_counted_together(void **state)
{
    char label[16];

    (void)state;
    for (int i = 0; i < METRIC_LABELS + 10; i++) {
        (void)snprintf(label, sizeof label, "x%d", i);
        metric_add(METRIC_REFUSED, label, 1);
    }
    print();
    wanted("payer_http_refused_total{status=\"other\"} 11\n"); /* one was there before */
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_series_without_labels_are_there_from_the_start),
        cmocka_unit_test(test_labels_are_split_and_escaped),
        cmocka_unit_test(test_histograms_count_up),
        cmocka_unit_test(test_threads_lose_no_count),
        cmocka_unit_test(test_too_many_labels_are_counted_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
