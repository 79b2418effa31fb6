/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "xml/sheet.h"

#include "base/arena.h"
#include "xml/scratch.h"
#include "xml/writer.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SHEET(body)                                                                                \
    "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>" body         \
    "</xsl:stylesheet>"
#define ROOT(body) SHEET("<xsl:template match='/'>" body "</xsl:template>")

static const char *lib;

static int setup(void **state)
{
    static char path[256];

    (void)state;
    (void)scratch_new();
    (void)scratch_write("lib/helper.xsl", SHEET("<xsl:import href='deeper.xsl'/>"));
    (void)scratch_write("lib/deeper.xsl",
                        SHEET("<xsl:template name='hi'>hi <xsl:value-of select='/a'/>"
                              "</xsl:template>"));
    (void)snprintf(path, sizeof path, "%s", scratch_path("lib"));
    lib = path;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove();
    return 0;
}

/* Compile and apply to a document of its own; what comes out, or the error's name. */
static const char *run(const char *sheet_text, const char *text, const char *const *params)
{
    static struct buf out = BUF_INIT(1 << 20);
    struct xml_sheet *sheet;
    struct xml_document *doc;
    enum err rc;

    buf_reset(&out);
    err_clear();
    rc = xml_sheet_open(scratch_write("sheet.xsl", sheet_text), lib, &sheet);
    if (rc != ERR_NONE) {
        assert_int_equal(rc, ERR_XML_SHEET);
        assert_null(sheet);
        return "does not compile";
    }
    assert_int_equal(xml_document_parse(text, strlen(text), &doc), ERR_NONE);
    rc = xml_sheet_apply(sheet, doc, params, &out);
    xml_document_close(&doc);
    xml_sheet_close(&sheet);
    if (rc == ERR_NONE) return buf_str(&out);
    assert_int_equal(rc, ERR_XML_SHEET);
    assert_int_equal(out.len, 0);
    return "stopped";
}

static void test_transforms(void **state)
{
    (void)state;
    assert_string_equal(run(ROOT("<b x='{a/@n}'><xsl:value-of select='a'/></b>"),
                            "<a n='1'>&lt;\xF0\x9F\x98\x80</a>", NULL),
                        "<?xml version=\"1.0\"?>\n<b x=\"1\">&lt;\xF0\x9F\x98\x80</b>\n");
    assert_string_equal(run(SHEET("<xsl:output method='text'/>"), "<a>1<b>&lt;</b></a>", NULL),
                        "1<");
    assert_string_equal(run(SHEET("<xsl:output method='text' encoding='windows-1252'/>"),
                            "<a>\xE2\x82\xAC</a>", NULL),
                        "\x80");
    assert_string_equal(
        run(SHEET("<xsl:output omit-xml-declaration='yes'/><xsl:template match='/'/>"), "<a/>",
            NULL),
        "");
}

/* A parameter is text, whatever it looks like [X56]. */
static void test_parameters_are_text(void **state)
{
    static const char *const values[] = {"x", "']|//*", "\"'", "a'b", "<&>", ""};
    const char *sheet = SHEET("<xsl:output method='text'/><xsl:param name='p' select='//b'/>"
                              "<xsl:template match='/'><xsl:value-of select='$p'/></xsl:template>");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        const char *params[] = {"p", values[i], NULL};

        assert_string_equal(run(sheet, "<a><b>secret</b></a>", params), values[i]);
    }
    assert_string_equal(run(sheet, "<a><b>1</b></a>", NULL), "1");
}

/* Imports are the installed library's, wherever the sheet says that it lies. */
static void test_imports_the_library(void **state)
{
    static const char *const hrefs[] = {"../../lib/helper.xsl", "lib/helper.xsl",
                                        "file:///nowhere/lib/helper.xsl"};
    char text[512];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hrefs); i++) {
        (void)snprintf(text, sizeof text,
                       SHEET("<xsl:import href='%s'/><xsl:output method='text'/>"
                             "<xsl:template match='/'><xsl:call-template name='hi'/>"
                             "</xsl:template>"),
                       hrefs[i]);
        assert_string_equal(run(text, "<a>you</a>", NULL), "hi you");
    }
}

