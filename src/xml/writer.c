/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/writer.h"

#include "xml/tree.h"

#include <libxml/chvalid.h>
#include <libxml/xmlstring.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put(struct xml_writer *w, const char *text)
{
    if (w->rc == ERR_NONE) w->rc = buf_text(w->out, text);
}

/* Characters that XML 1.0 does not have cannot be written, not even as references [X31]; nor can
 * what is not the shortest form of a character, which the library's own check lets pass. */
static bool has_only_characters(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p != '\0') {
        int len = 1, shortest = 1, c = *p;

        if (c >= 0x80) {
            len = 4;
            c = xmlGetUTF8Char(p, &len);
            shortest = c < 0x80 ? 0 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        }
        if (!xmlIsCharQ(c) || len != shortest) return false;
        p += len;
    }
    return true;
}

static const char *reference(char c, bool attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>': /* "]]>" must not stand in content */
        return "&gt;";
    case '\r':
        return "&#13;";
    case '"':
        return attribute ? "&quot;" : NULL;
    case '\n':
        return attribute ? "&#10;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

static bool characters_check(struct xml_writer *w, const char *name, const char *text)
{
    if (w->rc == ERR_NONE && !has_only_characters(text)) w->rc = err_set(ERR_TEXT_SYNTAX, name);
    return w->rc == ERR_NONE;
}

static void put_escaped(struct xml_writer *w, const char *name, const char *text, bool attribute)
{
    const char *from = text;

    if (!characters_check(w, name, text)) return;
    for (const char *p = text; w->rc == ERR_NONE; p++) {
        const char *instead = reference(*p, attribute);

        if (instead == NULL && *p != '\0') continue;
        w->rc = buf_add(w->out, from, (size_t)(p - from));
        if (*p == '\0') break;
        put(w, instead);
        from = p + 1;
    }
}

static void end_tag(struct xml_writer *w)
{
    if (w->in_tag) put(w, ">");
    w->in_tag = false;
}

void xml_writer_begin(struct xml_writer *w, struct buf *out, bool declaration)
{
    memset(w, 0, sizeof *w);
    w->out = out;
    if (declaration) put(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}

void xml_writer_begin_tree(struct xml_writer *w, struct arena *arena)
{
    memset(w, 0, sizeof *w);
    w->rc = xml_tree_open(arena, &w->tree);
}

void xml_open(struct xml_writer *w, const char *name)
{
    if (w->rc == ERR_NONE && w->depth == XML_WRITER_DEPTH) w->rc = err_set(ERR_LIMIT, name);
    if (w->rc != ERR_NONE) return;
    if (w->tree != NULL) {
        w->rc = xml_tree_element(w->tree, name);
    } else {
        end_tag(w);
        put(w, "<");
        put(w, name);
    }
    w->open[w->depth++] = name;
    w->in_tag = true;
}

void xml_attr(struct xml_writer *w, const char *name, const char *value)
{
    if (w->rc == ERR_NONE && !w->in_tag) w->rc = BUG("attribute outside a start tag");
    if (w->tree != NULL) {
        if (characters_check(w, name, value)) w->rc = xml_tree_attribute(w->tree, name, value);
        return;
    }
    put(w, " ");
    put(w, name);
    put(w, "=\"");
    put_escaped(w, name, value, true);
    put(w, "\"");
}

void xml_attr_int(struct xml_writer *w, const char *name, int64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%" PRId64, value);
    xml_attr(w, name, text);
}

void xml_attr_opt(struct xml_writer *w, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0') xml_attr(w, name, value);
}

void xml_content(struct xml_writer *w, const char *text)
{
    const char *name = w->depth > 0 ? w->open[w->depth - 1] : "content";

    if (w->tree != NULL) {
        w->in_tag = false;
        if (characters_check(w, name, text)) w->rc = xml_tree_text(w->tree, text);
        return;
    }
    end_tag(w);
    put_escaped(w, name, text, false);
}

void xml_close(struct xml_writer *w)
{
    if (w->rc == ERR_NONE && w->depth == 0) w->rc = BUG("more elements closed than opened");
    if (w->rc != ERR_NONE) return;
    w->depth--;
    if (w->tree != NULL) {
        xml_tree_up(w->tree);
    } else if (w->in_tag) {
        put(w, "/>");
    } else {
        put(w, "</");
        put(w, w->open[w->depth]);
        put(w, ">");
    }
    w->in_tag = false;
}

void xml_leaf(struct xml_writer *w, const char *name, const char *text)
{
    xml_open(w, name);
    xml_content(w, text);
    xml_close(w);
}

void xml_leaf_opt(struct xml_writer *w, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') xml_leaf(w, name, text);
}

void xml_instruction(struct xml_writer *w, const char *name, const char *content)
{
    if (w->tree != NULL) {
        w->in_tag = false;
        if (w->rc == ERR_NONE) w->rc = xml_tree_instruction(w->tree, name, content);
        return;
    }
    end_tag(w);
    put(w, "<?");
    put(w, name);
    put(w, " ");
    put(w, content);
    put(w, "?>");
}

enum err xml_writer_end(struct xml_writer *w)
{
    if (w->rc == ERR_NONE && w->depth > 0) w->rc = BUG("an element is still open");
    return w->rc;
}

enum err xml_writer_end_tree(struct xml_writer *w, struct xml_document **out)
{
    enum err rc;

    *out = NULL;
    TRY(xml_writer_end(w));
    xml_tree_take(&w->tree, out);
out:
    xml_tree_free(&w->tree);
    return rc;
}
