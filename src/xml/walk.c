/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/walk.h"

#include "xml/internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* More than any element of any flow has: what a validator would keep, however long it became. */
enum { TEXT_MAX = 65536, TAG_MAX = 16384, FILE_PIECE = 65536 };

struct xml_walk {
    const struct xml_walker *walker;
    void *cls;
    xmlParserCtxtPtr parser;
    xmlSchemaValidCtxtPtr validator;
    xmlSchemaSAXPlugPtr plug;
    struct xml_problem *problem;
    enum err rc;
    bool begun;
    size_t path_len, text_len, text_seen;
    size_t tag;   /* bytes since the last '<' that no '>' followed; 0: none */
    size_t since; /* bytes since the last '<' */
    char path[2048];
    char text[XML_WALK_TEXT + 1];
};

/* The parser goes on to the end of what it was fed: were it stopped here it would free what the
 * schema library's handler, which comes after ours, is handed. */
static void stop(struct xml_walk *w, enum err rc)
{
    if (w->rc == ERR_NONE) w->rc = rc;
}

static void on_open(void *cls, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                    int n_namespaces, const xmlChar **namespaces, int n_attributes, int n_defaulted,
                    const xmlChar **attributes)
{
    struct xml_walk *w = cls;
    size_t len = strlen((const char *)name);
    enum err rc;

    (void)prefix, (void)uri, (void)n_namespaces, (void)namespaces, (void)n_attributes;
    (void)n_defaulted, (void)attributes;
    if (w->rc != ERR_NONE) return;
    if (w->problem->text[0] != '\0') { /* it will not become better, only longer */
        stop(w, xml_problem_err(w->problem));
        return;
    }
    if (w->path_len + len + 2 > sizeof w->path) {
        stop(w, err_set(ERR_LIMIT, "depth of XML"));
        return;
    }
    w->path[w->path_len++] = '/';
    memcpy(w->path + w->path_len, name, len + 1);
    w->path_len += len;
    w->text_len = w->text_seen = 0;
    if (w->walker == NULL || w->walker->open == NULL) return;
    rc = w->walker->open(w->cls, w->path);
    if (rc != ERR_NONE) stop(w, rc);
}

static void on_text(void *cls, const xmlChar *text, int text_len)
{
    struct xml_walk *w = cls;
    size_t len = (size_t)text_len, room = XML_WALK_TEXT - w->text_len;

    if (w->rc != ERR_NONE) return;
    w->text_seen += len;
    if (w->text_seen > TEXT_MAX) stop(w, err_set(ERR_XML_INVALID, "a text of more than 64 KiB"));
    if (len > room) len = room;
    memcpy(w->text + w->text_len, text, len);
    w->text_len += len;
}

static void on_close(void *cls, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct xml_walk *w = cls;
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
    w->text_len = w->text_seen = 0;
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
static enum err plug(struct xml_walk *w, const struct xml_schema *schema)
{
    if (schema == NULL) return ERR_NONE;
    w->validator = xmlSchemaNewValidCtxt(schema->compiled);
    if (w->validator == NULL) return err_set(ERR_MEMORY, "XML");
    xmlSchemaSetValidStructuredErrors(w->validator, on_problem, w->problem);
    xmlSchemaValidateSetLocator(w->validator, here, w->parser);
    w->plug = xmlSchemaSAXPlug(w->validator, &w->parser->sax, &w->parser->userData);
    return w->plug == NULL ? err_set(ERR_MEMORY, "XML") : ERR_NONE;
}

enum err xml_walk_open(const struct xml_schema *schema, const struct xml_walker *walker, void *cls,
                       struct xml_problem *problem, struct xml_walk **out)
{
    enum err rc;
    struct xml_walk *w = calloc(1, sizeof *w);

    *out = NULL;
    memset(problem, 0, sizeof *problem);
    if (w == NULL) return err_set(ERR_MEMORY, "XML");
    w->walker = walker;
    w->cls = cls;
    w->problem = problem;
    w->parser = xmlCreatePushParserCtxt(NULL, NULL, NULL, 0, NULL);
    if (w->parser == NULL) {
        rc = err_set(ERR_MEMORY, "XML");
        goto out;
    }
    (void)xmlCtxtUseOptions(w->parser, XML_OPTIONS);
    *w->parser->sax = (xmlSAXHandler){.initialized = XML_SAX2_MAGIC,
                                      .internalSubset = on_dtd,
                                      .startElementNs = on_open,
                                      .endElementNs = on_close,
                                      .characters = on_text,
                                      .ignorableWhitespace = on_text,
                                      .cdataBlock = on_text};
    w->parser->userData = w;
    TRY(plug(w, schema));
    *out = w;
    w = NULL;
out:
    xml_walk_close(&w);
    return rc;
}

/* A tag's attributes are compared with one another: a long one would take for ever. A value may
 * have a '>', which does not end its tag, but no '<'. */
static enum err tags_check(struct xml_walk *w, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (w->tag > 0) w->tag++;
        w->since++;
        if (bytes[i] == '<') w->tag = w->since = 1;
        if (bytes[i] == '>') w->tag = 0;
        if (w->tag > TAG_MAX) return err_set(ERR_XML_INVALID, "a tag of more than 16 KiB");
        if (w->since > TAG_MAX + TEXT_MAX)
            return err_set(ERR_XML_INVALID, "a tag and a text of more than 80 KiB");
    }
    return ERR_NONE;
}

