/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/lift.h"

#include "xml/internal.h"

#include <libxml/SAX2.h>

#include <stdlib.h>
#include <string.h>

/* NODE: what one costs beside its text, about. */
enum { PIECE = 65536, NODE = 100, AROUND_MAX = 1024 * 1024 };

struct lifting {
    const struct xml_lift *lift;
    xml_lift_fn *piece;
    void *cls;
    startElementNsSAX2Func open;
    size_t around; /* bytes of the tree, about */
    enum err rc;
};

static void stop(xmlParserCtxtPtr parser, enum err rc)
{
    struct lifting *l = parser->_private;

    l->rc = rc;
    xmlStopParser(parser);
}

/* The message may be as big as its text; the tree around it may not [X36].
 * @return whether there is room for so much more */
static bool grow(xmlParserCtxtPtr parser, size_t bytes)
{
    struct lifting *l = parser->_private;

    if (l->rc != ERR_NONE) return false;
    l->around += NODE + bytes;
    if (l->around <= AROUND_MAX) return true;
    stop(parser, err_set(ERR_XML_SYNTAX, "too much around its text"));
    return false;
}

static void on_open(void *cls, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                    int n_namespaces, const xmlChar **namespaces, int n_attributes, int n_defaulted,
                    const xmlChar **attributes)
{
    xmlParserCtxtPtr parser = cls;
    const struct lifting *l = parser->_private;
    size_t bytes = (size_t)xmlStrlen(name);

    for (int i = 0; i < 2 * n_namespaces; i++)
        bytes += NODE + (size_t)xmlStrlen(namespaces[i]);
    for (int i = 0; i < n_attributes; i++) /* name, prefix, URI, value, its end */
        bytes += NODE + (size_t)xmlStrlen(attributes[5 * i]) +
                 (size_t)(attributes[5 * i + 4] - attributes[5 * i + 3]);
    if (grow(parser, bytes))
        l->open(cls, name, prefix, uri, n_namespaces, namespaces, n_attributes, n_defaulted,
                attributes);
}

static bool is_lifted(const struct xml_lift *lift, const xmlNode *node)
{
    for (int i = XML_LIFT_DEPTH - 1; i >= 0; i--, node = node->parent)
        if (node == NULL || node->type != XML_ELEMENT_NODE ||
            strcmp((const char *)node->name, lift->path[i]) != 0)
            return false;
    return node != NULL && node->type == XML_DOCUMENT_NODE;
}

/* @return whether the text was taken */
static bool take(xmlParserCtxtPtr parser, const xmlChar *text, int len)
{
    const struct lifting *l = parser->_private;
    enum err rc;

    if (!is_lifted(l->lift, parser->node)) return false;
    if (l->piece == NULL || l->rc != ERR_NONE) return true;
    rc = l->piece(l->cls, (const char *)text, (size_t)len);
    if (rc != ERR_NONE) stop(parser, rc);
    return true;
}

static void on_text(void *cls, const xmlChar *text, int len)
{
    if (!take(cls, text, len) && grow(cls, (size_t)len)) xmlSAX2Characters(cls, text, len);
}

static void on_cdata(void *cls, const xmlChar *text, int len)
{
    if (!take(cls, text, len) && grow(cls, (size_t)len)) xmlSAX2CDataBlock(cls, text, len);
}

/* What the parser answers counts too: one that was halted may still call itself well-formed. */
static enum err feed(xmlParserCtxtPtr parser, const char *bytes, size_t len)
{
    const struct lifting *l = parser->_private;
    int code = XML_ERR_OK;

    while (len > 0 && l->rc == ERR_NONE && code == XML_ERR_OK) {
        size_t n = len < PIECE ? len : PIECE;

        code = xmlParseChunk(parser, bytes, (int)n, 0);
        bytes += n;
        len -= n;
    }
    if (l->rc == ERR_NONE && code == XML_ERR_OK) code = xmlParseChunk(parser, NULL, 0, 1);
    if (l->rc != ERR_NONE) return l->rc;
    if (code != XML_ERR_OK || !parser->wellFormed || !parser->nsWellFormed || parser->myDoc == NULL)
        return xml_syntax(NULL, &parser->lastError);
    if (xmlGetIntSubset(parser->myDoc) != NULL)
        return err_set(ERR_XML_SYNTAX, "line 1: a DTD is not allowed");
    return ERR_NONE;
}

enum err xml_lift_parse(const char *bytes, size_t len, const struct xml_lift *lift,
                        xml_lift_fn *piece, void *cls, struct xml_document **out)
{
    enum err rc;
    struct lifting l = {.lift = lift, .piece = piece, .cls = cls};
    struct xml_document *d = calloc(1, sizeof *d);
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(NULL, NULL, NULL, 0, NULL);

    *out = NULL;
    if (d == NULL || parser == NULL) {
        rc = err_set(ERR_MEMORY, "XML");
        goto out;
    }
    (void)xmlCtxtUseOptions(parser, XML_OPTIONS);
    parser->_private = &l;
    l.open = parser->sax->startElementNs;
    parser->sax->startElementNs = on_open;
    parser->sax->comment = NULL;
    parser->sax->characters = parser->sax->ignorableWhitespace = on_text;
    parser->sax->cdataBlock = on_cdata;
    TRY(feed(parser, bytes, len));
    d->size = len;
    d->doc = parser->myDoc;
    parser->myDoc = NULL;
    *out = d;
    d = NULL;
out:
    if (parser != NULL) xmlFreeDoc(parser->myDoc);
    xmlFreeParserCtxt(parser);
    free(d);
    return rc;
}
