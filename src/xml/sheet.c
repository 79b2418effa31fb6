/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/sheet.h"

#include "xml/internal.h"

#include <libxslt/documents.h>
#include <libxslt/imports.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/variables.h>
#include <libxslt/xslt.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Limits of one transformation [X55]: its work grows with its input, and no faster. */
enum { DEPTH_MAX = 200, OPERATIONS_MIN = 100000, OPERATIONS_PER_BYTE = 40, MEMORY_MAX = 256 << 20 };

struct xml_sheet {
    xsltStylesheetPtr compiled;
};

/* What the library said, piece by piece and over several lines; made one. */
struct said {
    char text[512];
    size_t len;
};

static xsltSecurityPrefsPtr security;
/* Set while this thread compiles a sheet: imports resolve to lib, messages go to listener. */
static _Thread_local const char *lib;
static _Thread_local struct said *listener;

__attribute__((format(printf, 2, 3))) static void say(void *cls, const char *fmt, ...)
{
    struct said *s = cls == NULL ? listener : cls;
    size_t room;
    va_list args;
    int n;

    if (s == NULL) return;
    room = sizeof s->text - s->len;
    va_start(args, fmt);
    n = vsnprintf(s->text + s->len, room, fmt, args);
    va_end(args);
    if (n < 0) return;
    for (char *p = s->text + s->len; *p != '\0'; p++)
        if (*p == '\n') *p = ' ';
    s->len += (size_t)n < room ? (size_t)n : room - 1;
}

/* Nothing is read, except to compile: then sheet_load() decides what [X55]. */
static int may_read(xsltSecurityPrefsPtr prefs, xsltTransformContextPtr context, const char *value)
{
    (void)prefs, (void)context, (void)value;
    return lib != NULL;
}

/* The NAME of ".../lib/NAME", or NULL. */
static const char *library_name(const char *url)
{
    const char *slash = strrchr(url, '/');

    if (slash == NULL || slash - url < 3 || strncmp(slash - 3, "lib", 3) != 0) return NULL;
    return slash - url == 3 || slash[-4] == '/' ? slash + 1 : NULL;
}

/* An import of ".../lib/NAME" is the installed NAME, wherever the sheet lies; no other document
 * can be had, and none at all while a sheet is applied: document() asks here too [X55]. */
static xmlDocPtr sheet_load(const xmlChar *url, xmlDictPtr dict, int options, void *context,
                            xsltLoadType type)
{
    const char *name = url == NULL ? NULL : library_name((const char *)url);
    char path[4096];
    xmlDocPtr doc = NULL;

    (void)options, (void)context, (void)type;
    if (lib == NULL || name == NULL) return NULL;
    if (snprintf(path, sizeof path, "%s/%s", lib, name) >= (int)sizeof path) return NULL;
    if (xml_read_ours(path, (const char *)url, dict, &doc) != ERR_NONE)
        say(NULL, "%s: %s ", path, err_detail()->field);
    return doc;
}

void xml_sheet_init(void)
{
    security = xsltNewSecurityPrefs();
    ALWAYS(security != NULL);
    xsltSetSecurityPrefs(security, XSLT_SECPREF_READ_FILE, may_read);
    xsltSetSecurityPrefs(security, XSLT_SECPREF_WRITE_FILE, xsltSecurityForbid);
    xsltSetSecurityPrefs(security, XSLT_SECPREF_CREATE_DIRECTORY, xsltSecurityForbid);
    xsltSetSecurityPrefs(security, XSLT_SECPREF_READ_NETWORK, xsltSecurityForbid);
    xsltSetSecurityPrefs(security, XSLT_SECPREF_WRITE_NETWORK, xsltSecurityForbid);
    xsltSetDefaultSecurityPrefs(security);
    xsltSetLoaderFunc(sheet_load);
    xsltSetGenericErrorFunc(NULL, say);
}

enum err xml_sheet_open(const char *path, const char *lib_dir, struct xml_sheet **out)
{
    enum err rc = ERR_NONE;
    struct said said = {.len = 0};
    struct xml_sheet *s = calloc(1, sizeof *s);
    xmlDocPtr doc = NULL;

    *out = NULL;
    if (s == NULL) return err_set(ERR_MEMORY, path);
    rc = xml_read_ours(path, xml_base_name(path), NULL, &doc);
    lib = lib_dir;
    listener = &said;
    if (rc == ERR_NONE) s->compiled = xsltParseStylesheetDoc(doc);
    lib = NULL;
    listener = NULL;
    if (s->compiled == NULL) xmlFreeDoc(doc); /* else it belongs to the sheet */
    if (s->compiled == NULL || s->compiled->errors > 0) {
        rc = err_setf(ERR_XML_SHEET, "%s: %s", path, said.text);
        xml_sheet_close(&s);
    }
    *out = s;
    return rc;
}

