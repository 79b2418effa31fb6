/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/reader.h"

#include "xml/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static int setup(void **state)
{
    (void)state;
    return scratch_new() == NULL;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

static void test_reads_the_children_one_by_one(void **state)
{
    const char *path =
        scratch_write("in.xml", "<?xml version='1.0'?><!-- c -->\n<r a='1' xmlns='u'>"
                                "text<x n='1'>a<!-- -->b</x>\n<!-- c --><y><z>2</z>"
                                "<z/></y><?pi?><x/>\n</r><!-- end -->");
    const struct xml_node *node;
    struct xml_reader *r;

    (void)state;
    assert_int_equal(xml_reader_open(path, &r), ERR_NONE);
    assert_string_equal(xml_name(xml_reader_root(r)), "r");
    assert_string_equal(xml_namespace(xml_reader_root(r)), "u");
    assert_string_equal(xml_attribute(xml_reader_root(r), "a"), "1");
    assert_null(xml_child(xml_reader_root(r), NULL, NULL));
    assert_int_equal(xml_reader_next(r, &node), ERR_NONE);
    assert_string_equal(xml_text(node), "ab");
    assert_string_equal(xml_namespace(node), "u");
    assert_int_equal(xml_line(node), 2);
    assert_int_equal(xml_reader_next(r, &node), ERR_NONE);
    assert_string_equal(xml_child_text(node, "u", "z"), "2");
    assert_int_equal(xml_line(node), 3);
    assert_int_equal(xml_reader_next(r, &node), ERR_NONE);
    assert_string_equal(xml_name(node), "x");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(xml_reader_next(r, &node), ERR_NONE);
        assert_null(node);
    }
    assert_string_equal(xml_name(xml_reader_root(r)), "r");
    xml_reader_close(&r);
    assert_null(r);
    xml_reader_close(&r);
}

static void test_empty_root(void **state)
{
    static const char *const texts[] = {"<r/>", "<r></r>", "<r>text</r>"};
    const struct xml_node *node;
    struct xml_reader *r;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_int_equal(xml_reader_open(scratch_write("in.xml", texts[i]), &r), ERR_NONE);
        assert_int_equal(xml_reader_next(r, &node), ERR_NONE);
        assert_null(node);
        xml_reader_close(&r);
    }
}

/* The good ones before an error are read, and then the error comes for ever. */
static void test_stops_at_an_error(void **state)
{
    const struct xml_node *node;
    struct xml_reader *r;
    struct buf text = BUF_INIT(1 << 20);

    (void)state;
    assert_int_equal(buf_text(&text, "<r>\n"), ERR_NONE);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(buf_text(&text, "<x>1</x>\n"), ERR_NONE);
    assert_int_equal(buf_text(&text, "<x>&none;</x></r>"), ERR_NONE);
    assert_int_equal(xml_reader_open(scratch_write("in.xml", buf_str(&text)), &r), ERR_NONE);
    for (int i = 0; i < 1900; i++) {
        assert_int_equal(xml_reader_next(r, &node), ERR_NONE);
        assert_string_equal(xml_text(node), "1");
        assert_int_equal(xml_line(node), i + 2);
    }
    err_clear();
    for (int i = 0; i < 101 && xml_reader_next(r, &node) == ERR_NONE; i++)
        assert_non_null(node);
    assert_memory_equal(err_detail()->field, "line 2002: ", 11);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(xml_reader_next(r, &node), ERR_XML_SYNTAX);
        assert_null(node);
    }
    xml_reader_close(&r);
    buf_free(&text);
}

static void test_lines_above_65535(void **state)
{
    const struct xml_node *node;
    struct xml_reader *r;
    struct buf text = BUF_INIT(1 << 20);

    (void)state;
    assert_int_equal(buf_text(&text, "<r>"), ERR_NONE);
    for (int i = 0; i < 70000; i++)
        assert_int_equal(buf_text(&text, "\n"), ERR_NONE);
    assert_int_equal(buf_text(&text, "<x><y>1</y></x></r>"), ERR_NONE);
    assert_int_equal(xml_reader_open(scratch_write("in.xml", buf_str(&text)), &r), ERR_NONE);
    assert_int_equal(xml_reader_next(r, &node), ERR_NONE);
    assert_int_equal(xml_line(node), 70001);
    xml_reader_close(&r);
    buf_free(&text);
}

static void test_refuses(void **state)
{
    static const char *const texts[] = {
        "", "x", "<r", "<!DOCTYPE r><r/>", "<!DOCTYPE r [<!ENTITY e 'x'>]><r>&e;</r>", "<p:r/>"};
    struct xml_reader *r;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (xml_reader_open(scratch_write("in.xml", texts[i]), &r) != ERR_XML_SYNTAX || r != NULL)
            fail_msg("taken: %s", texts[i]);
    assert_int_equal(xml_reader_open(scratch_path("none"), &r), ERR_IO_READ);
    assert_int_equal(mkfifo(scratch_path("fifo"), 0600), 0);
    assert_int_equal(xml_reader_open(scratch_path("fifo"), &r), ERR_IO_READ);
    assert_null(r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_the_children_one_by_one),
        cmocka_unit_test(test_empty_root),
        cmocka_unit_test(test_stops_at_an_error),
        cmocka_unit_test(test_lines_above_65535),
        cmocka_unit_test(test_refuses),
    };

    xml_init();
    return cmocka_run_group_tests_name("xml/reader", tests, setup, teardown);
}
