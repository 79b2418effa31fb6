/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/blank.h"

#include <string.h>

/* What does not end with a '>' outside quotes. Source: XML 1.0 §2.5 to §2.7. */
static const struct {
    const char *begin, *end;
} others[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};

static bool begins(const char *at, const char *end, const char *with)
{
    size_t n = strlen(with);

    return (size_t)(end - at) >= n && memcmp(at, with, n) == 0;
}

/* One past what begins at a '<'; NULL where it does not end, or a value holds another '<'. */
static const char *markup_end(const char *at, const char *end)
{
    char quote = '\0';

    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        if (!begins(at, end, others[i].begin)) continue;
        for (at += strlen(others[i].begin); at < end; at++)
            if (begins(at, end, others[i].end)) return at + strlen(others[i].end);
        return NULL;
    }
    for (at++; at < end && *at != '<'; at++) {
        if (quote) {
            if (*at == quote) quote = '\0';
        } else if (*at == '"' || *at == '\'') {
            quote = *at;
        } else if (*at == '>') {
            return at + 1;
        }
    }
    return NULL;
}

/* A start tag that has an end tag; an empty element holds nothing. */
static bool is_start(const char *at, const char *after)
{
    return after - at > 2 && !strchr("/!?", at[1]) && after[-2] != '/';
}

static bool is_named(const char *at, const char *after, xml_blank_fn *blank)
{
    const char *name = at + 1, *end = name;

    for (; end < after && !strchr(" \t\r\n/>", *end); end++)
        if (*end == ':') name = end + 1;
    return blank(name, (size_t)(end - name));
}

enum err xml_blank(const char *bytes, size_t len, xml_blank_fn *blank, struct buf *out)
{
    enum err rc = ERR_NONE;
    const char *at = bytes, *end = bytes + len, *keep = bytes, *after;
    size_t depth = 0; /* in an element that is left out: of how many elements */

    for (; at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL; at = after) {
        after = markup_end(at, end);
        if (!after) {
            end = at;
            break;
        }
        if (depth > 0) {
            if (is_start(at, after)) depth++;
            if (begins(at, after, "</") && --depth == 0) keep = at;
        } else if (is_start(at, after) && is_named(at, after, blank)) {
            TRY(buf_add(out, keep, (size_t)(after - keep)));
            TRY(buf_text(out, XML_BLANK));
            depth = 1;
        }
    }
    if (depth == 0) TRY(buf_add(out, keep, (size_t)(end - keep)));
out:
    return rc;
}
