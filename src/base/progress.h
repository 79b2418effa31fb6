/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file progress.h
 * How far long work is, on stderr: a bar that redraws itself on a terminal once half a second has
 * passed, else a line every 30 s. */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;    /* borrowed: "positions" */
    int64_t total;       /* 0: not known */
    int64_t part, whole; /* of something else that is read meanwhile; whole 0: not known */
    int64_t start_us, next_us;
    bool terminal, silent, drawn;
};

/** @param silent  for --quiet: show nothing */
void progress_begin(struct progress *p, const char *what, int64_t total, bool silent);
/** Where the total is not known: how much of the input is read. Before progress_step(). */
void progress_read(struct progress *p, int64_t part, int64_t whole);
/** Cheap: call it for every item. */
void progress_step(struct progress *p, int64_t done);
/** Take the bar away, so that what is said next stands on a line of its own. */
void progress_end(struct progress *p);

#endif
