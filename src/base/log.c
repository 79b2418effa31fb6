/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/log.h"

#include "base/clock.h"
#include "base/metric.h"

#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A pipe takes PIPE_BUF bytes whole or not at all, and poll() says which. */
#define LINE_MAX_BYTES 4096
#define REQUEST_MAX 40
_Static_assert(LINE_MAX_BYTES <= PIPE_BUF, "a line must be one atomic write");

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};

static const enum log_level class_levels[ERR_CLASS_COUNT] = {
    [ERR_CLASS_NONE] = LOG_INFO,      [ERR_CLASS_USAGE] = LOG_INFO,
    [ERR_CLASS_CALLER] = LOG_INFO,    [ERR_CLASS_INPUT] = LOG_WARN,
    [ERR_CLASS_PEER] = LOG_WARN,      [ERR_CLASS_INTERNAL] = LOG_ERROR,
    [ERR_CLASS_OUTPUT] = LOG_ERROR,   [ERR_CLASS_TRANSIENT] = LOG_WARN,
    [ERR_CLASS_FORBIDDEN] = LOG_WARN, [ERR_CLASS_CONFIG] = LOG_ERROR,
};

struct line {
    size_t len;
    char bytes[LINE_MAX_BYTES];
};

static _Atomic enum log_level threshold = LOG_INFO;
static _Thread_local char request[REQUEST_MAX + 1];
/* Between poll and write no other thread may fill the pipe. */
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

/* One byte is kept for the newline; what does not fit is cut. */
static void line_add(struct line *l, const char *text, size_t len)
{
    size_t room = sizeof l->bytes - 1 - l->len;

    if (len > room) len = room;
    memcpy(l->bytes + l->len, text, len);
    l->len += len;
}

static bool plain(unsigned char c)
{
    return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
}

/* Only printable ASCII leaves: no value can forge a line, a field or a terminal's command. */
static void line_add_value(struct line *l, const char *text)
{
    bool bare = *text != '\0';
    char code[5];

    for (const char *c = text; bare && *c; c++)
        bare = plain((unsigned char)*c);
    if (bare) {
        line_add(l, text, strlen(text));
        return;
    }
    line_add(l, "\"", 1);
    for (; *text && l->len + 6 < sizeof l->bytes; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '"' || c == '\\')
            snprintf(code, sizeof code, "\\%c", c);
        else if (plain(c) || c == ' ' || c == '=')
            snprintf(code, sizeof code, "%c", c);
        else
            snprintf(code, sizeof code, "\\x%02x", c);
        line_add(l, code, strlen(code));
    }
    line_add(l, "\"", 1);
}

static void line_add_field(struct line *l, const char *name, const char *value)
{
    if (l->len > 0) line_add(l, " ", 1);
    line_add(l, name, strlen(name));
    line_add(l, "=", 1);
    line_add_value(l, value);
}

static void line_begin(struct line *l, enum log_level level, const char *event)
{
    int64_t now_us = clock_wall_us();
    time_t seconds = (time_t)(now_us / 1000000);
    char stamp[40];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(stamp + strlen(stamp), sizeof stamp - strlen(stamp), ".%03dZ",
             (int)(now_us / 1000 % 1000));
    l->len = 0;
    line_add_field(l, "ts", stamp);
    line_add_field(l, "level", level_names[level]);
    line_add_field(l, "event", event);
    if (request[0]) line_add_field(l, "req", request);
}

/* [F65] A full pipe must not stop a payment: the line is dropped and counted. */
static void line_write(struct line *l)
{
    struct pollfd ready = {STDERR_FILENO, POLLOUT, 0};
    bool written = false;

    l->bytes[l->len++] = '\n';
    pthread_mutex_lock(&writing);
    if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT))
        written = write(STDERR_FILENO, l->bytes, l->len) == (ssize_t)l->len;
    pthread_mutex_unlock(&writing);
    if (!written) metric_add(METRIC_LOG_DROPPED, NULL, 1);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    struct line l;
    char number[24];

    if (level < threshold) return;
    line_begin(&l, level, event);
    for (; fields->name; fields++) {
        if (!fields->text) snprintf(number, sizeof number, "%" PRId64, fields->number);
        line_add_field(&l, fields->name, fields->text ? fields->text : number);
    }
    line_write(&l);
}

void log_err(const char *event, enum err code)
{
    const struct err_detail *d = err_detail();
    enum log_level level = class_levels[err_class(code)];
    char at[80];

    if (d->code == ERR_NONE) {
        log_event(level, event, LOG_TEXT("err", err_name(code)));
        return;
    }
    snprintf(at, sizeof at, "%s:%d", d->file, d->line);
    log_event(level, event, LOG_TEXT("err", err_name(code)), LOG_TEXT("field", d->field),
              LOG_TEXT("at", at));
}

bool log_quiet_pass(struct log_quiet *quiet, unsigned lines_max)
{
    int64_t second = clock_monotonic_us() / 1000000;

    if (second != quiet->second) *quiet = (struct log_quiet){second, 0};
    return quiet->lines++ < lines_max;
}

void log_set_level(enum log_level level)
{
    threshold = level;
}

void log_set_request(const char *id)
{
    snprintf(request, sizeof request, "%s", id ? id : "");
}

#ifdef CRASHPOINTS
bool log_in_request(void)
{
    return request[0] != 0;
}
#endif
