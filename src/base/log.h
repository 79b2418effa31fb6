/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file log.h
 * One event a line on stderr: ts= level= event= then typed fields. Ids and amounts are logged;
 * passwords, tokens, names, full IBANs and fiscal codes of persons never are [I11].
 * Thread-safe; a log that cannot be written is dropped and counted, never waited for [F65]. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *name; /* NULL ends the list */
    const char *text; /* escaped on output; NULL: number counts */
    int64_t number;
};

/** A field's text; NULL reads as empty. */
static inline const char *log_or_empty(const char *text)
{
    return text ? text : "";
}

#define LOG_TEXT(name, value) ((struct log_field){(name), log_or_empty(value), 0})
#define LOG_INT(name, value) ((struct log_field){(name), NULL, (int64_t)(value)})
/** log_event(LOG_INFO, "flow.published", LOG_TEXT("flow", id), LOG_INT("count", n)); */
#define log_event(level, event, ...)                                                               \
    log_write((level), (event), (const struct log_field[]){__VA_ARGS__, {NULL, NULL, 0}})
void log_write(enum log_level level, const char *event, const struct log_field *fields);
/** Log an error once, where the request or job ends: err=, field=, at= from err_detail(). */
void log_err(const char *event, enum err code);
/** How many lines of what anybody can cause were logged in this second; one thread's. */
struct log_quiet {
    int64_t second;
    unsigned lines;
};
/** May one more be logged? Whoever attacks fills no disk, and hides nothing that others do [F66].
 */
bool log_quiet_pass(struct log_quiet *quiet, unsigned lines_max);
/** Events below this are not written. */
void log_set_level(enum log_level level);
/** The id that all lines of this thread carry as req= until it is set again; "" for none. */
void log_set_request(const char *id);
#ifdef CRASHPOINTS
bool log_in_request(void);
#endif

#endif
