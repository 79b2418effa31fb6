/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/http_head.h"

#include <string.h>
#include <strings.h>

/* The fields that mean something here; all others are checked for form and passed over. */
enum field {
    FIELD_HOST,
    FIELD_LENGTH,
    FIELD_CODING,
    FIELD_TYPE,
    FIELD_ENCODING,
    FIELD_CONNECTION,
    FIELD_EXPECT,
    FIELD_ACTION,
    FIELD_AUTHORIZATION,
    FIELD_NONE_MATCH,
    FIELD_FORWARDED,
    FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT] = {
    [FIELD_HOST] = "Host",
    [FIELD_LENGTH] = "Content-Length",
    [FIELD_CODING] = "Transfer-Encoding",
    [FIELD_TYPE] = "Content-Type",
    [FIELD_ENCODING] = "Content-Encoding",
    [FIELD_CONNECTION] = "Connection",
    [FIELD_EXPECT] = "Expect",
    [FIELD_ACTION] = "SOAPAction",
    [FIELD_AUTHORIZATION] = "Authorization",
    [FIELD_NONE_MATCH] = "If-None-Match",
    [FIELD_FORWARDED] = "X-Forwarded-For",
};

/* One head while it is read. */
struct reader {
    const char *p, *end; /* end: the empty line's CR */
    struct listen_span fields[FIELD_COUNT];
    bool close, keep_alive; /* what Connection asks for */
};

/* RFC 9110 5.6.2: one bit a byte. */
static bool is_token(char c)
{
    static const uint64_t map[4] = {0x03FF6CFA00000000u, 0x57FFFFFFC7FFFFFEu, 0, 0};
    unsigned char b = (unsigned char)c;

    return map[b >> 6] >> (b & 63) & 1;
}

