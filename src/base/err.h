/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file err.h
 * The one catalogue of errors and the two ways to stop. base/ holds what every folder needs and
 * libc alone provides; it must not know XML, SQL, HTTP or a rule of the field.
 * An error is technical; a business refusal is an outcome (domain/outcome.def), answered 200. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/** What an error means: it alone decides fault, retry, log level and exit code. */
enum err_class {
    ERR_CLASS_NONE,
    ERR_CLASS_USAGE,     /**< the command line is wrong: exit 64 */
    ERR_CLASS_CALLER,    /**< what was sent is wrong: SOAP Client fault, exit 65 */
    ERR_CLASS_INPUT,     /**< a file to read is not there: exit 66 */
    ERR_CLASS_PEER,      /**< somebody we call does not answer as agreed: retried, exit 69 */
    ERR_CLASS_INTERNAL,  /**< ours: SOAP Server fault, exit 70 */
    ERR_CLASS_OUTPUT,    /**< a file cannot be written: exit 73 */
    ERR_CLASS_TRANSIENT, /**< the same may succeed later: 503, replayed, exit 75 */
    ERR_CLASS_FORBIDDEN, /**< who asks may not: exit 77 */
    ERR_CLASS_CONFIG,    /**< configuration or registry: exit 78 */
    ERR_CLASS_COUNT
};

enum err {
    ERR_NONE,
#define ERR(name, class, text) ERR_##name,
#include "base/err.def"
#undef ERR
    ERR_COUNT
};

/** The thread's first detail since err_clear(): where, and which field (never its value). */
struct err_detail {
    enum err code;
    const char *file; /* base name of the source file */
    int line;
    char field[240];
};

#define err_set(code, field) err_set_at((code), (field), __FILE__, __LINE__)
/** Keep the first detail and hand the code back, so that it can be returned at once. */
MUST_USE enum err err_set_at(enum err code, const char *field, const char *file, int line);
/** err_set with a printf text for the field: for operators' texts with line numbers and names. */
#define err_setf(code, ...) err_setf_at((code), __FILE__, __LINE__, __VA_ARGS__)
MUST_USE enum err err_setf_at(enum err code, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/** The thread's detail; code ERR_NONE when none was set. */
const struct err_detail *err_detail(void);
void err_clear(void);

const char *err_name(enum err code); /**< "AMOUNT_SYNTAX" */
const char *err_text(enum err code); /**< a sentence for an operator */
enum err_class err_class(enum err code);
int err_exit_code(enum err code); /**< as sysexits.h has them */

/** Leave through out: on the first error. The only macro that jumps. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((rc = (call)) != ERR_NONE) goto out;                                                   \
    } while (0)

/** A fault of ours that hurts this request only: counted, logged, answered as internal. */
#define BUG(what) err_bug((what), __FILE__, __LINE__)
MUST_USE enum err err_bug(const char *what, const char *file, int line);
unsigned long err_bug_count(void);

/** Money or memory would be wrong: stop the process, also in production. */
#define ALWAYS(cond)                                                                               \
    do {                                                                                           \
        if (!(cond)) err_abort(#cond, __FILE__, __LINE__);                                         \
    } while (0)
_Noreturn void err_abort(const char *cond, const char *file, int line);

#endif
