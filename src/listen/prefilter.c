/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/prefilter.h"

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { DEPTH_MAX = 32, ATTRIBUTES_MAX = 64, NAMESPACES_MAX = 16, DECLARATION_MAX = 120 };
/* Nodes of a tree take a hundred bytes each, a tag four: no message of ours has a node, attributes
 * counted, for less than NODE_BYTES, but for the small ones. */
enum { NODES_MAX = 16384, NODE_BYTES = 16 };

/* An open element. */
struct level {
    const char *name;
    size_t len;
    bool text, comment; /* seen directly in it */
};

struct scan {
    const char *p, *end;
    unsigned depth, headers, bodies, operations;
    size_t nodes_left;
    bool rooted;
    const char *broken, *shape; /* the first reason of each kind */
    struct level levels[DEPTH_MAX];
};

/* One character (XML 1.0 2.2 Char, in UTF-8's shortest form): past it, or NULL [X31] [X32]. */
static const unsigned char *next_char(const unsigned char *p, const unsigned char *end)
{
    unsigned c = *p, u;

    if (c < 0x80) return c >= 0x20 || c == '\t' || c == '\n' || c == '\r' ? p + 1 : NULL;
    if (c < 0xC2 || c > 0xF4 || end - p < 2 || (p[1] & 0xC0) != 0x80) return NULL;
    if (c < 0xE0) return p + 2;
    if (end - p < 3 || (p[2] & 0xC0) != 0x80) return NULL;
    if (c < 0xF0) {
        u = (c & 15) << 12 | (p[1] & 63u) << 6 | (p[2] & 63u);
        return u < 0x800 || (u >= 0xD800 && u <= 0xDFFF) || u >= 0xFFFE ? NULL : p + 3;
    }
    if (end - p < 4 || (p[3] & 0xC0) != 0x80) return NULL;
    u = (c & 7) << 18 | (p[1] & 63u) << 12 | (p[2] & 63u) << 6 | (p[3] & 63u);
    return u < 0x10000 || u > 0x10FFFF ? NULL : p + 4;
}

#ifdef __SSE2__
/* Are 16 bytes ASCII that XML allows? x86-64 always has SSE2; elsewhere the scalar loop does. */
static bool plain16(const unsigned char *p)
{
    __m128i v = _mm_loadu_si128((const void *)p);
    __m128i low = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20)); /* signed: 0x80 to 0xFF too */
    __m128i blank = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\t')),
                                 _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')),
                                              _mm_cmpeq_epi8(v, _mm_set1_epi8('\r'))));

    return _mm_movemask_epi8(_mm_andnot_si128(blank, low)) == 0;
}
#endif

bool listen_prefilter_text(const unsigned char *bytes, size_t len)
{
    const unsigned char *p = bytes, *end = bytes + len;

    while (p < end) {
        const unsigned char *stop = end;
#ifdef __SSE2__
        if (end - p >= 16) {
            stop = p + 16;
            if (plain16(p)) {
                p = stop;
                continue;
            }
        }
#endif
        while (p < stop)
            if (!(p = next_char(p, end))) return false;
    }
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What may begin a name, as far as ASCII goes; the parser knows the rest of the alphabet. */
static bool is_name_start(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || c == ':' || (c & 0x80);
}

/* Blanks, = / < > & and quotes: one bit each, all below 64. */
static bool is_name_end(char c)
{
    unsigned char b = (unsigned char)c;

    return b < 64 && (UINT64_C(0x700080C500002600) >> b & 1);
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && is_blank(*p))
        p++;
    return p;
}

static const char *skip_name(const char *p, const char *end)
{
    if (p == end || !is_name_start(*p)) return p;
    while (p < end && !is_name_end(*p))
        p++;
    return p;
}

static bool broken(struct scan *s, const char *why)
{
    s->broken = why;
    return false;
}

