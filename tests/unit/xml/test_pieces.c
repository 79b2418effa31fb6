/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents that are read in pieces: a text lifted out of a message, a walk that is fed. */
#include "xml/lift.h"
#include "xml/schema.h"
#include "xml/walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct xml_lift lift = {{"E", "B", "o", "x"}};
static struct buf got = BUF_INIT(1 << 22);

static enum err on_piece(void *cls, const char *text, size_t len)
{
    const size_t *most = cls;

    assert_int_equal(buf_add(&got, text, len), ERR_NONE);
    return *most && got.len > *most ? err_set(ERR_DATA, "enough") : ERR_NONE;
}

static enum err take(const char *text, size_t most, struct xml_document **out)
{
    buf_reset(&got);
    return xml_lift_parse(text, strlen(text), &lift, on_piece, &most, out);
}

/* One reading of references, CDATA sections and comments [X37]; only the element at that place. */
static void test_lift(void **state)
{
    static const struct {
        const char *text, *lifted;
    } cases[] = {
        {"<E><B><o><x>QUJD</x><y>z</y></o></B></E>", "QUJD"},
        {"<E><B><o><x>QU<![CDATA[J]]><!-- no -->&#68;&amp;</x></o></B></E>", "QUJD&"},
        {"<E><H><o><x>no</x></o></H><B><o><x>yes</x></o></B></E>", "yes"},
        {"<E><B><o><p><x>no</x></p></o></B></E>", ""},
        {"<e:E xmlns:e='u'><e:B><o><x> a\n</x></o></e:B></e:E>", " a\n"},
        {"<E><B><o><x/></o></B></E>", ""},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct xml_document *doc = NULL;
        const struct xml_node *o;

        assert_int_equal(take(cases[i].text, 0, &doc), ERR_NONE);
        assert_string_equal(buf_str(&got), cases[i].lifted);
        o = xml_child(xml_child(xml_root(doc), NULL, "B"), NULL, "o");
        if (xml_child(o, NULL, "x")) assert_string_equal(xml_child_text(o, NULL, "x"), "");
        if (xml_child(o, NULL, "y")) assert_string_equal(xml_child_text(o, NULL, "y"), "z");
        xml_document_close(&doc);
    }
}

static void test_lift_refuses(void **state)
{
    static const char *const wrong[] = {
        "",
        "<E>",
        "<E><B><o><x>QUJD</x></o></B>",
        "<!DOCTYPE E><E/>",
        "<!DOCTYPE E [<!ENTITY a 'b'>]><E><B><o><x>&a;</x></o></B></E>",
        "<E><B><o><x>&nbsp;</x></o></B></E>",
        "<p:E/>",
        "<E/><E/>",
    };
    struct xml_document *doc;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(take(wrong[i], 0, &doc), ERR_XML_SYNTAX);
        assert_null(doc);
    }
    assert_int_equal(take("<E><B><o><x>QUJD</x></o></B></E>", 1, &doc), ERR_DATA);
    assert_null(doc);
}

/* A text that no tree would take: three times what libxml2 allows in one. */
static void test_lift_any_length(void **state)
{
    enum { LONG = 30 << 20 };
    static struct xml_document *doc;
    char *text = malloc(LONG + 64);
    size_t len, head = strlen("<E><B><o><x>");

    (void)state;
    assert_non_null(text);
    memcpy(text, "<E><B><o><x>", head);
    memset(text + head, 'Q', LONG);
    strcpy(text + head + LONG, "</x></o></B></E>");
    len = strlen(text);
    assert_int_equal(xml_lift_parse(text, len, &lift, NULL, NULL, &doc), ERR_NONE);
    xml_document_close(&doc);
    free(text);
}

/* The text may be long; what is around it is a tree, and small [X36]. Comments are in none. */
static void test_lift_keeps_little(void **state)
{
    enum { MANY = 100000 };
    static const struct {
        const char *piece;
        enum err want;
    } cases[] = {
        {"<a/>", ERR_XML_SYNTAX},
        {"<![CDATA[]]><a></a>", ERR_XML_SYNTAX},
        {"between", ERR_NONE}, /* 700 KB, in few nodes */
        {"long between", ERR_XML_SYNTAX},
        {"<a b='c' d='e'/>", ERR_XML_SYNTAX},
        {"<!-- c -->", ERR_NONE},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf text = BUF_INIT(1 << 22);
        struct xml_document *doc;

        assert_int_equal(buf_add(&text, "<E><B><o>", 9), ERR_NONE);
        for (int n = 0; n < MANY; n++)
            assert_int_equal(buf_add(&text, cases[i].piece, strlen(cases[i].piece)), ERR_NONE);
        assert_int_equal(buf_add(&text, "<x>QUJD</x></o></B></E>", 23), ERR_NONE);
        assert_int_equal(take(buf_str(&text), 0, &doc), cases[i].want);
        assert_string_equal(buf_str(&got), cases[i].want == ERR_NONE ? "QUJD" : "");
        xml_document_close(&doc);
        buf_free(&text);
    }
}

