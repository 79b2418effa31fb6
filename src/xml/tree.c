/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A writer's document as a tree, without a text between: what is to be transformed at once need not
 * be escaped and parsed. Its nodes lie in the caller's arena, and go with it: made one by one and
 * freed one by one they would cost more than the sheet that is applied to them. */
#include "xml/tree.h"
#include "xml/internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct xml_tree {
    struct arena *arena;
    struct xml_document *document;
    xmlNodePtr at;
    xmlNsPtr ns;
    xmlAttrPtr last; /* attribute of at */
};

enum err xml_tree_open(struct arena *arena, struct xml_tree **out)
{
    struct xml_tree *t = calloc(1, sizeof *t);

    *out = t;
    if (t != NULL) t->document = calloc(1, sizeof *t->document);
    if (t != NULL && t->document != NULL) t->document->doc = xmlNewDoc(BAD_CAST "1.0");
    if (t == NULL || t->document == NULL || t->document->doc == NULL) {
        xml_tree_free(out);
        return err_set(ERR_MEMORY, "XML");
    }
    t->arena = arena;
    t->document->borrowed = true;
    t->at = (xmlNodePtr)t->document->doc;
    return ERR_NONE;
}

void xml_tree_free(struct xml_tree **tree)
{
    if (*tree == NULL) return;
    xml_document_close(&(*tree)->document);
    free(*tree);
    *tree = NULL;
}

/* Names are literals, and content is ours or the arena's: the library frees neither. */
static xmlChar *lent(const char *text)
{
    return (xmlChar *)(uintptr_t)text; /* NOLINT(performance-no-int-to-ptr): drops const */
}

static xmlNodePtr node_new(struct xml_tree *t, xmlElementType type, const char *name,
                           const char *content)
{
    xmlNodePtr node = arena_alloc(t->arena, sizeof *node);
    char *copy = content == NULL ? NULL : arena_strdup(t->arena, content);

    if (node == NULL || (content != NULL && copy == NULL)) return NULL;
    node->type = type;
    node->name = lent(name);
    node->content = lent(copy);
    node->doc = t->document->doc;
    return node;
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
    xmlNodePtr node = node_new(t, XML_ELEMENT_NODE, name, NULL);

    if (node == NULL) return err_set(ERR_LIMIT, "XML");
    node->ns = t->ns;
    append(t, node);
    t->at = node;
    t->last = NULL;
    t->document->size += 2 * strlen(name) + 5;
    return ERR_NONE;
}

/* The default namespace: of this element, and of all below. */
static enum err namespace_set(struct xml_tree *t, const char *uri)
{
    xmlNsPtr ns = arena_alloc(t->arena, sizeof *ns);
    char *href = arena_strdup(t->arena, uri);

    if (ns == NULL || href == NULL) return err_set(ERR_LIMIT, "XML");
    ns->type = XML_LOCAL_NAMESPACE;
    ns->href = lent(href);
    ns->context = t->document->doc;
    t->at->ns = t->at->nsDef = t->ns = ns;
    return ERR_NONE;
}

enum err xml_tree_attribute(struct xml_tree *t, const char *name, const char *value)
{
    xmlAttrPtr a;
    xmlNodePtr text;

    t->document->size += strlen(name) + strlen(value) + 4;
    if (strcmp(name, "xmlns") == 0) return namespace_set(t, value);
    a = arena_alloc(t->arena, sizeof *a);
    text = node_new(t, XML_TEXT_NODE, "text", value);
    if (a == NULL || text == NULL) return err_set(ERR_LIMIT, "XML");
    a->type = XML_ATTRIBUTE_NODE;
    a->name = lent(name);
    a->children = a->last = text;
    a->parent = t->at;
    a->doc = t->document->doc;
    a->prev = t->last;
    text->parent = (xmlNodePtr)a;
    if (t->last != NULL)
        t->last->next = a;
    else
        t->at->properties = a;
    t->last = a;
    return ERR_NONE;
}

/* The library's own, not the arena's: a sheet that strips blank texts frees them. */
enum err xml_tree_text(struct xml_tree *t, const char *text)
{
    xmlNodePtr node = xmlNewDocText(t->document->doc, BAD_CAST text);

    if (node == NULL) return err_set(ERR_MEMORY, "text");
    append(t, node);
    t->document->texts = true;
    t->document->size += strlen(text);
    return ERR_NONE;
}

enum err xml_tree_instruction(struct xml_tree *t, const char *name, const char *content)
{
    xmlNodePtr node = node_new(t, XML_PI_NODE, name, content);

    if (node == NULL) return err_set(ERR_LIMIT, "XML");
    append(t, node);
    t->document->size += strlen(name) + strlen(content) + 5;
    return ERR_NONE;
}

void xml_tree_up(struct xml_tree *t)
{
    t->at = t->at->parent;
}

void xml_tree_take(struct xml_tree **tree, struct xml_document **out)
{
    *out = (*tree)->document;
    (*tree)->document = NULL;
    xml_tree_free(tree);
}

static void texts_free(xmlNodePtr first)
{
    xmlNodePtr next;

    for (xmlNodePtr node = first; node != NULL; node = next) {
        next = node->next;
        if (node->type == XML_TEXT_NODE)
            xmlFreeNode(node);
        else if (node->type == XML_ELEMENT_NODE)
            texts_free(node->children);
    }
}

void xml_tree_release(struct xml_document *document)
{
    if (document->texts) texts_free(document->doc->children);
    document->doc->children = document->doc->last = NULL;
}
