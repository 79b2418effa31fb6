/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/schema.h"

#include "xml/internal.h"
#include "xml/walk.h"

#include "domain/text.h"

#include <stdlib.h>
#include <string.h>

/* Take {namespace} before a name away: it tells a reader nothing and hides the name. */
static void drop_namespaces(char *text)
{
    char *to = text, before = ' ';

    for (const char *from = text; *from != '\0';) {
        const char *end = *from == '{' && strchr(" '(", before) ? strpbrk(from, "} ") : NULL;

        if (end != NULL && *end == '}') {
            from = end + 1;
            continue;
        }
        before = *from;
        *to++ = *from++;
    }
    *to = '\0';
}

/* "Element '{urn:x}amount', attribute 'y': what is wrong" -> element and text. */
void xml_problem_set(struct xml_problem *problem, const xmlError *error)
{
    static const char START[] = "Element '", UNKNOWN[] = "No matching global declaration";
    char message[1024];
    char *text = message, *quote;

    if (problem->text[0] != '\0') return;
    text_copy(error->message == NULL ? "" : error->message, message, sizeof message);
    message[strcspn(message, "\n")] = '\0';
    drop_namespaces(message);
    if (strncmp(message, START, sizeof START - 1) == 0) {
        text += sizeof START - 1;
        quote = strchr(text, '\'');
        if (quote != NULL) {
            *quote = '\0';
            text_copy(text, problem->element, sizeof problem->element);
            text = quote + 1;
        }
        text += strspn(text, ",: ");
    }
    if (strncmp(text, UNKNOWN, sizeof UNKNOWN - 1) == 0)
        text_copy("no element of this contract", problem->text, sizeof problem->text);
    else
        text_copy(text[0] == '\0' ? "not valid" : text, problem->text, sizeof problem->text);
    problem->line = error->line;
}

/* "The value 'x' is not …" and "'x' is not …": x may hold the same words, so the last are taken. */
void xml_problem_hide_value(struct xml_problem *problem)
{
    static const char BEFORE[] = "The value", AFTER[] = "' is ";
    char *from = strstr(problem->text, "The value '"), *to = NULL;

    if (from != NULL)
        from += sizeof BEFORE - 1;
    else if (problem->text[0] == '\'')
        from = problem->text;
    else
        return;
    for (char *at = strstr(from, AFTER); at != NULL; at = strstr(at + 1, AFTER))
        to = at + 1;
    if (to == NULL) /* the text was cut within it */
        *from = '\0';
    else
        memmove(from, from == problem->text ? to + 1 : to,
                strlen(to) + 1 - (from == problem->text));
}

static void on_error(void *cls, xmlErrorPtr error)
{
    xml_problem_set(cls, error);
}

/* Compiled under its bare name: so imports are bare names too, whatever the folder is called. */
enum err xml_schema_open(const char *path, struct xml_schema **out)
{
    enum err rc = ERR_NONE;
    struct xml_problem problem = {0};
    struct xml_schema *s = calloc(1, sizeof *s);
    xmlSchemaParserCtxtPtr context = NULL;

    *out = NULL;
    if (s == NULL) return err_set(ERR_MEMORY, path);
    rc = xml_read_ours(path, xml_base_name(path), NULL, &s->doc);
    if (rc == ERR_NONE) context = xmlSchemaNewDocParserCtxt(s->doc);
    if (context != NULL) {
        xmlSchemaSetParserStructuredErrors(context, on_error, &problem);
        xml_allow_beside(path);
        s->compiled = xmlSchemaParse(context);
        xml_allow_beside(NULL);
        xmlSchemaFreeParserCtxt(context);
    }
    if (s->compiled == NULL) {
        rc = err_setf(ERR_XML_SHEET, "%s: line %ld: %s", path, problem.line, problem.text);
        xml_schema_close(&s);
    }
    *out = s;
    return rc;
}

void xml_schema_close(struct xml_schema **schema)
{
    if (*schema == NULL) return;
    xmlSchemaFree((*schema)->compiled);
    xmlFreeDoc((*schema)->doc);
    free(*schema);
    *schema = NULL;
}

enum err xml_problem_err(const struct xml_problem *problem)
{
    return err_setf(ERR_XML_INVALID, "line %ld: %s", problem->line, problem->element);
}

enum err xml_schema_check_node(const struct xml_schema *schema, const struct xml_node *node,
                               struct xml_problem *problem)
{
    xmlSchemaValidCtxtPtr context = xmlSchemaNewValidCtxt(schema->compiled);
    int bad;

    memset(problem, 0, sizeof *problem);
    if (context == NULL) return err_set(ERR_MEMORY, "XML");
    xmlSchemaSetValidStructuredErrors(context, on_error, problem);
    bad = xmlSchemaValidateOneElement(context, xml_raw(node));
    xmlSchemaFreeValidCtxt(context);
    if (bad < 0) return BUG("schema check");
    return bad == 0 ? ERR_NONE : xml_problem_err(problem);
}

enum err xml_schema_check_document(const struct xml_schema *schema, const struct xml_document *doc,
                                   struct xml_problem *problem)
{
    return xml_schema_check_node(schema, xml_root(doc), problem);
}