/* Not what we take, but well-formed so far: what follows is still looked at. */
static bool shape(struct scan *s, const char *why)
{
    if (!s->shape) s->shape = why;
    return true;
}

static int digit_value(char c, int base)
{
    int v = 99;

    if (c >= '0' && c <= '9')
        v = c - '0';
    else if ((c | 32) >= 'a' && (c | 32) <= 'f')
        v = (c | 32) - 'a' + 10;
    return v < base ? v : -1;
}

static const char *read_char_reference(const char *p, const char *end)
{
    unsigned long v = 0;
    int base = 10, digits = 0, d;

    if (p < end && *p == 'x') {
        base = 16;
        p++;
    }
    for (; p < end && *p != ';'; p++) {
        if ((d = digit_value(*p, base)) < 0 || ++digits > 8) return NULL;
        v = v * (unsigned)base + (unsigned)d;
    }
    if (p == end || digits == 0) return NULL;
    if (v == '\t' || v == '\n' || v == '\r' || (v >= 0x20 && v <= 0xD7FF)) return p + 1;
    return (v >= 0xE000 && v <= 0xFFFD) || (v >= 0x10000 && v <= 0x10FFFF) ? p + 1 : NULL;
}

/* The reference at p, which is '&': past its ';' or NULL. Entities of a DTD do not exist [X26]. */
static const char *read_reference(const char *p, const char *end)
{
    static const char *const named[] = {"lt;", "gt;", "amp;", "quot;", "apos;"};

    p++;
    if (p < end && *p == '#') return read_char_reference(p + 1, end);
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        size_t n = strlen(named[i]);

        if ((size_t)(end - p) >= n && memcmp(p, named[i], n) == 0) return p + n;
    }
    return NULL;
}

static bool references_ok(const char *p, const char *end)
{
    while (p && (p = memchr(p, '&', (size_t)(end - p)))) {
        p = read_reference(p, end);
        if (!p) return false;
    }
    return true;
}

/* Character data directly in the open element: only values hold it, Envelope, Header and Body
 * do not. A comment beside text is refused: two parsers could read two values [X37]. */
static void note_text(struct scan *s)
{
    struct level *l = &s->levels[s->depth - 1];

    l->text = true;
    if (s->depth <= 2) shape(s, "Text between the elements of the envelope");
    if (l->comment) shape(s, "Comment inside a value");
}

static bool read_text(struct scan *s)
{
    const char *end = memchr(s->p, '<', (size_t)(s->end - s->p));
    const char *text = skip_blanks(s->p, end ? end : s->end);

    if (!end) end = s->end;
    if (text < end) {
        if (s->depth == 0) return broken(s, "Text outside the envelope");
        if (!references_ok(text, end)) return broken(s, "Reference not allowed");
        note_text(s);
    }
    s->p = end;
    return true;
}

/* "-->" ends it, "--" alone may not be in it. */
static bool read_comment(struct scan *s)
{
    const char *q = s->p + 4;

    while ((q = memchr(q, '-', (size_t)(s->end - q))) && s->end - q >= 3 && q[1] != '-')
        q++;
    if (!q || s->end - q < 3 || q[2] != '>') return broken(s, "Comment not valid");
    s->p = q + 3;
    if (s->depth > 0) {
        s->levels[s->depth - 1].comment = true;
        if (s->levels[s->depth - 1].text) shape(s, "Comment inside a value");
    }
    return true;
}

static bool read_cdata(struct scan *s)
{
    const char *q = s->p + 9;

    while ((q = memchr(q, ']', (size_t)(s->end - q))) && s->end - q >= 3 &&
           (q[1] != ']' || q[2] != '>'))
        q++;
    if (!q || s->end - q < 3) return broken(s, "CDATA not closed");
    s->p = q + 3;
    note_text(s);
    return true;
}

static bool starts(const struct scan *s, const char *text)
{
    size_t n = strlen(text);

    return (size_t)(s->end - s->p) >= n && memcmp(s->p, text, n) == 0;
}