/* A character that is not of the document's encoding halts the parser and leaves it well-formed:
 * only what it answers tells. */
static void parse(struct xml_walk *w, const char *bytes, size_t len, bool last)
{
    int code = xmlParseChunk(w->parser, bytes, (int)len, last);

    if (w->rc == ERR_NONE &&
        (code != XML_ERR_OK || !w->parser->wellFormed || (last && !w->parser->nsWellFormed)))
        w->rc = xml_syntax(NULL, &w->parser->lastError);
}

enum err xml_walk_feed(struct xml_walk *w, const char *bytes, size_t len)
{
    if (len == 0 || w->rc != ERR_NONE) return w->rc;
    ALWAYS(len <= INT_MAX);
    w->rc = tags_check(w, bytes, len);
    w->begun = true;
    if (w->rc == ERR_NONE) parse(w, bytes, len, false);
    return w->rc;
}

enum err xml_walk_end(struct xml_walk *w)
{
    if (w->rc != ERR_NONE) return w->rc;
    if (!w->begun) return w->rc = xml_syntax(NULL, NULL);
    parse(w, NULL, 0, true);
    if (w->rc == ERR_NONE && w->plug != NULL && xmlSchemaIsValid(w->validator) != 1)
        w->rc = xml_problem_err(w->problem);
    return w->rc;
}

void xml_walk_close(struct xml_walk **walk)
{
    struct xml_walk *w = *walk;

    if (w == NULL) return;
    if (w->plug != NULL) xmlSchemaSAXUnplug(w->plug);
    xmlSchemaFreeValidCtxt(w->validator);
    if (w->parser != NULL) xmlFreeDoc(w->parser->myDoc);
    xmlFreeParserCtxt(w->parser);
    free(w);
    *walk = NULL;
}

static enum err file_feed(struct xml_walk *w, int fd, const char *path)
{
    enum err rc;
    char *piece = malloc(FILE_PIECE);
    ssize_t n = 0;

    if (piece == NULL) return err_set(ERR_MEMORY, "XML");
    while ((n = read(fd, piece, FILE_PIECE)) > 0)
        TRY(xml_walk_feed(w, piece, (size_t)n));
    rc = n < 0 ? err_set(ERR_IO_READ, path) : xml_walk_end(w);
out:
    free(piece);
    return rc;
}

enum err xml_walk_file(const struct xml_schema *schema, const char *path,
                       const struct xml_walker *walker, void *cls, struct xml_problem *problem)
{
    enum err rc;
    int fd = -1;
    struct xml_walk *w = NULL;

    memset(problem, 0, sizeof *problem);
    TRY(xml_file_open(path, &fd));
    TRY(xml_walk_open(schema, walker, cls, problem, &w));
    TRY(file_feed(w, fd, path));
out:
    xml_walk_close(&w);
    if (fd >= 0) close(fd);
    return rc;
}
