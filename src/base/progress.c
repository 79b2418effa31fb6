/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/progress.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define FIRST_US 500000
#define REDRAW_US 100000
#define LINE_US 30000000

void progress_begin(struct progress *p, const char *what, int64_t total, bool silent)
{
    const char *term = getenv("TERM");

    memset(p, 0, sizeof *p);
    p->what = what;
    p->total = total;
    p->silent = silent;
    p->terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    p->start_us = clock_monotonic_us();
    p->next_us = p->start_us + (p->terminal ? FIRST_US : LINE_US);
}

static void line_print(const struct progress *p, int64_t done, int64_t now_us)
{
    int64_t seconds = (now_us - p->start_us) / 1000000;

    if (p->whole > 0)
        (void)fprintf(stderr, "%" PRId64 " %s, %d %% of the input, %" PRId64 " s", done, p->what,
                      (int)(p->part * 100 / p->whole), seconds);
    else if (p->total > 0)
        (void)fprintf(stderr, "%" PRId64 " of %" PRId64 " %s, %" PRId64 " s", done, p->total,
                      p->what, seconds);
    else
        (void)fprintf(stderr, "%" PRId64 " %s, %" PRId64 " s", done, p->what, seconds);
}

static void bar_print(const struct progress *p, int64_t done, int64_t now_us)
{
    static const char full[BAR_WIDTH + 1] = "##############################";
    int64_t whole = p->whole > 0 ? p->whole : p->total;
    int64_t part = whole > 0 ? (p->whole > 0 ? p->part : done) * BAR_WIDTH / whole : 0;
    int filled = part > BAR_WIDTH ? BAR_WIDTH : (int)part;

    (void)fprintf(stderr, "\r");
    if (whole > 0) (void)fprintf(stderr, "[%.*s%*s] ", filled, full, BAR_WIDTH - filled, "");
    line_print(p, done, now_us);
    (void)fprintf(stderr, "\033[K");
}

void progress_read(struct progress *p, int64_t part, int64_t whole)
{
    p->part = part;
    p->whole = whole;
}

void progress_step(struct progress *p, int64_t done)
{
    int64_t now_us;

    if (p->silent) return;
    now_us = clock_monotonic_us();
    if (now_us < p->next_us) return;
    if (p->terminal) {
        bar_print(p, done, now_us);
    } else {
        line_print(p, done, now_us);
        (void)fputc('\n', stderr);
    }
    p->drawn = true;
    p->next_us = now_us + (p->terminal ? REDRAW_US : LINE_US);
}

void progress_end(struct progress *p)
{
    if (p->drawn && p->terminal) (void)fprintf(stderr, "\r\033[K");
    p->drawn = false;
}
