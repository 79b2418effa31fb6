/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/forbidden.h"

#include "xml/document.h"

#include <ctype.h>
#include <string.h>

enum { SHEET_MAX = 1 << 20, NAME_SIZE = 64, LEVELS_MAX = 64 };
static const char XSL[] = "http://www.w3.org/1999/XSL/Transform";

static const struct {
    const char *name, *why;
} FUNCTIONS[] = {
    {"document", "a sheet reads no other document"},
    {"generate-id", "differs from run to run: the same records must make the same bytes"},
    {"unparsed-entity-uri", "there are no entities"},
};
/* Attributes of XSLT's own elements that are expressions or patterns. */
static const char *const EXPRESSIONS[] = {"select", "test", "match", "use",
                                          "count",  "from", "value"};

struct reading {
    const char *path;
    struct buf *out;
    long line;
};

static enum err found(const struct reading *r, const char *name, const char *why)
{
    return buf_printf(r->out, "%s:%ld: %s: %s\n", r->path, r->line, name, why);
}

static bool name_char(char c)
{
    return isalnum((unsigned char)c) || c == '-' || c == '_' || c == '.' || c == ':' || c < 0;
}

/* A name and a parenthesis is a call; with a prefix it is none of XSLT's own. */
static enum err call_check(const struct reading *r, const char *name, size_t len)
{
    char text[NAME_SIZE];

    if (len >= sizeof text) return ERR_NONE;
    memcpy(text, name, len);
    text[len] = '\0';
    if (strchr(text, ':') != NULL && strstr(text, "::") == NULL)
        return found(r, text, "an extension function");
    for (size_t i = 0; i < ARRAY_LEN(FUNCTIONS); i++)
        if (strcmp(text, FUNCTIONS[i].name) == 0) return found(r, text, FUNCTIONS[i].why);
    return ERR_NONE;
}

/* @param end  where it ends; literals in quotes are skipped */
static enum err expression_check(const struct reading *r, const char *at, const char *end)
{
    enum err rc = ERR_NONE;

    while (at < end) {
        if (*at == '\'' || *at == '"') {
            const char *close = memchr(at + 1, *at, (size_t)(end - at - 1));

            if (close == NULL) return ERR_NONE; /* the compiler says it better */
            at = close + 1;
        } else if (name_char(*at)) {
            const char *name = at;

            while (at < end && name_char(*at))
                at++;
            const char *after = at;
            while (after < end && isspace((unsigned char)*after))
                after++;
            if (after < end && *after == '(') TRY(call_check(r, name, (size_t)(at - name)));
        } else {
            at++;
        }
    }
out:
    return rc;
}

/* The brace that ends an expression, which may hold braces in quotes; NULL: none. */
static const char *braced_end(const char *at)
{
    for (; *at != '\0' && *at != '}'; at++)
        if (*at == '\'' || *at == '"') {
            at = strchr(at + 1, *at);
            if (at == NULL) return NULL;
        }
    return *at == '}' ? at : NULL;
}

/* What stands in braces: an attribute value template. */
static enum err template_check(const struct reading *r, const char *at)
{
    enum err rc = ERR_NONE;

    while ((at = strchr(at, '{')) != NULL) {
        const char *end;

        if (at[1] == '{') {
            at += 2;
            continue;
        }
        end = braced_end(at + 1);
        if (end == NULL) break; /* the compiler says it better */
        TRY(expression_check(r, at + 1, end));
        at = end + 1;
    }
out:
    return rc;
}

static bool one_of(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, list[i]) == 0) return true;
    return false;
}

static enum err attributes_check(const struct reading *r, const struct xml_node *node, bool xsl)
{
    enum err rc = ERR_NONE;
    const char *name, *value;

    for (size_t i = 0; (value = xml_attribute_at(node, i, &name)) != NULL; i++) {
        if (strcmp(name, "extension-element-prefixes") == 0)
            TRY(found(r, name, "extension elements"));
        else if (xsl && one_of(name, EXPRESSIONS, ARRAY_LEN(EXPRESSIONS)))
            TRY(expression_check(r, value, value + strlen(value)));
        else
            TRY(template_check(r, value));
    }
out:
    return rc;
}

static bool is(const char *text, const char *other)
{
    return text != NULL && strcmp(text, other) == 0;
}

/* An import is of the library, whose place is always the same. */
static enum err import_check(const struct reading *r, const struct xml_node *node)
{
    static const char LIB[] = "../../lib/";
    const char *href = xml_attribute(node, "href");

    if (href == NULL || strncmp(href, LIB, sizeof LIB - 1) != 0 ||
        strchr(href + sizeof LIB - 1, '/'))
        return found(r, "import", "only of ../../lib/NAME");
    return ERR_NONE;
}

static enum err element_check(struct reading *r, const struct xml_node *node)
{
    enum err rc = ERR_NONE;
    bool xsl = is(xml_namespace(node), XSL);
    const char *name = xml_name(node);

    r->line = xml_line(node);
    if (xsl && (is(name, "import") || is(name, "include"))) TRY(import_check(r, node));
    if (xsl && is(name, "document")) TRY(found(r, "xsl:document", "a sheet writes no other file"));
    if (xsl && is(name, "output") && is(xml_attribute(node, "indent"), "yes"))
        TRY(found(r, "xsl:output", "indent: what lies between two batches cannot be known"));
    TRY(attributes_check(r, node, xsl));
out:
    return rc;
}

static enum err all_check(struct reading *r, const struct xml_node *root)
{
    enum err rc = ERR_NONE;
    const struct xml_node *above[LEVELS_MAX], *at = root;
    size_t depth = 0;

    while (at != NULL) {
        const struct xml_node *child = xml_child(at, NULL, NULL);

        TRY(element_check(r, at));
        if (child != NULL && depth == LEVELS_MAX) return err_set(ERR_LIMIT, r->path);
        if (child != NULL) {
            above[depth++] = at;
            at = child;
            continue;
        }
        while (at != NULL) {
            const struct xml_node *sibling = at == root ? NULL : xml_next(at, NULL, NULL);

            if (sibling != NULL) {
                at = sibling;
                break;
            }
            at = depth > 0 ? above[--depth] : NULL;
        }
    }
out:
    return rc;
}

enum err flow_forbidden_find(const char *path, struct buf *out)
{
    enum err rc;
    struct buf bytes = BUF_INIT(SHEET_MAX);
    struct xml_document *doc = NULL;
    struct reading r = {.path = path, .out = out};

    TRY(buf_read_file(&bytes, path));
    TRY(xml_document_parse(buf_str(&bytes), bytes.len, &doc));
    TRY(all_check(&r, xml_root(doc)));
out:
    xml_document_close(&doc);
    buf_free(&bytes);
    return rc;
}
