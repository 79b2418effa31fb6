/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/lift.h"

#include "xml/internal.h"

#include <libxml/SAX2.h>

#include <stdlib.h>
#include <string.h>

enum { PIECE = 65536 };

struct lifting {
    const struct xml_lift *lift;
    xml_lift_fn *piece;
    void *cls;
    enum err rc;
};

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
    struct lifting *l = parser->_private;

    if (!is_lifted(l->lift, parser->node)) return false;
    if (l->piece == NULL || l->rc != ERR_NONE) return true;
    l->rc = l->piece(l->cls, (const char *)text, (size_t)len);
    if (l->rc != ERR_NONE) xmlStopParser(parser);
    return true;
}

static void on_text(void *cls, const xmlChar *text, int len)
{
    if (!take(cls, text, len)) xmlSAX2Characters(cls, text, len);
}

static void on_cdata(void *cls, const xmlChar *text, int len)
{
    if (!take(cls, text, len)) xmlSAX2CDataBlock(cls, text, len);
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
    struct lifting l = {lift, piece, cls, ERR_NONE};
    struct xml_document *d = calloc(1, sizeof *d);
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(NULL, NULL, NULL, 0, NULL);

    *out = NULL;
    if (d == NULL || parser == NULL) {
        rc = err_set(ERR_MEMORY, "XML");
        goto out;
    }
    (void)xmlCtxtUseOptions(parser, XML_OPTIONS);
    parser->_private = &l;
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
