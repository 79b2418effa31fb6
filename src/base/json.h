/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file json.h
 * Writes JSON to a buffer, in order, nothing else: for --json. The first error stays and makes
 * every later call do nothing, so that only json_finish() needs to be looked at. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

struct json {
    struct buf *out; /* borrowed */
    enum err rc;
    unsigned depth;
    bool comma;
    char close[16];
};

#define JSON_INIT(out_buf)                                                                         \
    {                                                                                              \
        (out_buf), ERR_NONE, 0, false, ""                                                          \
    }
/** key: the member's name in an object; NULL in an array and at the top. At most 16 deep. */
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
/** Close the innermost object or array. */
void json_end(struct json *j);
/** UTF-8, escaped; NULL prints null. */
void json_text(struct json *j, const char *key, const char *text);
void json_int(struct json *j, const char *key, int64_t number);
void json_bool(struct json *j, const char *key, bool value);
/** Ends the document with a newline; the first error of all calls. */
MUST_USE enum err json_finish(struct json *j);

#endif