/* A document of n elements, fed len bytes at a time. */
static enum err feed(const char *text, size_t piece)
{
    struct xml_problem problem;
    struct xml_walk *w;
    size_t len = strlen(text);
    enum err rc;

    assert_int_equal(xml_walk_open(NULL, NULL, NULL, &problem, &w), ERR_NONE);
    for (size_t at = 0; at < len; at += piece)
        TRY(xml_walk_feed(w, text + at, len - at < piece ? len - at : piece));
    TRY(xml_walk_end(w));
out:
    xml_walk_close(&w);
    err_clear();
    return rc;
}

static void test_walk(void **state)
{
    (void)state;
    for (size_t piece = 4; piece < 40; piece++) {
        assert_int_equal(feed("<?xml version='1.0'?><a><b c='d'>text</b><b/></a>", piece),
                         ERR_NONE);
        assert_int_equal(feed("<a><b></a>", piece), ERR_XML_SYNTAX);
        assert_int_equal(feed("<a><b/>", piece), ERR_XML_SYNTAX);
        assert_int_equal(feed("<!DOCTYPE a><a/>", piece), ERR_XML_SYNTAX);
        assert_int_equal(feed("<?xml version='1.0' encoding='UTF.-8'?><a>\xFF\x10</a>", piece),
                         ERR_XML_SYNTAX);
    }
    assert_int_equal(feed("", 4), ERR_XML_SYNTAX);
}

/* What would take a validator or a parser for ever is not read to its end. */
static void test_walk_caps(void **state)
{
    enum { LONG = 1 << 20 };
    char *text = calloc(1, LONG + 64);

    (void)state;
    assert_non_null(text);
    strcpy(text, "<a>");
    memset(text + 3, 'x', LONG);
    strcpy(text + 3 + LONG, "</a>");
    assert_int_equal(feed(text, 65536), ERR_XML_INVALID);
    strcpy(text, "<a ");
    for (size_t i = 3; i + 1 < LONG; i += 2)
        memcpy(text + i, "b ", 2);
    assert_int_equal(feed(text, 65536), ERR_XML_INVALID);
    /* A '>' in a value does not end the tag. */
    for (size_t n = 0, at = 3; at + 32 < LONG; n++)
        at += (size_t)sprintf(text + at, "b%zu='>' ", n);
    strcat(text, "/>");
    assert_int_equal(feed(text, 65536), ERR_XML_INVALID);
    assert_int_equal(feed(text, LONG), ERR_XML_INVALID);
    free(text);
}

/* The schema's handlers come after ours, with the same text: it is there until they return. */
static void test_walk_caps_with_schema(void **state)
{
    enum { PIECE = 36000 };
    static char piece[PIECE];
    static const char head[] =
        "<FlussoRiversamento xmlns='http://www.digitpa.gov.it/schemas/2011/Pagamenti/'>"
        "<versioneOggetto>";
    struct xml_schema *schema;
    struct xml_problem problem;
    struct xml_walk *w;

    (void)state;
    memset(piece, 'x', sizeof piece);
    assert_int_equal(xml_schema_open("xslt/flow/flusso-riversamento-1.0/output.xsd", &schema),
                     ERR_NONE);
    assert_int_equal(xml_walk_open(schema, NULL, NULL, &problem, &w), ERR_NONE);
    assert_int_equal(xml_walk_feed(w, head, sizeof head - 1), ERR_NONE);
    assert_int_equal(xml_walk_feed(w, piece, sizeof piece), ERR_NONE);
    assert_int_equal(xml_walk_feed(w, piece, sizeof piece), ERR_XML_INVALID);
    xml_walk_close(&w);
    xml_schema_close(&schema);
    err_clear();
}

static int begin(void **state)
{
    (void)state;
    xml_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lift),
        cmocka_unit_test(test_lift_refuses),
        cmocka_unit_test(test_lift_any_length),
        cmocka_unit_test(test_lift_keeps_little),
        cmocka_unit_test(test_walk),
        cmocka_unit_test(test_walk_caps),
        cmocka_unit_test(test_walk_caps_with_schema),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
