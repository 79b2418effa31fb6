/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/metric.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define LABEL_MAX 95

enum kind { COUNTER, GAUGE, GAUGE_US, HISTOGRAM };

static const struct {
    enum kind kind;
    const char *name, *label, *help;
} defs[METRIC_COUNT] = {
#define METRIC(id, kind, name, label, help) [METRIC_##id] = {kind, name, label, help},
#include "base/metric.def"
#undef METRIC
};

static const char *const kind_names[] = {
    [COUNTER] = "counter", [GAUGE] = "gauge", [GAUGE_US] = "gauge", [HISTOGRAM] = "histogram"};

static const struct {
    int64_t us;
    const char *text;
} buckets[] = {
    {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},     {25000, "0.025"},
    {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},     {1000000, "1"},
    {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"}, {INT64_MAX, "+Inf"},
};

/* value: the counter or gauge; of a histogram the sum in microseconds. */
struct series {
    char label[LABEL_MAX + 1];
    _Atomic int64_t value;
    _Atomic int64_t counts[ARRAY_LEN(buckets)];
};

/* A series is written whole before count shows it, and never goes: readers need no lock. */
static struct {
    _Atomic unsigned count;
    struct series series[METRIC_LABELS + 1];
} tables[METRIC_COUNT];
static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;

static struct series *series_find(enum metric m, const char *label, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (strncmp(tables[m].series[i].label, label, LABEL_MAX) == 0) return &tables[m].series[i];
    return NULL;
}

/* What comes after the last free place is counted together, so that totals stay right. */
static struct series *series_add(enum metric m, const char *label)
{
    struct series *s;
    unsigned count;

    pthread_mutex_lock(&adding);
    count = atomic_load(&tables[m].count);
    if (count >= METRIC_LABELS) label = "other";
    s = series_find(m, label, count);
    if (!s) {
        s = &tables[m].series[count];
        snprintf(s->label, sizeof s->label, "%s", label);
        atomic_store(&tables[m].count, count + 1);
    }
    pthread_mutex_unlock(&adding);
    return s;
}

static struct series *series_get(enum metric m, const char *label)
{
    const char *name = label ? label : "";
    struct series *s = series_find(m, name, atomic_load(&tables[m].count));

    return s ? s : series_add(m, name);
}

void metric_add(enum metric m, const char *label, int64_t n)
{
    atomic_fetch_add(&series_get(m, label)->value, n);
}

void metric_set(enum metric m, const char *label, int64_t value)
{
    atomic_store(&series_get(m, label)->value, value);
}

void metric_observe_us(enum metric m, const char *label, int64_t us)
{
    struct series *s = series_get(m, label);
    size_t i = 0;

    while (us > buckets[i].us)
        i++;
    atomic_fetch_add(&s->counts[i], 1);
    atomic_fetch_add(&s->value, us);
}

static enum err print_quoted(struct buf *out, const char *text, size_t len)
{
    enum err rc;

    TRY(buf_text(out, "\""));
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n') {
            TRY(buf_text(out, "\\n"));
            continue;
        }
        if (text[i] == '"' || text[i] == '\\') TRY(buf_text(out, "\\"));
        TRY(buf_add(out, text + i, 1));
    }
    TRY(buf_text(out, "\""));
out:
    return rc;
}

/* The name "operation_outcome" with the label "verify:OK" prints as two labels. */
static enum err print_labels(struct buf *out, const char *names, const char *label, const char *le)
{
    const char *cut = strchr(names, '_'), *colon = strchr(label, ':');
    size_t first = colon && cut ? (size_t)(colon - label) : strlen(label);
    enum err rc = ERR_NONE;

    if (!*names && !le) goto out;
    TRY(buf_text(out, "{"));
    if (*names) {
        TRY(buf_printf(out, "%.*s=", (int)(cut ? cut - names : (int)strlen(names)), names));
        TRY(print_quoted(out, label, first));
    }
    if (cut) {
        TRY(buf_printf(out, ",%s=", cut + 1));
        TRY(print_quoted(out, colon ? colon + 1 : "", colon ? strlen(colon + 1) : 0));
    }
    if (le) TRY(buf_printf(out, "%sle=\"%s\"", *names ? "," : "", le));
    TRY(buf_text(out, "}"));
out:
    return rc;
}

static enum err print_value(struct buf *out, enum metric m, const char *suffix,
                            const struct series *s, const char *le, const char *value)
{
    enum err rc;

    TRY(buf_printf(out, "%s%s", defs[m].name, suffix));
    TRY(print_labels(out, defs[m].label, s->label, le));
    TRY(buf_printf(out, " %s\n", value));
out:
    return rc;
}

static enum err print_histogram(struct buf *out, enum metric m, const struct series *s)
{
    int64_t total = 0, sum = atomic_load(&s->value);
    char value[48];
    enum err rc;

    for (size_t i = 0; i < ARRAY_LEN(buckets); i++) {
        total += atomic_load(&s->counts[i]);
        snprintf(value, sizeof value, "%" PRId64, total);
        TRY(print_value(out, m, "_bucket", s, buckets[i].text, value));
    }
    TRY(print_value(out, m, "_count", s, NULL, value));
    snprintf(value, sizeof value, "%" PRId64 ".%06d", sum / 1000000, (int)(sum % 1000000));
    TRY(print_value(out, m, "_sum", s, NULL, value));
out:
    return rc;
}

static enum err print_series(struct buf *out, enum metric m, const struct series *s)
{
    char value[48];
    int64_t n = atomic_load(&s->value);

    if (defs[m].kind == HISTOGRAM) return print_histogram(out, m, s);
    if (defs[m].kind == GAUGE_US)
        snprintf(value, sizeof value, "%" PRId64 ".%06d", n / 1000000, (int)(n % 1000000));
    else
        snprintf(value, sizeof value, "%" PRId64, n);
    return print_value(out, m, "", s, NULL, value);
}

enum err metric_print(struct buf *out)
{
    enum err rc;

    for (enum metric m = 0; m < METRIC_COUNT; m++) {
        /* One without labels is there from the start at 0: its absence would mean a dead hub. */
        if (!*defs[m].label) (void)series_get(m, NULL);
        TRY(buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", defs[m].name, defs[m].help,
                       defs[m].name, kind_names[defs[m].kind]));
        for (unsigned i = 0; i < atomic_load(&tables[m].count); i++)
            TRY(print_series(out, m, &tables[m].series[i]));
    }
out:
    return rc;
}
