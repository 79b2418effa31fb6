/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include "base/log.h"
#include "base/metric.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct err_row {
    const char *name, *text;
    enum err_class class;
};

static const struct err_row rows[ERR_COUNT] = {
    [ERR_NONE] = {"NONE", "done", ERR_CLASS_NONE},
#define ERR(name, class, text) [ERR_##name] = {#name, text, ERR_CLASS_##class},
#include "base/err.def"
#undef ERR
};

static const int exit_codes[ERR_CLASS_COUNT] = {
    [ERR_CLASS_NONE] = 0,    [ERR_CLASS_USAGE] = 64,     [ERR_CLASS_CALLER] = 65,
    [ERR_CLASS_INPUT] = 66,  [ERR_CLASS_PEER] = 69,      [ERR_CLASS_INTERNAL] = 70,
    [ERR_CLASS_OUTPUT] = 73, [ERR_CLASS_TRANSIENT] = 75, [ERR_CLASS_FORBIDDEN] = 77,
    [ERR_CLASS_CONFIG] = 78,
};

static _Thread_local struct err_detail detail;
static atomic_ulong bugs;

static const struct err_row *row(enum err code)
{
    return &rows[(unsigned)code < ERR_COUNT ? code : ERR_BUG];
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* The first detail is nearest to the cause; later ones only retell it. */
static bool detail_begin(enum err code, const char *file, int line)
{
    if (detail.code != ERR_NONE) return false;
    detail.code = code;
    detail.file = base_name(file);
    detail.line = line;
    return true;
}

enum err err_set_at(enum err code, const char *field, const char *file, int line)
{
    if (detail_begin(code, file, line))
        snprintf(detail.field, sizeof detail.field, "%s", field ? field : "");
    return code;
}

enum err err_setf_at(enum err code, const char *file, int line, const char *fmt, ...)
{
    va_list args;

    if (!detail_begin(code, file, line)) return code;
    va_start(args, fmt);
    vsnprintf(detail.field, sizeof detail.field, fmt, args);
    va_end(args);
    return code;
}

const struct err_detail *err_detail(void)
{
    return &detail;
}

void err_clear(void)
{
    memset(&detail, 0, sizeof detail);
}

const char *err_name(enum err code)
{
    return row(code)->name;
}

const char *err_text(enum err code)
{
    return row(code)->text;
}

enum err_class err_class(enum err code)
{
    return row(code)->class;
}

int err_exit_code(enum err code)
{
    return exit_codes[err_class(code)];
}

enum err err_bug(const char *what, const char *file, int line)
{
    atomic_fetch_add(&bugs, 1);
    metric_add(METRIC_BUG, NULL, 1);
    log_event(LOG_ERROR, "bug", LOG_TEXT("what", what), LOG_TEXT("file", base_name(file)),
              LOG_INT("line", line));
    return err_set_at(ERR_BUG, what, file, line);
}

unsigned long err_bug_count(void)
{
    return atomic_load(&bugs);
}

void err_abort(const char *cond, const char *file, int line)
{
    log_event(LOG_ERROR, "abort", LOG_TEXT("failed", cond), LOG_TEXT("file", base_name(file)),
              LOG_INT("line", line));
    abort();
}
