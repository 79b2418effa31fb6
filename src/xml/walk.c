/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/walk.h"

#include "xml/internal.h"

#include <string.h>
#include <unistd.h>

struct walk {
    const struct xml_walker *walker;
    void *cls;
    xmlParserCtxtPtr parser;
    enum err rc;
    size_t path_len, text_len;
    char path[2048];
    char text[XML_WALK_TEXT + 1];
};

static void stop(struct walk *w, enum err rc)
{
    if (w->rc == ERR_NONE) w->rc = rc;
    xmlStopParser(w->parser);
}

static void on_open(void *cls, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                    int n_namespaces, const xmlChar **namespaces, int n_attributes, int n_defaulted,
                    const xmlChar **attributes)
{
    struct walk *w = cls;
    size_t len = strlen((const char *)name);
    enum err rc;

    (void)prefix, (void)uri, (void)n_namespaces, (void)namespaces, (void)n_attributes;
    (void)n_defaulted, (void)attributes;
    if (w->rc != ERR_NONE) return;
    if (w->path_len + len + 2 > sizeof w->path) {
        stop(w, err_set(ERR_LIMIT, "depth of XML"));
        return;
    }
    w->path[w->path_len++] = '/';
    memcpy(w->path + w->path_len, name, len + 1);
    w->path_len += len;
    w->text_len = 0;
    if (w->walker == NULL || w->walker->open == NULL) return;
    rc = w->walker->open(w->cls, w->path);
    if (rc != ERR_NONE) stop(w, rc);
}

static void on_text(void *cls, const xmlChar *text, int text_len)
{
    struct walk *w = cls;
    size_t len = (size_t)text_len, room = XML_WALK_TEXT - w->text_len;

    if (len > room) len = room;
    memcpy(w->text + w->text_len, text, len);
    w->text_len += len;
}

static void on_close(void *cls, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct walk *w = cls;
    enum err rc;

    (void)prefix, (void)uri;
    if (w->rc != ERR_NONE) return;
    w->text[w->text_len] = '\0';
    if (w->walker != NULL && w->walker->close != NULL) {
        rc = w->walker->close(w->cls, w->path, w->text);
        if (rc != ERR_NONE) stop(w, rc);
    }
    w->path_len -= strlen((const char *)name) + 1;
    w->path[w->path_len] = '\0';
    w->text_len = 0;
}

static void on_dtd(void *cls, const xmlChar *name, const xmlChar *id, const xmlChar *url)
{
    (void)name, (void)id, (void)url;
    stop(cls, err_set(ERR_XML_SYNTAX, "line 1: a DTD is not allowed"));
}

static void on_problem(void *cls, xmlErrorPtr error)
{
    xml_problem_set(cls, error);
}

/* Where the schema library says that an error is. */
static int here(void *cls, const char **file, unsigned long *line)
{
    const xmlParserCtxt *parser = cls;

    if (file != NULL) *file = NULL;
    if (line != NULL) *line = parser->input == NULL ? 0 : (unsigned long)parser->input->line;
    return 0;
}

/* The parser calls the schema library's handlers, and those call ours. */
static enum err walk_fd(const struct xml_schema *schema, int fd, struct walk *w,
                        struct xml_problem *problem)
{
    enum err rc = ERR_NONE;
    xmlSchemaValidCtxtPtr validator = NULL;
    xmlSchemaSAXPlugPtr plug = NULL;

    *w->parser->sax = (xmlSAXHandler){.initialized = XML_SAX2_MAGIC,
                                      .internalSubset = on_dtd,
                                      .startElementNs = on_open,
                                      .endElementNs = on_close,
                                      .characters = on_text,
                                      .ignorableWhitespace = on_text,
                                      .cdataBlock = on_text};
    w->parser->userData = w;
    if (schema != NULL) {
        validator = xmlSchemaNewValidCtxt(schema->compiled);
        if (validator == NULL) return err_set(ERR_MEMORY, "XML");
        xmlSchemaSetValidStructuredErrors(validator, on_problem, problem);
        xmlSchemaValidateSetLocator(validator, here, w->parser);
        plug = xmlSchemaSAXPlug(validator, &w->parser->sax, &w->parser->userData);
    }
    (void)xmlCtxtReadFd(w->parser, fd, NULL, NULL, XML_OPTIONS); /* builds no tree: NULL */
    if (w->rc != ERR_NONE)
        rc = w->rc;
    else if (!w->parser->wellFormed || !w->parser->nsWellFormed)
        rc = xml_syntax(NULL, &w->parser->lastError);
    else if (schema != NULL && (plug == NULL || xmlSchemaIsValid(validator) != 1))
        rc = xml_problem_err(problem);
    if (plug != NULL) xmlSchemaSAXUnplug(plug);
    xmlSchemaFreeValidCtxt(validator);
    return rc;
}

enum err xml_walk_file(const struct xml_schema *schema, const char *path,
                       const struct xml_walker *walker, void *cls, struct xml_problem *problem)
{
    enum err rc;
    int fd = -1;
    struct walk w = {.walker = walker, .cls = cls};

    memset(problem, 0, sizeof *problem);
    TRY(xml_file_open(path, &fd));
    w.parser = xmlNewParserCtxt();
    if (w.parser == NULL) {
        rc = err_set(ERR_MEMORY, "XML");
        goto out;
    }
    rc = walk_fd(schema, fd, &w, problem);
out:
    xmlFreeParserCtxt(w.parser);
    if (fd >= 0) close(fd);
    return rc;
}
