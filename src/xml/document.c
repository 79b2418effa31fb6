/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/document.h"

#include "xml/internal.h"
#include "xml/tree.h"

#include <libxml/parserInternals.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A text that had to be joined from pieces; they hang on the document's _private. */
struct joined {
    struct joined *next;
    char text[];
};

enum err xml_syntax(const char *url, const xmlError *error)
{
    const char *colon = url == NULL ? "" : ": ";
    int len;

    if (url == NULL) url = "";
    if (error == NULL || error->message == NULL) return err_set(ERR_XML_SYNTAX, url);
    if (error->code == XML_ERR_NO_MEMORY) return err_set(ERR_MEMORY, "XML");
    len = (int)strcspn(error->message, "\n");
    return err_setf(ERR_XML_SYNTAX, "%s%sline %d: %.*s", url, colon, error->line, len,
                    error->message);
}

/* Bytes of names and namespaces, each once: no document of ours has a tenth of it. The parser's
 * table of them has a few thousand places, so that time would grow with the square [X33]. */
enum { NAMES_MAX = 64 * 1024 };

/* Before each token the parser looks for more input where less than a chunk is left, which in a
 * small message is everywhere, and costs a fifth of its time: blanks behind the document spare it
 * that. In UTF-16 they would be none. */
enum { SMALL_MAX = 8192 };
struct padded {
    char bytes[SMALL_MAX + INPUT_CHUNK];
};

static const char *pad(const char *bytes, size_t *len, struct padded *p)
{
    if (*len > SMALL_MAX || *len < 2 || bytes[0] != '<' || bytes[1] == '\0') return bytes;
    memcpy(p->bytes, bytes, *len);
    memset(p->bytes + *len, ' ', INPUT_CHUNK);
    *len += INPUT_CHUNK;
    return p->bytes;
}

/* A DTD is refused whole: without one no entity can be declared [X26]-[X30]. */
enum err xml_parse(const char *bytes, size_t len, const char *url, xmlDictPtr dict, xmlDocPtr *out)
{
    enum err rc = ERR_NONE;
    xmlParserCtxtPtr context = NULL;
    xmlDocPtr doc = NULL;
    struct padded padded;

    *out = NULL;
    if (len > INT_MAX) return err_set(ERR_LIMIT, "XML");
    if (len == 0)
        return err_setf(ERR_XML_SYNTAX, "%s%sit is empty", url ? url : "", url ? ": " : "");
    context = xmlNewParserCtxt();
    if (context == NULL) return err_set(ERR_MEMORY, "XML");
    if (dict != NULL) {
        xmlDictFree(context->dict);
        context->dict = dict;
        xmlDictReference(dict);
    } else {
        xmlDictSetLimit(context->dict, NAMES_MAX);
    }
    bytes = pad(bytes, &len, &padded);
    doc = xmlCtxtReadMemory(context, bytes, (int)len, url, NULL, XML_OPTIONS);
    if (doc == NULL || !context->nsWellFormed) { /* an unbound prefix too */
        rc = xml_syntax(url, &context->lastError);
    } else if (xmlGetIntSubset(doc) != NULL) {
        rc = err_set(ERR_XML_SYNTAX, "line 1: a DTD is not allowed");
    } else {
        *out = doc;
        doc = NULL;
    }
    xmlFreeDoc(doc);
    xmlFreeParserCtxt(context);
    return rc;
}

enum err xml_document_parse(const char *bytes, size_t len, struct xml_document **out)
{
    enum err rc;
    struct xml_document *d;

    *out = NULL;
    d = calloc(1, sizeof *d);
    if (d == NULL) return err_set(ERR_MEMORY, "XML");
    d->size = len;
    TRY(xml_parse(bytes, len, NULL, NULL, &d->doc));
    *out = d;
    return ERR_NONE;
out:
    free(d);
    return rc;
}

void xml_texts_free(xmlDocPtr doc)
{
    struct joined *piece = doc->_private;

    while (piece != NULL) {
        struct joined *next = piece->next;

        free(piece);
        piece = next;
    }
    doc->_private = NULL;
}