/* Visible ASCII and blanks; no obs-text: nothing of ours needs it, and proxies differ on it. */
static bool is_value(char c)
{
    return (c >= 0x20 && c < 0x7F) || c == '\t';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool listen_span_is(struct listen_span span, const char *text)
{
    return span.len == strlen(text) && strncasecmp(span.text, text, span.len) == 0;
}

int listen_head_find(const char *bytes, size_t len, size_t seen)
{
    if (len == 0) return 0;
    if (!((bytes[0] | 32) >= 'a' && (bytes[0] | 32) <= 'z')) return -400;
    for (size_t i = seen; i < len; i++) {
        const char *lf = memchr(bytes + i, '\n', len - i);

        if (!lf) break;
        i = (size_t)(lf - bytes);
        if (i == 0 || bytes[i - 1] != '\r') return -400;
        if (i < 3 || bytes[i - 2] != '\n') continue;
        return i < LISTEN_HEAD_MAX ? (int)i + 1 : -431;
    }
    return len < LISTEN_HEAD_MAX ? 0 : -431;
}

/* request-line = method SP target SP HTTP/1.x CRLF with single spaces; the target is a path. */
static int read_request_line(struct reader *r, struct listen_head *h)
{
    const char *q = r->p, *mark;
    struct listen_span method, target;

    while (q < r->end && is_token(*q))
        q++;
    method = (struct listen_span){r->p, (size_t)(q - r->p)};
    if (method.len == 0 || method.len > 16 || *q != ' ') return 400;
    h->method = LISTEN_OTHER;
    if (method.len == 3 && memcmp(method.text, "GET", 3) == 0) h->method = LISTEN_GET;
    if (method.len == 4 && memcmp(method.text, "HEAD", 4) == 0) h->method = LISTEN_HEAD;
    if (method.len == 4 && memcmp(method.text, "POST", 4) == 0) h->method = LISTEN_POST;

    target.text = ++q;
    while (q<r->end && * q> 0x20 && *q < 0x7F)
        q++;
    target.len = (size_t)(q - target.text);
    if (r->end - q < 11 || *q != ' ' || target.len == 0) return 400;
    if (target.len > LISTEN_TARGET_MAX) return 414;
    if (target.text[0] != '/' || memchr(target.text, '#', target.len)) return 400;
    mark = memchr(target.text, '?', target.len);
    h->path = target;
    if (mark) {
        h->path.len = (size_t)(mark - target.text);
        h->query = (struct listen_span){mark + 1, target.len - h->path.len - 1};
    }

    if (memcmp(q, " HTTP/", 6) != 0 || q[7] != '.' || q[9] != '\r' || q[10] != '\n') return 400;
    if (q[6] < '0' || q[6] > '9' || q[8] < '0' || q[8] > '9') return 400;
    if (q[6] != '1' || q[8] > '1') return 505;
    h->http10 = q[8] == '0';
    r->p = q + 11;
    return 0;
}

/* Connection is a list; only close and keep-alive mean something here. */
static void read_connection(struct reader *r, struct listen_span value)
{
    for (size_t i = 0; i < value.len;) {
        struct listen_span item = {value.text + i, 0};

        while (i < value.len && value.text[i] != ',' && !is_blank(value.text[i]))
            i++;
        item.len = (size_t)(value.text + i - item.text);
        r->close |= listen_span_is(item, "close");
        r->keep_alive |= listen_span_is(item, "keep-alive");
        i++;
    }
}

/* A field that is there twice is two answers to one question [X1]. X-Forwarded-For is a list: a
 * proxy may add a field of its own after the client's. */
static int keep_field(struct reader *r, struct listen_span name, struct listen_span value)
{
    for (enum field f = 0; f < FIELD_COUNT; f++) {
        if (!listen_span_is(name, field_names[f])) continue;
        if (f == FIELD_CONNECTION)
            read_connection(r, value);
        else if (r->fields[f].text && f != FIELD_FORWARDED)
            return 400;
        r->fields[f] = value;
        break;
    }
    return 0;
}

static int read_fields(struct reader *r)
{
    unsigned n = 0;

    while (r->p < r->end) {
        struct listen_span name = {r->p, 0}, value;
        const char *q = r->p;
        int status;

        if (++n > LISTEN_FIELDS_MAX) return 431;
        while (q < r->end && is_token(*q))
            q++;
        name.len = (size_t)(q - name.text);
        if (name.len == 0 || q >= r->end || *q != ':') return 400; /* also "Name :", obs-fold */
        do
            q++;
        while (q < r->end && is_blank(*q));
        value.text = q;
        while (q < r->end && is_value(*q))
            q++;
        if (r->end - q < 2 || q[0] != '\r' || q[1] != '\n') return 400; /* also NUL, controls */
        value.len = (size_t)(q - value.text);
        while (value.len > 0 && is_blank(value.text[value.len - 1]))
            value.len--;
        if ((status = keep_field(r, name, value)) != 0) return status;
        r->p = q + 2;
    }
    return 0;
}

static bool parse_length(struct listen_span value, uint64_t *out)
{
    uint64_t n = 0;

    if (value.len == 0 || value.len > 12) return false;
    for (size_t i = 0; i < value.len; i++) {
        if (value.text[i] < '0' || value.text[i] > '9') return false;
        n = n * 10 + (unsigned)(value.text[i] - '0');
    }
    *out = n;
    return true;
}

static bool host_ok(struct listen_span host, bool http10)
{
    if (!host.text) return http10;
    for (size_t i = 0; i < host.len; i++)
        if (strchr(" \t/\\?#@,", host.text[i])) return false;
    return host.len > 0 || http10;
}

/* How long the body is: by one rule or the other, never by both [X2] [X3]. */
static int read_framing(const struct reader *r, struct listen_head *h)
{
    const struct listen_span *f = r->fields;

    if (f[FIELD_CODING].text) {
        if (h->http10 || f[FIELD_LENGTH].text) return 400;
        if (!listen_span_is(f[FIELD_CODING], "chunked")) return 501;
        h->chunked = true;
    }
    if (f[FIELD_LENGTH].text) {
        if (!parse_length(f[FIELD_LENGTH], &h->length)) return 400;
        h->has_length = true;
    }
    if (f[FIELD_ENCODING].text && !listen_span_is(f[FIELD_ENCODING], "identity")) return 415;
    if (f[FIELD_EXPECT].text) {
        if (!listen_span_is(f[FIELD_EXPECT], "100-continue")) return 417;
        h->expect_continue = !h->http10;
    }
    return 0;
}

/* What follows a list's last comma. */
static struct listen_span last_item(struct listen_span list)
{
    size_t i = list.len;

    while (i > 0 && list.text[i - 1] != ',')
        i--;
    while (i < list.len && is_blank(list.text[i]))
        i++;
    if (list.text) list = (struct listen_span){list.text + i, list.len - i};
    return list;
}

int listen_head_parse(const char *bytes, size_t len, struct listen_head *out)
{
    struct reader r = {.p = bytes};
    int status;

    memset(out, 0, sizeof *out);
    if (len < 4) return 400;
    r.end = bytes + len - 2;
    if ((status = read_request_line(&r, out)) != 0) return status;
    if ((status = read_fields(&r)) != 0) return status;
    if (!host_ok(r.fields[FIELD_HOST], out->http10)) return 400;
    if ((status = read_framing(&r, out)) != 0) return status;
    out->keep_alive = !r.close && (!out->http10 || r.keep_alive);
    out->content_type = r.fields[FIELD_TYPE];
    out->action = r.fields[FIELD_ACTION];
    out->authorization = r.fields[FIELD_AUTHORIZATION];
    out->if_none_match = r.fields[FIELD_NONE_MATCH];
    out->forwarded = last_item(r.fields[FIELD_FORWARDED]);
    return 0;
}

/* One parameter at *at: name "=" (token | quoted). Moves *at past it. */
static bool read_parameter(struct listen_span s, size_t *at, struct listen_span *name,
                           struct listen_span *value)
{
    size_t i = *at;
    bool quoted;

    name->text = s.text + i;
    while (i < s.len && is_token(s.text[i]))
        i++;
    name->len = (size_t)(s.text + i - name->text);
    if (name->len == 0 || i == s.len || s.text[i] != '=') return false;
    i++;
    quoted = i < s.len && s.text[i] == '"';
    if (quoted) i++;
    value->text = s.text + i;
    while (i < s.len && (quoted ? s.text[i] != '"' && s.text[i] != '\\' : is_token(s.text[i])))
        i++;
    value->len = (size_t)(s.text + i - value->text);
    if (quoted && (i == s.len || s.text[i++] != '"')) return false;
    *at = i;
    return quoted || value->len > 0;
}

bool listen_head_is_xml(struct listen_span s)
{
    static const char type[] = "text/xml";
    struct listen_span name, value;
    size_t i = sizeof type - 1;
    bool charset = false;

    if (s.len < i || strncasecmp(s.text, type, i) != 0) return false;
    for (;;) {
        while (i < s.len && is_blank(s.text[i]))
            i++;
        if (i == s.len) return true;
        if (s.text[i++] != ';') return false;
        while (i < s.len && is_blank(s.text[i]))
            i++;
        if (i == s.len) return true; /* SoapUI and others end with a bare ';' */
        if (!read_parameter(s, &i, &name, &value)) return false;
        if (!listen_span_is(name, "charset")) continue;
        if (charset || !listen_span_is(value, "utf-8")) return false;
        charset = true;
    }
}

/* Its quotes and what is between them; blanks before it and a W/ are passed over. A tag may hold
 * commas. */
static struct listen_span read_tag(struct listen_span list, size_t *at)
{
    struct listen_span tag = {NULL, 0};
    const char *end;
    size_t i = *at;

    while (i < list.len && is_blank(list.text[i]))
        i++;
    if (list.len - i > 2 && memcmp(list.text + i, "W/", 2) == 0) i += 2;
    if (list.len - i < 2 || list.text[i] != '"') return tag;
    end = memchr(list.text + i + 1, '"', list.len - i - 1);
    if (!end) return tag;
    tag = (struct listen_span){list.text + i, (size_t)(end - list.text) - i + 1};
    *at = i + tag.len;
    return tag;
}

bool listen_head_has_tag(struct listen_span list, const char *etag)
{
    struct listen_span tag;
    size_t i = 0;

    if (listen_span_is(list, "*")) return true;
    while ((tag = read_tag(list, &i)).text) {
        if (tag.len == strlen(etag) && memcmp(tag.text, etag, tag.len) == 0) return true;
        while (i < list.len && is_blank(list.text[i]))
            i++;
        if (i == list.len || list.text[i++] != ',') return false;
    }
    return false;
}
