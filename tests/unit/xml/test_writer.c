/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/arena.h"
#include "xml/document.h"
#include "xml/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_writes(void **state)
{
    struct buf out = BUF_INIT(1 << 16);
    struct xml_writer w;

    (void)state;
    xml_writer_begin(&w, &out, true);
    xml_open(&w, "a");
    xml_attr(&w, "x", "<&>\"'\r\n\t");
    xml_attr_int(&w, "n", INT64_MIN);
    xml_attr_opt(&w, "o", "");
    xml_attr_opt(&w, "p", NULL);
    xml_attr_opt(&w, "q", "1");
    xml_open(&w, "b");
    xml_close(&w);
    xml_leaf(&w, "c", "<&>\"'\r\n\t]]>");
    xml_leaf_opt(&w, "d", "");
    xml_leaf_opt(&w, "e", "\xF0\x9F\x98\x80");
    xml_content(&w, "t");
    xml_close(&w);
    assert_int_equal(xml_writer_end(&w), ERR_NONE);
    assert_string_equal(buf_str(&out),
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<a x=\"&lt;&amp;&gt;&quot;'&#13;&#10;&#9;\" n=\"-9223372036854775808\" "
                        "q=\"1\"><b/><c>&lt;&amp;&gt;\"'&#13;\n\t]]&gt;</c>"
                        "<e>\xF0\x9F\x98\x80</e>t</a>");
    buf_free(&out);
}

/* Whatever text is written is what is read. */
static void test_round_trip(void **state)
{
    static const char *const texts[] = {"&<>\"']]>", "a\r\nb\tc", " lead and trail ", "\n",
                                        "\xC3\xA8 \xE2\x82\xAC \xF0\x9F\x98\x80 &#65;"};
    struct buf out = BUF_INIT(1 << 16);
    struct xml_document *doc;
    struct xml_writer w;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        buf_reset(&out);
        xml_writer_begin(&w, &out, i % 2 == 0);
        xml_open(&w, "a");
        xml_attr(&w, "x", texts[i]);
        xml_content(&w, texts[i]);
        xml_close(&w);
        assert_int_equal(xml_writer_end(&w), ERR_NONE);
        assert_int_equal(xml_document_parse(buf_str(&out), out.len, &doc), ERR_NONE);
        assert_string_equal(xml_attribute(xml_root(doc), "x"), texts[i]);
        assert_string_equal(xml_text(xml_root(doc)), texts[i]);
        xml_document_close(&doc);
    }
    buf_free(&out);
}

/* [X31] */
static void test_refuses_what_is_no_character(void **state)
{
    static const char *const texts[] = {"\x01",     "\x1F",         "\xEF\xBF\xBE", "\xEF\xBF\xBF",
                                        "\xC0\xAF", "\xED\xA0\x80", "\xE2\x82"};
    struct buf out = BUF_INIT(1 << 16);
    struct xml_writer w;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        err_clear();
        xml_writer_begin(&w, &out, false);
        xml_leaf(&w, "name", texts[i]);
        if (xml_writer_end(&w) != ERR_TEXT_SYNTAX) fail_msg("text %zu was taken", i);
        assert_string_equal(err_detail()->field, "name");
    }
    buf_free(&out);
}

static void test_first_error_sticks(void **state)
{
    struct buf out = BUF_INIT(8);
    struct xml_writer w;

    (void)state;
    xml_writer_begin(&w, &out, false);
    xml_leaf(&w, "abc", "0123456789");
    xml_leaf(&w, "abc", "\x01");
    assert_int_equal(xml_writer_end(&w), ERR_LIMIT);
    buf_reset(&out);
    xml_writer_begin(&w, &out, false);
    for (int i = 0; i <= XML_WRITER_DEPTH; i++) {
        buf_reset(&out);
        xml_open(&w, "a");
    }
    assert_int_equal(xml_writer_end(&w), ERR_LIMIT);
    buf_free(&out);
}

static void test_unbalanced_is_a_bug(void **state)
{
    struct buf out = BUF_INIT(64);
    struct xml_writer w;

    (void)state;
    xml_writer_begin(&w, &out, false);
    xml_open(&w, "a");
    assert_int_equal(xml_writer_end(&w), ERR_BUG);
    xml_writer_begin(&w, &out, false);
    xml_leaf(&w, "a", "");
    xml_close(&w);
    assert_int_equal(xml_writer_end(&w), ERR_BUG);
    xml_writer_begin(&w, &out, false);
    xml_attr(&w, "a", "1");
    assert_int_equal(xml_writer_end(&w), ERR_BUG);
    buf_free(&out);
}

