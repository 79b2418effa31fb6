/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/schema.h"
#include "xml/walk.h"

#include "xml/scratch.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char TYPES[] =
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:t'>"
    "<xs:simpleType name='amount'><xs:restriction base='xs:decimal'>"
    "<xs:pattern value='[0-9]+\\.[0-9]{2}'/></xs:restriction></xs:simpleType></xs:schema>";

static const char MAIN[] =
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:t='urn:t' xmlns='urn:a'"
    " targetNamespace='urn:a' elementFormDefault='qualified'>"
    "<xs:import namespace='urn:t' schemaLocation='types.xsd'/>"
    "<xs:element name='list'><xs:complexType><xs:sequence>"
    "<xs:element ref='pay' maxOccurs='unbounded'/></xs:sequence></xs:complexType></xs:element>"
    "<xs:element name='pay'><xs:complexType><xs:sequence>"
    "<xs:element name='amount' type='t:amount'/></xs:sequence>"
    "<xs:attribute name='n' type='xs:int' use='required'/></xs:complexType></xs:element>"
    "</xs:schema>";

static struct xml_schema *schema;

static int setup(void **state)
{
    (void)state;
    (void)scratch_new();
    (void)scratch_write("types.xsd", TYPES);
    return xml_schema_open(scratch_write("main.xsd", MAIN), &schema) == ERR_NONE ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    xml_schema_close(&schema);
    scratch_remove();
    return 0;
}

static struct xml_document *parsed(const char *text)
{
    struct xml_document *doc;

    assert_int_equal(xml_document_parse(text, strlen(text), &doc), ERR_NONE);
    return doc;
}

static const struct {
    const char *text;
    long line; /* 0: valid */
    const char *element, *says;
} cases[] = {
    {"<list xmlns='urn:a'><pay n='1'><amount>1.00</amount></pay></list>", 0, "", ""},
    {"<list xmlns='urn:a'>\n<pay n='1'>\n<amount>1,00</amount></pay></list>", 3, "amount",
     "'1,00'"},
    {"<list xmlns='urn:a'>\n<pay n='a'><amount>1.00</amount></pay></list>", 2, "pay",
     "attribute 'n'"},
    {"<list xmlns='urn:a'>\n<pay n='1'><x/></pay></list>", 2, "x", "Expected is ( amount )"},
    {"<list xmlns='urn:a'/>", 1, "list", "Expected is ( pay )"},
    {"<other xmlns='urn:a'/>", 1, "other", "no element of this contract"},
    /* A schema that a document names is not looked at [X57]. */
    {"<other xmlns='urn:b' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' "
     "i:schemaLocation='urn:b types.xsd'/>",
     1, "other", "no element of this contract"},
};

static void expect(size_t i, enum err rc, const struct xml_problem *p)
{
    if ((rc == ERR_NONE) != (cases[i].line == 0))
        fail_msg("case %zu: %s %s", i, err_name(rc), p->text);
    if (rc == ERR_NONE) return;
    assert_int_equal(rc, ERR_XML_INVALID);
    if (p->line != cases[i].line || strcmp(p->element, cases[i].element) != 0 ||
        strstr(p->text, cases[i].says) == NULL || strchr(p->text, '\n') != NULL)
        fail_msg("case %zu: line %ld, element %s: %s", i, p->line, p->element, p->text);
}

static void test_says_what_and_where(void **state)
{
    struct xml_problem problem;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct xml_document *doc = parsed(cases[i].text);

        expect(i, xml_schema_check_document(schema, doc, &problem), &problem);
        xml_document_close(&doc);
        expect(i,
               xml_walk_file(schema, scratch_write("in.xml", cases[i].text), NULL, NULL, &problem),
               &problem);
    }
}

static void test_detail_has_no_value(void **state)
{
    struct xml_document *doc = parsed("<pay xmlns='urn:a' n='1'><amount>secret</amount></pay>");
    struct xml_problem problem;

    (void)state;
    err_clear();
    assert_int_equal(xml_schema_check_document(schema, doc, &problem), ERR_XML_INVALID);
    assert_string_equal(err_detail()->field, "line 1: amount");
    xml_document_close(&doc);
}

/* One element deep in a document, as a message's body. */
static void test_checks_a_node(void **state)
{
    struct xml_document *doc = parsed("<env xmlns:a='urn:a'><body><a:pay n='1'><a:amount>1.00"
                                      "</a:amount></a:pay><a:pay/></body></env>");
    const struct xml_node *pay = xml_child(xml_child(xml_root(doc), NULL, "body"), NULL, "pay");
    struct xml_problem problem;

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(xml_schema_check_node(schema, pay, &problem), ERR_NONE);
        assert_int_equal(xml_schema_check_node(schema, xml_next(pay, NULL, NULL), &problem),
                         ERR_XML_INVALID);
    }
    xml_document_close(&doc);
}