void xml_document_close(struct xml_document **doc)
{
    if (*doc == NULL) return;
    if ((*doc)->borrowed && (*doc)->doc != NULL) xml_tree_release(*doc);
    if ((*doc)->doc != NULL) xml_texts_free((*doc)->doc);
    xmlFreeDoc((*doc)->doc);
    free(*doc);
    *doc = NULL;
}

const struct xml_node *xml_root(const struct xml_document *doc)
{
    return xml_wrap(xmlDocGetRootElement(doc->doc));
}

/* The first of these siblings that is an element of that namespace and name. */
static const struct xml_node *first_of(const xmlNode *node, const char *ns, const char *name)
{
    for (; node != NULL; node = node->next) {
        if (node->type != XML_ELEMENT_NODE) continue;
        if (name != NULL && strcmp((const char *)node->name, name) != 0) continue;
        if (ns == NULL || strcmp(xml_namespace(xml_wrap(node)), ns) == 0) return xml_wrap(node);
    }
    return NULL;
}

const struct xml_node *xml_child(const struct xml_node *parent, const char *ns, const char *name)
{
    return parent == NULL ? NULL : first_of(xml_raw(parent)->children, ns, name);
}

const struct xml_node *xml_next(const struct xml_node *node, const char *ns, const char *name)
{
    return node == NULL ? NULL : first_of(xml_raw(node)->next, ns, name);
}

const char *xml_name(const struct xml_node *node)
{
    return (const char *)xml_raw(node)->name;
}

const char *xml_namespace(const struct xml_node *node)
{
    const xmlNs *ns = xml_raw(node)->ns;

    return ns == NULL || ns->href == NULL ? "" : (const char *)ns->href;
}

long xml_line(const struct xml_node *node)
{
    return xmlGetLineNo(xml_raw(node));
}

static bool is_text(const xmlNode *node)
{
    return (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) &&
           node->content != NULL;
}

/* Comments and CDATA sections split a text; one piece is borrowed as it is. */
static const char *text_of(xmlDocPtr doc, const xmlNode *first)
{
    const xmlNode *only = NULL;
    size_t len = 0, pieces = 0, at = 0;
    struct joined *whole;

    for (const xmlNode *n = first; n != NULL; n = n->next) {
        if (!is_text(n)) continue;
        only = n;
        pieces++;
        len += strlen((const char *)n->content);
    }
    if (pieces == 0) return "";
    if (pieces == 1) return (const char *)only->content;
    whole = malloc(sizeof *whole + len + 1);
    ALWAYS(whole != NULL);
    for (const xmlNode *n = first; n != NULL; n = n->next) {
        if (!is_text(n)) continue;
        memcpy(whole->text + at, n->content, strlen((const char *)n->content));
        at += strlen((const char *)n->content);
    }
    whole->text[at] = '\0';
    whole->next = doc->_private;
    doc->_private = whole;
    return whole->text;
}

const char *xml_attribute(const struct xml_node *node, const char *name)
{
    const xmlNode *element = xml_raw(node);

    for (const xmlAttr *a = element->properties; a != NULL; a = a->next)
        if (a->ns == NULL && strcmp((const char *)a->name, name) == 0)
            return text_of(element->doc, a->children);
    return NULL;
}

const char *xml_attribute_at(const struct xml_node *node, size_t i, const char **out_name)
{
    const xmlNode *element = xml_raw(node);
    const xmlAttr *a = element->properties;

    while (a != NULL && i-- > 0)
        a = a->next;
    if (a == NULL) return NULL;
    *out_name = (const char *)a->name;
    return text_of(element->doc, a->children);
}

const char *xml_text(const struct xml_node *node)
{
    return text_of(xml_raw(node)->doc, xml_raw(node)->children);
}

const char *xml_child_text(const struct xml_node *parent, const char *ns, const char *name)
{
    const struct xml_node *child = xml_child(parent, ns, name);

    return child == NULL ? NULL : xml_text(child);
}