static bool read_markup(struct scan *s)
{
    if (starts(s, "<!--")) return read_comment(s);
    if (s->depth > 0 && starts(s, "<![CDATA[")) return read_cdata(s);
    return broken(s, "Markup declaration not allowed"); /* [X26] to [X30] */
}

static bool read_end_tag(struct scan *s)
{
    const char *name = s->p + 2, *q = skip_name(name, s->end);
    const struct level *l = s->depth > 0 ? &s->levels[s->depth - 1] : NULL;

    if (!l || l->len != (size_t)(q - name) || memcmp(l->name, name, l->len) != 0)
        return broken(s, "End tag without its start tag");
    q = skip_blanks(q, s->end);
    if (q == s->end || *q != '>') return broken(s, "Tag not closed");
    s->depth--;
    s->p = q + 1;
    return true;
}

static bool name_is(const struct level *l, const char *local)
{
    const char *colon = memchr(l->name, ':', l->len);
    size_t n = colon ? l->len - (size_t)(colon + 1 - l->name) : l->len;

    return n == strlen(local) && memcmp(l->name + l->len - n, local, n) == 0;
}

/* SOAP 1.1 section 4: Envelope > Header?, Body > one operation; we take nothing after it [X38]. */
static bool place_element(struct scan *s, const struct level *l)
{
    if (s->depth == 0) {
        if (s->rooted) return broken(s, "More than one envelope");
        s->rooted = true;
        return name_is(l, "Envelope") || shape(s, "Not an envelope");
    }
    if (s->depth == 1) {
        bool body = name_is(l, "Body"), header = name_is(l, "Header");

        if (!(body || header) || (header && s->bodies)) shape(s, "Element beside the body");
        if ((s->bodies += body) > 1) shape(s, "More than one body");
        if ((s->headers += header) > 1) shape(s, "More than one header");
    }
    if (s->depth == 2 && name_is(&s->levels[1], "Body") && ++s->operations > 1)
        shape(s, "More than one operation");
    return true;
}

/* name = "value" at q: past it, or NULL with the reason set. */
static const char *read_attribute(struct scan *s, const char *q)
{
    const char *name = q, *end;

    q = skip_name(q, s->end);
    if (q == name) goto bad;
    q = skip_blanks(q, s->end);
    if (q == s->end || *q != '=') goto bad;
    q = skip_blanks(q + 1, s->end);
    if (q == s->end || (*q != '"' && *q != '\'')) goto bad;
    end = memchr(q + 1, *q, (size_t)(s->end - q - 1));
    if (!end || memchr(q, '<', (size_t)(end - q))) goto bad;
    if (references_ok(q, end)) return end + 1;
    broken(s, "Reference not allowed");
    return NULL;
bad:
    broken(s, "Attribute not valid");
    return NULL;
}

static bool is_namespace(const char *name, const char *end)
{
    size_t len = (size_t)(skip_name(name, end) - name);

    return len >= 5 && memcmp(name, "xmlns", 5) == 0 && (len == 5 || name[5] == ':');
}

/* The attributes of a start tag up to its '>' or "/>", within the caps [X33]. */
static const char *read_attributes(struct scan *s, const char *q)
{
    unsigned attributes = 0, namespaces = 0;

    for (;;) {
        const char *name = skip_blanks(q, s->end);

        if (name == s->end) break;
        if (*name == '>' || *name == '/') return name;
        if (name == q) break;
        if (++attributes > ATTRIBUTES_MAX) {
            broken(s, "Too many attributes");
            return NULL;
        }
        if (is_namespace(name, s->end) && ++namespaces > NAMESPACES_MAX) {
            broken(s, "Too many namespaces");
            return NULL;
        }
        if (s->nodes_left > 0) s->nodes_left--;
        if (!(q = read_attribute(s, name))) return NULL;
    }
    broken(s, "Tag not closed");
    return NULL;
}