static void *check_often(void *cls)
{
    const char *good = "<list xmlns='urn:a'><pay n='1'><amount>1.00</amount></pay></list>";
    const char *bad = "<list xmlns='urn:a'><pay n='1'><amount>1.0</amount></pay></list>";
    struct xml_problem problem;

    for (int i = 0; i < 500; i++) {
        struct xml_document *a = parsed(good), *b = parsed(bad);

        if (xml_schema_check_document(schema, a, &problem) != ERR_NONE ||
            xml_schema_check_document(schema, b, &problem) != ERR_XML_INVALID)
            *(int *)cls += 1;
        xml_document_close(&a);
        xml_document_close(&b);
    }
    return NULL;
}

static void test_threads_share_one(void **state)
{
    pthread_t threads[4];
    int wrong[4] = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, check_often, &wrong[i]), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(wrong[i], 0);
    }
}

static void test_refuses_bad_schemas(void **state)
{
    static const char *const texts[] = {
        "",
        "<x/>",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='a' type='b'/>"
        "</xs:schema>",
        /* of another folder, though it is there: not ours */
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:t='urn:t'>"
        "<xs:import namespace='urn:t' schemaLocation='sub/types.xsd'/>"
        "<xs:element name='a' type='t:amount'/></xs:schema>",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
        "<xs:include schemaLocation='../etc/passwd'/></xs:schema>",
        "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
        "<xs:include schemaLocation='file:///etc/passwd'/></xs:schema>",
    };
    struct xml_schema *s;

    (void)state;
    (void)scratch_write("sub/types.xsd", TYPES);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        err_clear();
        if (xml_schema_open(scratch_write("bad.xsd", texts[i]), &s) != ERR_XML_SHEET || s != NULL)
            fail_msg("compiled: %s", texts[i]);
        assert_non_null(strstr(err_detail()->field, "bad.xsd"));
    }
    assert_int_equal(xml_schema_open(scratch_path("none.xsd"), &s), ERR_XML_SHEET);
    xml_schema_close(&s);
}

static void test_a_folder_with_a_blank(void **state)
{
    struct xml_schema *s;

    (void)state;
    (void)scratch_write("a b/types.xsd", TYPES);
    assert_int_equal(xml_schema_open(scratch_write("a b/main.xsd", MAIN), &s), ERR_NONE);
    xml_schema_close(&s);
}

struct seen {
    char all[400];
    enum err stop;
};

static enum err on_open(void *cls, const char *path)
{
    struct seen *s = cls;

    (void)snprintf(s->all + strlen(s->all), sizeof s->all - strlen(s->all), "<%s", path);
    return ERR_NONE;
}

static enum err on_close(void *cls, const char *path, const char *text)
{
    struct seen *s = cls;

    (void)snprintf(s->all + strlen(s->all), sizeof s->all - strlen(s->all), ">%s=%s", path, text);
    return s->stop;
}

static const struct xml_walker walker = {on_open, on_close};

static void test_walks(void **state)
{
    const char *path = scratch_write("walk.xml", "<p:a xmlns:p='urn:p'> <b>1<![CDATA[&]]>&lt;</b>"
                                                 "<c/> </p:a>");
    struct xml_problem problem;
    struct seen seen = {.stop = ERR_NONE};

    (void)state;
    assert_int_equal(xml_walk_file(NULL, path, &walker, &seen, &problem), ERR_NONE);
    assert_string_equal(seen.all, "</a</a/b>/a/b=1&<</a/c>/a/c=>/a= ");
    seen = (struct seen){.stop = ERR_DATA};
    assert_int_equal(xml_walk_file(NULL, path, &walker, &seen, &problem), ERR_DATA);
    assert_string_equal(seen.all, "</a</a/b>/a/b=1&<");
}

static void test_walk_refuses(void **state)
{
    struct xml_problem problem;

    (void)state;
    err_clear();
    assert_int_equal(xml_walk_file(NULL, scratch_write("w.xml", "<a>\n<b>"), NULL, NULL, &problem),
                     ERR_XML_SYNTAX);
    assert_memory_equal(err_detail()->field, "line 2: ", 8);
    assert_int_equal(xml_walk_file(schema, scratch_write("w.xml", "<a>"), NULL, NULL, &problem),
                     ERR_XML_SYNTAX);
    assert_int_equal(
        xml_walk_file(NULL, scratch_write("w.xml", "<!DOCTYPE a><a/>"), NULL, NULL, &problem),
        ERR_XML_SYNTAX);
    assert_int_equal(xml_walk_file(NULL, scratch_write("w.xml", "<p:a/>"), NULL, NULL, &problem),
                     ERR_XML_SYNTAX);
    assert_int_equal(xml_walk_file(NULL, scratch_path("none"), NULL, NULL, &problem), ERR_IO_READ);
    assert_int_equal(xml_walk_file(NULL, "/dev/null", NULL, NULL, &problem), ERR_IO_READ);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_and_where),
        cmocka_unit_test(test_detail_has_no_value),
        cmocka_unit_test(test_checks_a_node),
        cmocka_unit_test(test_threads_share_one),
        cmocka_unit_test(test_refuses_bad_schemas),
        cmocka_unit_test(test_a_folder_with_a_blank),
        cmocka_unit_test(test_walks),
        cmocka_unit_test(test_walk_refuses),
    };

    xml_init();
    return cmocka_run_group_tests_name("xml/schema", tests, setup, teardown);
}