/* [X55] */
static void test_reads_and_writes_nothing(void **state)
{
    char text[1024], written[256];

    (void)state;
    (void)scratch_write("other.xsl", SHEET(""));
    (void)snprintf(written, sizeof written, "%s", scratch_path("written"));
    assert_string_equal(run(SHEET("<xsl:include href='file:///etc/passwd'/>"), "<a/>", NULL),
                        "does not compile");
    assert_string_equal(run(SHEET("<xsl:import href='file:///etc/passwd'/>"), "<a/>", NULL),
                        "does not compile");
    assert_string_equal(run(SHEET("<xsl:include href='other.xsl'/>"), "<a/>", NULL),
                        "does not compile");
    assert_string_equal(run(SHEET("<xsl:include href='lib/..'/>"), "<a/>", NULL),
                        "does not compile");
    assert_string_equal(
        run(SHEET("<xsl:include href='http://127.0.0.1:9/lib/x.xsl'/>"), "<a/>", NULL),
        "does not compile");
    (void)snprintf(text, sizeof text, ROOT("<xsl:copy-of select=\"document('%s')\"/>"),
                   scratch_path("other.xsl"));
    assert_string_equal(run(text, "<a/>", NULL), "stopped");
    assert_string_equal(
        run(ROOT("<xsl:copy-of select=\"document('lib/helper.xsl')\"/>"), "<a/>", NULL), "stopped");
    assert_string_equal(
        run(ROOT("<xsl:copy-of select=\"document('file:///etc/hostname')\"/>"), "<a/>", NULL),
        "stopped");
    (void)snprintf(text, sizeof text,
                   ROOT("<xsl:document href='%s' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"
                        "<x/></xsl:document>"),
                   written);
    (void)run(text, "<a/>", NULL);
    (void)snprintf(text, sizeof text,
                   "<xsl:stylesheet version='1.1' "
                   "xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:template match='/'>"
                   "<xsl:document href='%s'><x/></xsl:document></xsl:template></xsl:stylesheet>",
                   written);
    assert_string_equal(run(text, "<a/>", NULL), "stopped");
    (void)snprintf(text, sizeof text,
                   "<xsl:stylesheet version='1.0' xmlns:e='http://exslt.org/common' "
                   "extension-element-prefixes='e' "
                   "xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:template match='/'>"
                   "<e:document href='%s'><x/></e:document></xsl:template></xsl:stylesheet>",
                   written);
    (void)run(text, "<a/>", NULL);
    assert_int_not_equal(access(written, F_OK), 0);
}

/* [X55] */
static void test_ends(void **state)
{
    (void)state;
    assert_string_equal(run(SHEET("<xsl:template match='/' name='r'><xsl:call-template name='r'/>"
                                  "</xsl:template>"),
                            "<a/>", NULL),
                        "stopped");
    assert_string_equal(
        run(SHEET("<xsl:template match='/'><xsl:call-template name='r'><xsl:with-param name='n' "
                  "select='22'/></xsl:call-template></xsl:template><xsl:template name='r'>"
                  "<xsl:param name='n'/><xsl:if test='$n &gt; 0'><xsl:call-template name='r'>"
                  "<xsl:with-param name='n' select='$n - 1'/></xsl:call-template>"
                  "<xsl:call-template name='r'><xsl:with-param name='n' select='$n - 1'/>"
                  "</xsl:call-template></xsl:if></xsl:template>"),
            "<a/>", NULL),
        "stopped");
}

/* Forty steps make a text of a billion characters out of one [X55]. */
static void test_memory_ends(void **state)
{
    struct buf text = BUF_INIT(1 << 16);

    (void)state;
    assert_int_equal(buf_text(&text, "<xsl:variable name='v0' select='string(a)'/>"), ERR_NONE);
    for (int i = 0; i < 40; i++)
        assert_int_equal(buf_printf(&text, "<xsl:variable name='v%d' select='concat($v%d, $v%d)'/>",
                                    i + 1, i, i),
                         ERR_NONE);
    assert_int_equal(buf_text(&text, "<b><xsl:value-of select='$v40'/></b>"), ERR_NONE);
    {
        char sheet[8192];

        (void)snprintf(sheet, sizeof sheet, ROOT("%s"), buf_str(&text));
        assert_string_equal(run(sheet, "<a>x</a>", NULL), "stopped");
        assert_non_null(strstr(err_detail()->field, "256 MiB"));
    }
    buf_free(&text);
}

/* An expression that takes the cube of the document's size [X55]. */
static void test_an_expression_ends(void **state)
{
    struct buf text = BUF_INIT(1 << 16);

    (void)state;
    assert_int_equal(buf_text(&text, "<a>"), ERR_NONE);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(buf_text(&text, "<b/>"), ERR_NONE);
    assert_int_equal(buf_text(&text, "</a>"), ERR_NONE);
    assert_string_equal(run(ROOT("<xsl:value-of select='count(//*[count(//*[count(//*) = 1]) = 1])'"
                                 "/>"),
                            buf_str(&text), NULL),
                        "stopped");
    buf_free(&text);
}