static bool read_start_tag(struct scan *s)
{
    const char *name = s->p + 1, *q = skip_name(name, s->end);
    struct level l = {name, (size_t)(q - name), false, false};

    if (l.len == 0) return broken(s, "Tag without a name");
    if (!place_element(s, &l)) return false;
    if (s->depth == DEPTH_MAX) return broken(s, "Too deep"); /* [X35] */
    if (!(q = read_attributes(s, q))) return false;
    if (*q == '/') {
        if (s->end - q < 2 || q[1] != '>') return broken(s, "Tag not closed");
        q++;
    } else {
        s->levels[s->depth++] = l;
    }
    s->p = q + 1;
    return true;
}

static bool read_piece(struct scan *s)
{
    if (*s->p != '<') return read_text(s);
    if (s->end - s->p < 3) return broken(s, "Tag not closed");
    if (s->p[1] != '/' && s->nodes_left-- == 0) return broken(s, "Too many elements"); /* [X35] */
    switch (s->p[1]) {
    case '!':
        return read_markup(s);
    case '?':
        return broken(s, "Processing instruction not allowed");
    case '/':
        return read_end_tag(s);
    default:
        return read_start_tag(s);
    }
}

/* Is the encoding that the declaration between p and end names, if it names one, UTF-8? */
static bool encoding_ok(const char *p, const char *end)
{
    static const char key[] = "encoding", utf8[] = "utf-8";
    const char *q = p;

    while (q && (q = memchr(q, 'e', (size_t)(end - q))) &&
           ((size_t)(end - q) < sizeof key || memcmp(q, key, sizeof key - 1) != 0))
        q++;
    if (!q) return true;
    q = skip_blanks(q + sizeof key - 1, end);
    if (q == end || *q != '=') return false;
    q = skip_blanks(q + 1, end);
    if ((size_t)(end - q) < sizeof utf8 + 1 || (*q != '"' && *q != '\'')) return false;
    for (size_t i = 0; i < sizeof utf8 - 1; i++)
        if ((q[1 + i] | (utf8[i] >= 'a' ? 32 : 0)) != utf8[i]) return false;
    return q[sizeof utf8] == q[0];
}

/* Byte order mark and XML declaration; a message of ours says UTF-8 or nothing [X32]. */
static bool read_prolog(struct scan *s)
{
    const char *q;

    if (starts(s, "\xEF\xBB\xBF")) s->p += 3;
    if (!starts(s, "<?xml") || s->end - s->p < 6 || !is_blank(s->p[5])) return true;
    q = memchr(s->p, '>', (size_t)(s->end - s->p));
    if (!q || q - s->p > DECLARATION_MAX || q[-1] != '?')
        return broken(s, "XML declaration not valid");
    if (!encoding_ok(s->p, q)) return broken(s, "Encoding not UTF-8");
    s->p = q + 1;
    return true;
}

static const char *scan_bytes(struct scan *s)
{
    if (!listen_prefilter_text((const unsigned char *)s->p, (size_t)(s->end - s->p)))
        return "Not UTF-8 text";
    if (!read_prolog(s)) return s->broken;
    while (s->p < s->end)
        if (!read_piece(s)) return s->broken;
    if (s->depth > 0) return "Tag not closed";
    return s->rooted ? NULL : "No envelope";
}

enum prefilter listen_prefilter(const char *bytes, size_t len, const char **out_why)
{
    struct scan s = {.p = bytes, .end = bytes + len, .nodes_left = NODES_MAX + len / NODE_BYTES};

    *out_why = scan_bytes(&s);
    if (*out_why) return PREFILTER_BROKEN;
    if (s.operations != 1) shape(&s, "No operation in a body");
    *out_why = s.shape;
    return s.shape ? PREFILTER_SHAPE : PREFILTER_OK;
}