static struct arena arena = ARENA_INIT(1 << 20);

/* The tree is what the text is parsed to: names, namespace, values, order; what no text may hold is
 * refused there too. */
static void calls(struct xml_writer *w)
{
    xml_open(w, "a");
    xml_attr(w, "xmlns", "urn:x");
    xml_attr(w, "x", "&<>\"'\r\n\t ]]> \xF0\x9F\x98\x80");
    xml_attr_int(w, "n", -7);
    xml_attr_opt(w, "o", "");
    xml_leaf(w, "b", "text \r\n");
    xml_instruction(w, "cut", "1");
    xml_open(w, "c");
    xml_attr(w, "x", "");
    xml_close(w);
    xml_close(w);
}

static void test_tree_is_what_text_is_parsed_to(void **state)
{
    struct buf out = BUF_INIT(1 << 16);
    struct xml_document *docs[2];
    struct xml_writer w;

    (void)state;
    xml_writer_begin(&w, &out, true);
    calls(&w);
    assert_int_equal(xml_writer_end(&w), ERR_NONE);
    assert_int_equal(xml_document_parse(buf_str(&out), out.len, &docs[0]), ERR_NONE);
    xml_writer_begin_tree(&w, &arena);
    calls(&w);
    assert_int_equal(xml_writer_end_tree(&w, &docs[1]), ERR_NONE);
    for (int i = 0; i < 2; i++) {
        const struct xml_node *a = xml_root(docs[i]), *b = xml_child(a, "urn:x", "b");
        const struct xml_node *c = xml_next(b, "urn:x", NULL);
        const char *name;

        assert_string_equal(xml_name(a), "a");
        assert_string_equal(xml_namespace(a), "urn:x");
        assert_string_equal(xml_attribute(a, "x"), "&<>\"'\r\n\t ]]> \xF0\x9F\x98\x80");
        assert_string_equal(xml_attribute_at(a, 1, &name), "-7");
        assert_string_equal(name, "n");
        assert_null(xml_attribute_at(a, 2, &name));
        assert_string_equal(xml_text(b), "text \r\n");
        assert_string_equal(xml_name(c), "c");
        assert_string_equal(xml_attribute(c, "x"), "");
        assert_null(xml_next(c, NULL, NULL));
        xml_document_close(&docs[i]);
    }
    buf_free(&out);
}

static void test_tree_refuses_what_text_does(void **state)
{
    struct xml_document *doc;
    struct xml_writer w;

    (void)state;
    xml_writer_begin_tree(&w, &arena);
    xml_open(&w, "a");
    xml_attr(&w, "x", "\x01");
    xml_close(&w);
    assert_int_equal(xml_writer_end_tree(&w, &doc), ERR_TEXT_SYNTAX);
    assert_null(doc);
    err_clear();
    xml_writer_begin_tree(&w, &arena);
    xml_leaf(&w, "a", "\xED\xA0\x80");
    assert_int_equal(xml_writer_end_tree(&w, &doc), ERR_TEXT_SYNTAX);
    err_clear();
    xml_writer_begin_tree(&w, &arena);
    xml_open(&w, "a");
    assert_int_equal(xml_writer_end_tree(&w, &doc), ERR_BUG);
    err_clear();
    arena_free(&arena);
}

static void test_tree_has_a_cap(void **state)
{
    struct arena small = ARENA_INIT(2000);
    struct xml_document *doc;
    struct xml_writer w;

    (void)state;
    xml_writer_begin_tree(&w, &small);
    xml_open(&w, "a");
    for (int i = 0; i < 10; i++)
        xml_attr(&w, "x", "a text");
    xml_close(&w);
    assert_int_equal(xml_writer_end_tree(&w, &doc), ERR_LIMIT);
    assert_null(doc);
    arena_free(&small);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_tree_is_what_text_is_parsed_to),
        cmocka_unit_test(test_tree_refuses_what_text_does),
        cmocka_unit_test(test_tree_has_a_cap),
        cmocka_unit_test(test_refuses_what_is_no_character),
        cmocka_unit_test(test_first_error_sticks),
        cmocka_unit_test(test_unbalanced_is_a_bug),
    };

    xml_init();
    return cmocka_run_group_tests_name("xml/writer", tests, NULL, NULL);
}
