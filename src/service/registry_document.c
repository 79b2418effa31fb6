/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry_document.h"

#include "base/config.h"
#include "xml/document.h"
#include "xml/schema.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err schema_open(struct xml_schema **out)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/conf/registry.xsd", config_text(CONFIG_HUB_SHARE)) >=
        (int)sizeof path)
        return err_set(ERR_LIMIT, "hub.share");
    return xml_schema_open(path, out);
}

static enum err problem_add(const struct registry_report *report, const struct xml_problem *problem)
{
    return buf_printf(report->problems, "%s:%ld: %s: %s\n", report->name, problem->line,
                      problem->element, problem->text);
}

/* Is there a problem of this line already? */
static bool line_named(const struct registry_report *report, long line)
{
    char head[PATH_MAX + 32];

    (void)snprintf(head, sizeof head, "%s:%ld: ", report->name, line);
    return strstr(buf_str(report->problems), head) != NULL;
}

/* The schema library stops at the first problem of what it is given: given one entry after the
 * other, it names one of each. What no entry shows (an unknown element, an attribute of the root)
 * is the whole document's. */
static enum err schema_check(const struct xml_document *xml, struct registry_entry *root,
                             const struct registry_report *report)
{
    struct xml_schema *schema = NULL;
    struct xml_problem whole = {0}, problem;
    enum err rc;

    TRY(schema_open(&schema));
    rc = xml_schema_check_document(schema, xml, &whole);
    if (rc != ERR_XML_INVALID) goto out;
    err_clear();
    rc = ERR_NONE;
    for (size_t p = 0; p < root->kind->n_parts; p++) {
        for (size_t i = 0; i < root->parts[p].n; i++) {
            struct registry_entry *e = root->parts[p].entries[i];

            if (xml_schema_check_node(schema, e->node, &problem) == ERR_NONE) continue;
            err_clear();
            e->invalid = true;
            TRY(problem_add(report, &problem));
        }
    }
    if (!line_named(report, whole.line)) TRY(problem_add(report, &whole));
out:
    xml_schema_close(&schema);
    return rc;
}

static enum err root_check(const struct xml_node *node, const struct registry_report *report)
{
    if (strcmp(xml_name(node), registry_kind_root.name) == 0 &&
        strcmp(xml_namespace(node), REGISTRY_NAMESPACE) == 0)
        return ERR_NONE;
    return buf_printf(report->problems, "%s:%ld: %s: expected <%s xmlns=\"%s\">\n", report->name,
                      xml_line(node), xml_name(node), registry_kind_root.name, REGISTRY_NAMESPACE);
}

static void root_read(const struct xml_node *node, struct registry_document *out)
{
    static const char ENTE[] = "ente:";
    const char *base = xml_attribute(node, "base"), *scope = xml_attribute(node, "scope");

    out->base = base != NULL ? strtoll(base, NULL, 10) : -1;
    if (scope != NULL && strncmp(scope, ENTE, sizeof ENTE - 1) == 0)
        (void)snprintf(out->scope, sizeof out->scope, "%s", scope + sizeof ENTE - 1);
}

enum err registry_document_read(struct arena *arena, const char *bytes, size_t len,
                                const struct registry_report *report, struct registry_document *out)
{
    struct xml_document *xml = NULL;
    enum err rc, added;

    *out = (struct registry_document){.base = -1};
    rc = xml_document_parse(bytes, len, &xml);
    if (rc == ERR_XML_SYNTAX) {
        added = buf_printf(report->problems, "%s: %s\n", report->name, err_detail()->field);
        rc = added != ERR_NONE ? added : ERR_REGISTRY;
    }
    if (rc != ERR_NONE) goto out;
    TRY(root_check(xml_root(xml), report));
    root_read(xml_root(xml), out);
    TRY(registry_tree_read(arena, xml_root(xml), &out->root));
    if (report->problems->len == 0) TRY(schema_check(xml, out->root, report));
out:
    xml_document_close(&xml);
    return rc;
}

enum err registry_document_load(struct arena *arena, const struct buf *stored,
                                struct registry_entry **out)
{
    struct xml_document *xml = NULL;
    enum err rc;

    if (stored->len == 0) {
        *out = registry_tree_new(arena);
        return *out != NULL ? ERR_NONE : err_set(ERR_MEMORY, "the registry");
    }
    TRY(xml_document_parse(stored->bytes, stored->len, &xml));
    TRY(registry_tree_read(arena, xml_root(xml), out));
out:
    xml_document_close(&xml);
    return rc;
}