static void test_says_where(void **state)
{
    (void)state;
    (void)run(SHEET("\n\n<xsl:template match='['/>"), "<a/>", NULL);
    assert_non_null(strstr(err_detail()->field, "sheet.xsl"));
    assert_non_null(strstr(err_detail()->field, "line 3"));
    assert_string_equal(run("<a>", "<a/>", NULL), "does not compile");
    assert_string_equal(run("<!DOCTYPE a><a/>", "<a/>", NULL), "does not compile");
    assert_string_equal(
        run(ROOT("<xsl:message terminate='yes'>no iban</xsl:message>"), "<a/>", NULL), "stopped");
    assert_non_null(strstr(err_detail()->field, "no iban"));
    assert_string_equal(run(ROOT("<x><xsl:message>fine</xsl:message></x>"), "<a/>", NULL),
                        "<?xml version=\"1.0\"?>\n<x/>\n");
}

static struct xml_sheet *shared;

static void *apply_often(void *cls)
{
    static const char TEXT[] = "<a><b k='1'>x</b><b k='2'>y</b></a>";
    struct buf out = BUF_INIT(1 << 12);
    struct xml_document *doc;

    for (int i = 0; i < 300; i++) {
        buf_reset(&out);
        if (xml_document_parse(TEXT, sizeof TEXT - 1, &doc) != ERR_NONE ||
            xml_sheet_apply(shared, doc, NULL, &out) != ERR_NONE || strcmp(buf_str(&out), "y") != 0)
            *(int *)cls += 1;
        xml_document_close(&doc);
    }
    buf_free(&out);
    return NULL;
}

static void test_threads_share_one(void **state)
{
    pthread_t threads[4];
    int wrong[4] = {0};

    (void)state;
    assert_int_equal(
        xml_sheet_open(scratch_write("shared.xsl", SHEET("<xsl:output method='text'/><xsl:key "
                                                         "name='k' match='b' use='@k'/>"
                                                         "<xsl:template match='/'><xsl:value-of "
                                                         "select=\"key('k', '2')\"/>"
                                                         "</xsl:template>")),
                       lib, &shared),
        ERR_NONE);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, apply_often, &wrong[i]), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(wrong[i], 0);
    }
    xml_sheet_close(&shared);
    assert_null(shared);
}

/* A document of the writer's: what a sheet strips from it is freed once, and the rest with the
 * arena. */
static void test_a_tree_loses_its_blanks(void **state)
{
    struct arena arena = ARENA_INIT(1 << 16);
    struct buf out = BUF_INIT(1 << 16);
    struct xml_sheet *sheet;
    struct xml_document *doc;
    struct xml_writer w;

    (void)state;
    xml_writer_begin_tree(&w, &arena);
    xml_open(&w, "a");
    xml_leaf(&w, "b", " \n");
    xml_leaf(&w, "c", " x ");
    xml_content(&w, "\n");
    xml_close(&w);
    assert_int_equal(xml_writer_end_tree(&w, &doc), ERR_NONE);
    assert_int_equal(
        xml_sheet_open(
            scratch_write("sheet.xsl", SHEET("<xsl:output omit-xml-declaration='yes'/>"
                                             "<xsl:strip-space elements='*'/>"
                                             "<xsl:template match='/'><xsl:copy-of select='.'/>"
                                             "</xsl:template>")),
            lib, &sheet),
        ERR_NONE);
    assert_int_equal(xml_sheet_apply(sheet, doc, NULL, &out), ERR_NONE);
    assert_string_equal(buf_str(&out), "<a><b/><c> x </c></a>\n");
    xml_document_close(&doc);
    xml_sheet_close(&sheet);
    arena_free(&arena);
    buf_free(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transforms),
        cmocka_unit_test(test_parameters_are_text),
        cmocka_unit_test(test_imports_the_library),
        cmocka_unit_test(test_reads_and_writes_nothing),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_memory_ends),
        cmocka_unit_test(test_an_expression_ends),
        cmocka_unit_test(test_says_where),
        cmocka_unit_test(test_threads_share_one),
        cmocka_unit_test(test_a_tree_loses_its_blanks),
    };

    xml_init();
    return cmocka_run_group_tests_name("xml/sheet", tests, setup, teardown);
}
