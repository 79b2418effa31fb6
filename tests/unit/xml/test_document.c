/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/document.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct xml_document *parsed(const char *text)
{
    struct xml_document *doc;

    assert_int_equal(xml_document_parse(text, strlen(text), &doc), ERR_NONE);
    return doc;
}

static void test_finds_by_namespace_and_name(void **state)
{
    struct xml_document *doc = parsed("<a xmlns='urn:1' xmlns:p='urn:2'>\n <!-- x --><p:b>1</p:b>\n"
                                      "<b>2</b><b/></a>");
    const struct xml_node *root = xml_root(doc), *b = xml_child(root, "urn:1", "b");

    (void)state;
    assert_string_equal(xml_name(root), "a");
    assert_string_equal(xml_namespace(root), "urn:1");
    assert_string_equal(xml_text(b), "2");
    assert_int_equal(xml_line(b), 3);
    assert_string_equal(xml_text(xml_next(b, NULL, NULL)), "");
    assert_null(xml_next(xml_next(b, NULL, NULL), NULL, NULL));
    assert_string_equal(xml_child_text(root, NULL, "b"), "1");
    assert_string_equal(xml_child_text(root, "urn:2", NULL), "1");
    assert_null(xml_child_text(root, "urn:3", "b"));
    assert_null(xml_child(xml_child(root, NULL, "none"), NULL, NULL));
    xml_document_close(&doc);
    assert_null(doc);
    xml_document_close(&doc);
}

static void test_text_is_whole(void **state)
{
    struct xml_document *doc = parsed("<a n='&lt;&amp;&#10;\xF0\x9F\x98\x80' x:n='other' m='' "
                                      "xmlns:x='urn:x'>a<!-- c -->b<![CDATA[<]]>&gt;</a>");
    const char *text = xml_text(xml_root(doc));

    (void)state;
    assert_string_equal(text, "ab<>");
    assert_string_equal(xml_text(xml_root(doc)), "ab<>");
    assert_string_equal(text, "ab<>"); /* the first is still there */
    assert_string_equal(xml_attribute(xml_root(doc), "n"), "<&\n\xF0\x9F\x98\x80");
    assert_string_equal(xml_attribute(xml_root(doc), "m"), "");
    assert_null(xml_attribute(xml_root(doc), "o"));
    xml_document_close(&doc);
}

/* As many elements, all of one name or each of another: the second takes time that grows with the
 * square [X33]. */
static void test_many_names(void **state)
{
    static const struct {
        const char *before, *after;
        bool numbered;
        enum err want;
    } kinds[] = {{"<element", "/>", false, ERR_NONE},
                 {"<e", "/>", true, ERR_XML_SYNTAX},
                 {"<e xmlns='urn:", "'/>", true, ERR_XML_SYNTAX}};
    struct xml_document *doc = NULL;

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        struct buf text = BUF_INIT(4 << 20);

        assert_int_equal(buf_text(&text, "<a>"), ERR_NONE);
        for (int i = 0; i < 40000; i++)
            assert_int_equal(buf_printf(&text, "%s%d%s", kinds[k].before, kinds[k].numbered ? i : 0,
                                        kinds[k].after),
                             ERR_NONE);
        assert_int_equal(buf_text(&text, "</a>"), ERR_NONE);
        err_clear();
        assert_int_equal(xml_document_parse(text.bytes, text.len, &doc), kinds[k].want);
        xml_document_close(&doc);
        buf_free(&text);
    }
}

/* [X26] [X28] [X30] */
static void test_refuses(void **state)
{
    static const char *const texts[] = {
        "",
        "<a>",
        "<a/><b/>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><a>&e;</a>",
        "<!DOCTYPE a [<!ENTITY e 'xx'><!ENTITY f '&e;&e;'>]><a>&f;</a>",
        "<a>&e;</a>",
        "<a>\x01</a>",
        "<a>\xC0\xAF</a>",
        "<a b='1' b='2'/>",
        "<p:a/>",
    };
    struct xml_document *doc;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        err_clear();
        if (xml_document_parse(texts[i], strlen(texts[i]), &doc) != ERR_XML_SYNTAX || doc != NULL)
            fail_msg("taken: %s", texts[i]);
    }
    err_clear();
    assert_int_equal(xml_document_parse("<a>\n<b></c></a>", 15, &doc), ERR_XML_SYNTAX);
    assert_memory_equal(err_detail()->field, "line 2: ", 8);
    assert_null(strchr(err_detail()->field, '\n'));
}

static void test_refuses_depth(void **state)
{
    struct buf text = BUF_INIT(1 << 20);
    struct xml_document *doc;

    (void)state;
    for (int i = 0; i < 300; i++)
        assert_int_equal(buf_text(&text, "<a>"), ERR_NONE);
    for (int i = 0; i < 300; i++)
        assert_int_equal(buf_text(&text, "</a>"), ERR_NONE);
    assert_int_equal(xml_document_parse(buf_str(&text), text.len, &doc), ERR_XML_SYNTAX);
    buf_free(&text);
}

static void *parse_bad(void *cls)
{
    struct xml_document *doc;

    *(enum err *)cls = xml_document_parse("<a", 2, &doc);
    return NULL;
}

/* What a thread that was born later says goes nowhere too. */
static void test_says_nothing(void **state)
{
    FILE *noise = tmpfile();
    enum err rc = ERR_NONE;
    int before = dup(STDERR_FILENO);
    pthread_t thread;

    (void)state;
    assert_non_null(noise);
    assert_true(dup2(fileno(noise), STDERR_FILENO) >= 0);
    assert_int_equal(pthread_create(&thread, NULL, parse_bad, &rc), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(rc, ERR_XML_SYNTAX);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    assert_int_equal(fseek(noise, 0, SEEK_END), 0);
    assert_int_equal(ftell(noise), 0);
    (void)fclose(noise);
    close(before);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_by_namespace_and_name),
        cmocka_unit_test(test_text_is_whole),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_refuses_depth),
        cmocka_unit_test(test_says_nothing),
    };

    xml_init();
    return cmocka_run_group_tests_name("xml/document", tests, NULL, NULL);
}
