/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/reader.h"

#include "xml/internal.h"

#include <libxml/xmlreader.h>

#include <stdlib.h>
#include <unistd.h>

struct xml_reader {
    int fd;
    xmlTextReaderPtr text;
    struct xml_document root; /* a copy: the real one grows while it is read */
    enum err rc;              /* the first error, for ever */
};

static void on_error(void *cls, xmlErrorPtr error)
{
    struct xml_reader *r = cls;

    if (r->rc == ERR_NONE && error->level >= XML_ERR_ERROR) r->rc = xml_syntax(NULL, error);
}

/* One step; more: there was something. */
static enum err step(struct xml_reader *r, int (*move)(xmlTextReaderPtr), bool *more)
{
    int got = move(r->text);

    *more = got == 1;
    if (r->rc == ERR_NONE && got < 0) r->rc = err_set(ERR_XML_SYNTAX, "");
    return r->rc;
}

static enum err root_read(struct xml_reader *r)
{
    enum err rc;
    bool more;

    do {
        TRY(step(r, xmlTextReaderRead, &more));
        if (xmlTextReaderNodeType(r->text) == XML_READER_TYPE_DOCUMENT_TYPE) {
            rc = err_set(ERR_XML_SYNTAX, "line 1: a DTD is not allowed");
            goto out;
        }
    } while (more && xmlTextReaderNodeType(r->text) != XML_READER_TYPE_ELEMENT);
    r->root.doc = xmlNewDoc(NULL);
    if (r->root.doc != NULL)
        xmlDocSetRootElement(r->root.doc,
                             xmlDocCopyNode(xmlTextReaderCurrentNode(r->text), r->root.doc, 2));
    if (xml_reader_root(r) == NULL) rc = err_set(ERR_MEMORY, "XML");
out:
    return rc;
}

enum err xml_reader_open(const char *path, struct xml_reader **out)
{
    enum err rc;
    struct xml_reader *r = calloc(1, sizeof *r);

    *out = NULL;
    if (r == NULL) return err_set(ERR_MEMORY, "XML");
    r->fd = -1;
    TRY(xml_file_open(path, &r->fd));
    r->text = xmlReaderForFd(r->fd, NULL, NULL, XML_OPTIONS);
    if (r->text == NULL) {
        rc = err_set(ERR_MEMORY, "XML");
        goto out;
    }
    xmlTextReaderSetStructuredErrorHandler(r->text, on_error, r);
    TRY(root_read(r));
    *out = r;
    r = NULL;
out:
    xml_reader_close(&r);
    return rc;
}

const struct xml_node *xml_reader_root(const struct xml_reader *reader)
{
    return xml_root(&reader->root);
}

/* Past the last child, or before the first one: a step; from a child: over all below it. */
enum err xml_reader_next(struct xml_reader *reader, const struct xml_node **out)
{
    enum err rc = reader->rc;
    xmlDocPtr doc = xmlTextReaderCurrentDoc(reader->text);
    bool more = true;

    *out = NULL;
    if (rc != ERR_NONE) return rc;
    if (doc != NULL) xml_texts_free(doc);
    do {
        if (xmlTextReaderDepth(reader->text) == 1)
            TRY(step(reader, xmlTextReaderNext, &more));
        else
            TRY(step(reader, xmlTextReaderRead, &more));
        if (!more || xmlTextReaderDepth(reader->text) == 0) return ERR_NONE;
    } while (xmlTextReaderNodeType(reader->text) != XML_READER_TYPE_ELEMENT);
    *out = xml_wrap(xmlTextReaderExpand(reader->text));
    rc = reader->rc;
    if (rc == ERR_NONE && *out == NULL) rc = reader->rc = err_set(ERR_XML_SYNTAX, "");
    if (rc != ERR_NONE) *out = NULL;
out:
    return rc;
}

void xml_reader_close(struct xml_reader **reader)
{
    xmlDocPtr doc;

    if (*reader == NULL) return;
    if ((*reader)->text != NULL) {
        doc = xmlTextReaderCurrentDoc((*reader)->text);
        if (doc != NULL) xml_texts_free(doc);
        xmlFreeTextReader((*reader)->text);
        /* CurrentDoc keeps the document for its caller: it is not freed with the reader. */
        xmlFreeDoc(doc);
    }
    if ((*reader)->root.doc != NULL) xml_texts_free((*reader)->root.doc);
    xmlFreeDoc((*reader)->root.doc);
    if ((*reader)->fd >= 0) close((*reader)->fd);
    free(*reader);
    *reader = NULL;
}
