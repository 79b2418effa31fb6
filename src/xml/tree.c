/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A writer's document as a tree, without a text between: what is to be transformed at once need not
 * be escaped and parsed. */
#include "xml/tree.h"
#include "xml/internal.h"

#include <libxml/dict.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 64 };

struct xml_tree {
    xmlDocPtr doc;
    xmlNodePtr at;
    xmlNsPtr ns;
    xmlAttrPtr last; /* attribute of at */
    size_t size;     /* about what the text would have */
    struct {
        const char *literal;
        const xmlChar *name;
    } names[NAMES]; /* names are literals: the same one is interned once */
};

static const xmlChar *name_of(struct xml_tree *t, const char *literal)
{
    size_t i = ((uintptr_t)literal >> 2) % NAMES;

    if (t->names[i].literal != literal) {
        t->names[i].literal = literal;
        t->names[i].name = xmlDictLookup(t->doc->dict, BAD_CAST literal, -1);
    }
    return t->names[i].name;
}

enum err xml_tree_open(struct xml_tree **out)
{
    struct xml_tree *t = calloc(1, sizeof *t);

    *out = t;
    if (t != NULL) t->doc = xmlNewDoc(BAD_CAST "1.0");
    if (t == NULL || t->doc == NULL) goto failed;
    t->doc->dict = xmlDictCreate();
    if (t->doc->dict == NULL) goto failed;
    t->at = (xmlNodePtr)t->doc;
    return ERR_NONE;
failed:
    xml_tree_free(out);
    return err_set(ERR_MEMORY, "XML");
}

void xml_tree_free(struct xml_tree **tree)
{
    if (*tree == NULL) return;
    xmlFreeDoc((*tree)->doc);
    free(*tree);
    *tree = NULL;
}

/* Below the element at hand, behind what is there. */
static void append(struct xml_tree *t, xmlNodePtr node)
{
    node->parent = t->at;
    node->prev = t->at->last;
    if (t->at->last != NULL)
        t->at->last->next = node;
    else
        t->at->children = node;
    t->at->last = node;
}

enum err xml_tree_element(struct xml_tree *t, const char *name)
{
    const xmlChar *interned = name_of(t, name);
    xmlNodePtr node = interned == NULL ? NULL
                                       : xmlNewDocNodeEatName(t->doc, t->ns,
                                                              (xmlChar *)(uintptr_t)interned, NULL);

    if (node == NULL) return err_set(ERR_MEMORY, name);
    append(t, node);
    t->at = node;
    t->last = NULL;
    t->size += 2 * strlen(name) + 5;
    return ERR_NONE;
}

/* The default namespace: of this element, and of all below. */
static enum err namespace_set(struct xml_tree *t, const char *uri)
{
    t->ns = xmlNewNs(t->at, BAD_CAST uri, NULL);
    if (t->ns == NULL) return err_set(ERR_MEMORY, "xmlns");
    xmlSetNs(t->at, t->ns);
    return ERR_NONE;
}

enum err xml_tree_attribute(struct xml_tree *t, const char *name, const char *value)
{
    xmlAttrPtr a;
    xmlNodePtr text;

    t->size += strlen(name) + strlen(value) + 4;
    if (strcmp(name, "xmlns") == 0) return namespace_set(t, value);
    a = xmlMalloc(sizeof *a);
    text = xmlNewDocText(t->doc, BAD_CAST value);
    if (a == NULL || text == NULL) {
        xmlFree(a);
        xmlFreeNode(text);
        return err_set(ERR_MEMORY, name);
    }
    memset(a, 0, sizeof *a);
    a->type = XML_ATTRIBUTE_NODE;
    a->name = name_of(t, name);
    a->children = a->last = text;
    a->parent = t->at;
    a->doc = t->doc;
    a->prev = t->last;
    text->parent = (xmlNodePtr)a;
    if (t->last != NULL)
        t->last->next = a;
    else
        t->at->properties = a;
    t->last = a;
    return a->name != NULL ? ERR_NONE : err_set(ERR_MEMORY, name);
}

enum err xml_tree_text(struct xml_tree *t, const char *text)
{
    xmlNodePtr node = xmlNewDocText(t->doc, BAD_CAST text);

    if (node == NULL) return err_set(ERR_MEMORY, "text");
    append(t, node);
    t->size += strlen(text);
    return ERR_NONE;
}

enum err xml_tree_instruction(struct xml_tree *t, const char *name, const char *content)
{
    xmlNodePtr node = xmlNewDocPI(t->doc, BAD_CAST name, BAD_CAST content);

    if (node == NULL) return err_set(ERR_MEMORY, name);
    append(t, node);
    t->size += strlen(name) + strlen(content) + 5;
    return ERR_NONE;
}

void xml_tree_up(struct xml_tree *t)
{
    t->at = t->at->parent;
}

enum err xml_tree_take(struct xml_tree **tree, struct xml_document **out)
{
    struct xml_document *d = calloc(1, sizeof *d);

    *out = d;
    if (d == NULL) return err_set(ERR_MEMORY, "XML");
    d->doc = (*tree)->doc;
    d->size = (*tree)->size;
    (*tree)->doc = NULL;
    xml_tree_free(tree);
    return ERR_NONE;
}
