/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prefilter against libxml2: what it lets through, and a parser takes, has the shape and the
 * caps that it promises; and it breaks nothing that is right. */
#include "fuzz.h"

#include "base/err.h"
#include "listen/prefilter.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, ATTRIBUTES_MAX = 64, NAMESPACES_MAX = 16 };

/* What a parser sees of a document. */
struct seen {
    unsigned depth, attributes, namespaces; /* the most of any element */
    unsigned instructions, mixed;           /* mixed: comments beside text */
};

static void say_nothing(void *cls, const char *fmt, ...)
{
    (void)cls;
    (void)fmt;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    xmlInitParser();
    xmlSetGenericErrorFunc(NULL, say_nothing);
    return 0;
}

static void most(unsigned *a, unsigned b)
{
    if (*a < b) *a = b;
}

static bool is_blank_text(const xmlNode *node)
{
    return node->type == XML_TEXT_NODE &&
           strspn((const char *)node->content, " \t\r\n") == strlen((const char *)node->content);
}

static void look(const xmlNode *first, unsigned depth, struct seen *seen)
{
    unsigned texts = 0, comments = 0;

    for (const xmlNode *n = first; n; n = n->next) {
        unsigned attributes = 0, namespaces = 0;

        seen->instructions += n->type == XML_PI_NODE;
        comments += n->type == XML_COMMENT_NODE;
        texts +=
            n->type == XML_CDATA_SECTION_NODE || (n->type == XML_TEXT_NODE && !is_blank_text(n));
        if (n->type != XML_ELEMENT_NODE) continue;
        for (const xmlAttr *a = n->properties; a; a = a->next)
            attributes++;
        for (const xmlNs *ns = n->nsDef; ns; ns = ns->next)
            namespaces++;
        most(&seen->depth, depth + 1);
        most(&seen->attributes, attributes + namespaces);
        most(&seen->namespaces, namespaces);
        look(n->children, depth + 1, seen);
    }
    if (depth > 0 && texts > 0 && comments > 0) seen->mixed++;
}

static const xmlNode *next_element(const xmlNode *n)
{
    while (n && n->type != XML_ELEMENT_NODE)
        n = n->next;
    return n;
}

/* One Envelope, at most a Header before it, one Body, one operation in it [X38]. */
static bool one_operation(const xmlDoc *doc)
{
    const xmlNode *root = xmlDocGetRootElement(doc), *child = next_element(root->children);

    if (strcmp((const char *)root->name, "Envelope") != 0) return false;
    if (child && strcmp((const char *)child->name, "Header") == 0)
        child = next_element(child->next);
    if (!child || strcmp((const char *)child->name, "Body") != 0) return false;
    if (next_element(child->next)) return false;
    child = next_element(child->children);
    return child && !next_element(child->next);
}

static bool caps_hold(const struct seen *s)
{
    return s->depth <= DEPTH_MAX && s->attributes <= ATTRIBUTES_MAX &&
           s->namespaces <= NAMESPACES_MAX && s->instructions == 0;
}

static void compare(enum prefilter verdict, const xmlDoc *doc, const char *bytes, size_t len)
{
    bool declared = len > 5 && (memcmp(bytes, "<?xml", 5) == 0 || memcmp(bytes + 3, "<?", 2) == 0);
    struct seen seen = {0};

    look(doc->children, 0, &seen);
    if (verdict != PREFILTER_BROKEN) ALWAYS(caps_hold(&seen) && !doc->intSubset);
    if (verdict == PREFILTER_OK) ALWAYS(one_operation(doc) && seen.mixed == 0);
    if (verdict == PREFILTER_BROKEN && !declared && !doc->intSubset)
        ALWAYS(!caps_hold(&seen) || !listen_prefilter_text((const unsigned char *)bytes, len));
}

/* XML 1.0 characters in UTF-8, by the definition [X31] [X32]. */
static bool is_text(const uint8_t *p, size_t len)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

    for (size_t i = 0, n; i < len; i += n + 1) {
        uint32_t c = p[i];

        n = c < 0x80 ? 0 : c < 0xC0 ? 9 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : c < 0xF8 ? 3 : 9;
        if (n == 9 || i + n >= len) return false;
        if (n > 0) c &= 0x3Fu >> n;
        for (size_t k = 1; k <= n; k++) {
            if ((p[i + k] & 0xC0) != 0x80) return false;
            c = c << 6 | (p[i + k] & 0x3Fu);
        }
        if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) return false;
        if (c == 0xFFFE || c == 0xFFFF || (c < 0x20 && c != 9 && c != 10 && c != 13)) return false;
    }
    return true;
}

/* NULL when it is not well-formed, prefixes and all. */
static xmlDoc *parse(const char *bytes, size_t len)
{
    xmlParserCtxt *parser = xmlNewParserCtxt();
    xmlDoc *doc = xmlCtxtReadMemory(parser, bytes, (int)len, NULL, NULL, XML_PARSE_NONET);

    if (doc && !parser->nsWellFormed) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    xmlFreeParserCtxt(parser);
    return doc;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *copy = fuzz_copy(bytes, len);
    const char *why;
    enum prefilter verdict = listen_prefilter(copy, len, &why);
    xmlDoc *doc;

    ALWAYS((verdict == PREFILTER_OK) == (why == NULL));
    ALWAYS(listen_prefilter_text((unsigned char *)copy, len) == is_text(bytes, len));
    doc = parse(copy, len);
    if (doc) compare(verdict, doc, copy, len);
    xmlFreeDoc(doc);
    free(copy);
    return 0;
}
