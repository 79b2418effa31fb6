/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file metric.h
 * Counters, gauges and duration histograms from metric.def, in Prometheus' text format.
 * Labels come from fixed lists, never from ids. Thread-safe, lock-free on the hot path. */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/buf.h"

enum metric {
#define METRIC(id, kind, name, label, help) METRIC_##id,
#include "base/metric.def"
#undef METRIC
    METRIC_COUNT
};

/** Distinct labels of one metric that are told apart; later ones are counted as "other". */
#define METRIC_LABELS 256

/** Add to a counter. label: a short name from a fixed list, NULL where the metric has none. Of a
 * metric with two labels, as "operation_outcome", it is both with a colon: "activate:OK". */
void metric_add(enum metric m, const char *label, int64_t n);
/** Set a gauge. */
void metric_set(enum metric m, const char *label, int64_t value);
/** Observe a duration in a histogram (buckets 1 ms … 10 s). */
void metric_observe_us(enum metric m, const char *label, int64_t us);
/** All series as text exposition format 0.0.4. */
MUST_USE enum err metric_print(struct buf *out);

#endif
