/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file http_head.h
 * Strict reading of one HTTP/1.1 request head (RFC 9112). What two readers could read differently
 * is refused, never repaired. Pure: no state, no allocation, no sockets. */
#ifndef LISTEN_HTTP_HEAD_H
#define LISTEN_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LISTEN_HEAD_MAX = 8192, LISTEN_FIELDS_MAX = 64, LISTEN_TARGET_MAX = 2048 };

/** Borrowed bytes, not terminated. text NULL: the field is not there. */
struct listen_span {
    const char *text;
    size_t len;
};

enum listen_method { LISTEN_GET, LISTEN_HEAD, LISTEN_POST, LISTEN_OTHER };

struct listen_head {
    enum listen_method method;
    struct listen_span path, query; /**< query: after '?', without it */
    struct listen_span content_type, action, authorization, if_none_match;
    struct listen_span forwarded; /**< the last address of X-Forwarded-For: the next hop wrote it */
    bool http10, keep_alive, expect_continue, chunked, has_length;
    uint64_t length;
};

/** Where the head ends, while bytes still arrive. A lone LF and a first byte that begins no
 * method can never become right: they are refused at once, not at the deadline.
 * @param seen  bytes that an earlier call has looked at
 * @return the head's length with its empty line; 0: wants more; < 0: minus the status to answer
 * (400, 431). */
int listen_head_find(const char *bytes, size_t len, size_t seen);
/** @param len  as listen_head_find() said
 * @param out  spans borrow bytes
 * @return 0, or the status to answer before closing: 400, 414, 415, 417, 431, 501, 505. */
int listen_head_parse(const char *bytes, size_t len, struct listen_head *out);
/** text/xml whose charset, if it names one, is UTF-8 [X7]. */
bool listen_head_is_xml(struct listen_span content_type);
/** Does If-None-Match's list name this entity tag, or any by "*"? Weak tags match theirs (RFC 9110
 * §13.1.2); what is no list, from there on, names nothing. */
bool listen_head_has_tag(struct listen_span list, const char *etag);
/** Equal to text, but for the case of ASCII letters. */
bool listen_span_is(struct listen_span span, const char *text);

#endif