void xml_sheet_close(struct xml_sheet **sheet)
{
    if (*sheet == NULL) return;
    if ((*sheet)->compiled != NULL) xsltFreeStylesheet((*sheet)->compiled);
    free(*sheet);
    *sheet = NULL;
}

bool xml_sheet_text(const struct xml_sheet *sheet)
{
    const xmlChar *method;

    XSLT_GET_IMPORT_PTR(method, sheet->compiled, method)
    return method != NULL && xmlStrEqual(method, BAD_CAST "text");
}

bool xml_sheet_encoding_is(const struct xml_sheet *sheet, const char *encoding)
{
    const xmlChar *said;

    XSLT_GET_IMPORT_PTR(said, sheet->compiled, encoding)
    return xmlStrcasecmp(said == NULL ? BAD_CAST "UTF-8" : said, BAD_CAST encoding) == 0;
}

/* A serializer of text drops instructions. */
static enum err instructions_to_text(xmlDocPtr result)
{
    xmlNodePtr next;

    for (xmlNodePtr node = result->children; node != NULL; node = next) {
        char text[128];
        xmlNodePtr written;

        next = node->next;
        if (node->type != XML_PI_NODE) continue;
        (void)snprintf(text, sizeof text, "<?%s %s?>", (const char *)node->name,
                       node->content == NULL ? "" : (const char *)node->content);
        written = xmlNewDocText(result, BAD_CAST text);
        if (written == NULL) return err_set(ERR_MEMORY, "sheet");
        xmlFreeNode(xmlReplaceNode(node, written));
    }
    return ERR_NONE;
}

static enum err result_add(const struct xml_sheet *sheet, xmlDocPtr result, struct buf *out)
{
    xmlChar *text = NULL;
    int len = 0;
    xsltStylesheetPtr compiled = sheet->compiled;
    enum err rc = xml_sheet_text(sheet) ? instructions_to_text(result) : ERR_NONE;

    if (rc != ERR_NONE) return rc;
    if (xsltSaveResultToString(&text, &len, result, compiled) < 0)
        rc = err_set(ERR_XML_SHEET, "the result cannot be written in its encoding");
    else if (xml_memory_over())
        rc = err_set(ERR_XML_SHEET, "it takes more than 256 MiB of memory");
    else if (len > 0)
        rc = buf_add(out, text, (size_t)len);
    xmlFree(text);
    return rc;
}

enum err xml_sheet_apply(const struct xml_sheet *sheet, const struct xml_document *doc,
                         const char *const *params, struct buf *out)
{
    enum err rc = ERR_NONE;
    struct said said = {.len = 0};
    xmlDocPtr result = NULL;
    xsltTransformContextPtr context = xsltNewTransformContext(sheet->compiled, doc->doc);

    if (context == NULL) return err_set(ERR_MEMORY, "sheet");
    xsltSetTransformErrorFunc(context, &said, say);
    context->maxTemplateDepth = DEPTH_MAX;
    context->opLimit = OPERATIONS_MIN + OPERATIONS_PER_BYTE * doc->size;
    context->xpathCtxt->opLimit = context->opLimit; /* the same for each step of an expression */
    if (xsltSetCtxtSecurityPrefs(security, context) != 0) {
        rc = err_set(ERR_XML_SHEET, "security");
        goto out;
    }
    for (; params != NULL && params[0] != NULL; params += 2) {
        const xmlChar *name = (const xmlChar *)params[0], *value = (const xmlChar *)params[1];

        if (xsltQuoteOneUserParam(context, name, value) != 0) { /* [X56] */
            rc = err_set(ERR_XML_SHEET, params[0]);
            goto out;
        }
    }
    xml_memory_limit(MEMORY_MAX);
    result = xsltApplyStylesheetUser(sheet->compiled, doc->doc, NULL, NULL, NULL, context);
    if (xml_memory_over())
        rc = err_set(ERR_XML_SHEET, "it takes more than 256 MiB of memory");
    else if (result == NULL || context->state != XSLT_STATE_OK)
        rc = err_setf(ERR_XML_SHEET, "%s", said.len > 0 ? said.text : "a sheet stopped");
    else
        rc = result_add(sheet, result, out);
out:
    xml_memory_limit(SIZE_MAX);
    xmlFreeDoc(result);
    xsltFreeTransformContext(context);
    return rc;
}
