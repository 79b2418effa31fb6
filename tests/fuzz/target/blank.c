/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a message, against libxml2: of a document the same tree, but for what elements
 * with a secret hold; of any bytes nothing that a second look would still take out. */
#include "fuzz.h"

#include "base/err.h"
#include "xml/blank.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <stdlib.h>
#include <string.h>

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

static bool is_secret(const char *name, size_t len)
{
    return len == 1 && *name == 'p';
}

/* NULL: no document as messages are, in UTF-8 without a DTD, with each prefix declared. */
static xmlDoc *parse(const char *bytes, size_t len)
{
    xmlParserCtxt *parser = xmlNewParserCtxt();
    xmlDoc *doc = xmlCtxtReadMemory(parser, bytes, (int)len, NULL, NULL, XML_PARSE_NONET);

    if (doc && (!parser->nsWellFormed || doc->intSubset || doc->encoding || parser->encoding)) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    xmlFreeParserCtxt(parser);
    return doc;
}

/* The same tree without what elements with a secret hold. */
static void empty_tree(xmlNode *first)
{
    for (xmlNode *n = first; n; n = n->next) {
        if (n->type != XML_ELEMENT_NODE) continue;
        if (is_secret((const char *)n->name, strlen((const char *)n->name)))
            xmlNodeSetContent(n, NULL);
        else
            empty_tree(n->children);
    }
}

static void assert_same(xmlDoc *a, xmlDoc *b)
{
    xmlChar *texts[2];
    int lens[2];

    xmlDocDumpMemory(a, &texts[0], &lens[0]);
    xmlDocDumpMemory(b, &texts[1], &lens[1]);
    ALWAYS(lens[0] == lens[1] && memcmp(texts[0], texts[1], (size_t)lens[0]) == 0);
    xmlFree(texts[0]);
    xmlFree(texts[1]);
}

/* No element with a secret holds anything else. */
static void assert_blank(const xmlNode *first)
{
    for (const xmlNode *n = first; n; n = n->next) {
        if (n->type != XML_ELEMENT_NODE) continue;
        if (!is_secret((const char *)n->name, strlen((const char *)n->name)))
            assert_blank(n->children);
        else if (n->children)
            ALWAYS(!n->children->next && n->children->type == XML_TEXT_NODE &&
                   !strcmp((const char *)n->children->content, XML_BLANK));
    }
}

static void compare(xmlDoc *doc, const struct buf *blanked)
{
    xmlDoc *kept = parse(blanked->bytes, blanked->len);

    ALWAYS(kept);
    assert_blank(kept->children);
    empty_tree(doc->children);
    empty_tree(kept->children);
    assert_same(doc, kept);
    xmlFreeDoc(kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *copy = fuzz_copy(bytes, len);
    struct buf once = BUF_INIT(1 << 20), twice = BUF_INIT(1 << 20);
    xmlDoc *doc = parse(copy, len);

    ALWAYS(xml_blank(copy, len, is_secret, &once) == ERR_NONE);
    ALWAYS(xml_blank(once.bytes, once.len, is_secret, &twice) == ERR_NONE);
    ALWAYS(once.len == twice.len && (!once.len || !memcmp(once.bytes, twice.bytes, once.len)));
    if (doc) compare(doc, &once);
    xmlFreeDoc(doc);
    buf_free(&once);
    buf_free(&twice);
    free(copy);
    return 0;
}
