/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streaming: whatever the pages, the file is what the sheet makes of the whole document. */
#include "flow/fixture.h"
#include "xml/scratch.h"

#include "xml/schema.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fixture f;
static struct flow_made made;

static int setup(void **state)
{
    (void)state;
    (void)scratch_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_free(&f);
    scratch_remove();
    return 0;
}

static enum err make(const struct flow_format *format)
{
    err_clear();
    return flow_make(format, &f.frame, &f.source, scratch_path("."), "flow.xml", &made);
}

static void assert_nothing_left(void)
{
    DIR *dir = opendir(scratch_path("."));
    const struct dirent *entry;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.' || strstr(entry->d_name, ".part") != NULL)
            fail_msg("left: %s", entry->d_name);
    closedir(dir);
}

static void compare(const char *name, size_t n)
{
    static const size_t pages[] = {1, 2, 7, 999, 1000};
    struct flow_format *format = fixture_format(name);
    struct buf whole = BUF_INIT(64 << 20), file = BUF_INIT(64 << 20);

    fixture_whole(&f, format, &whole);
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        if (n > 100 && pages[i] < 7) continue; /* slow and nothing new */
        fixture_rewind(&f, pages[i]);
        f.source.batch = pages[i] == 999 ? 0 : pages[i];
        f.source.threads = i % 2 == 0 ? 1 : 3;
        if (make(format) != ERR_NONE) fail_msg("%s, %zu records: %s", name, n, err_detail()->field);
        assert_int_equal(flow_file_publish(&made.file, &made.sha256), ERR_NONE);
        buf_reset(&file);
        assert_int_equal(buf_read_file(&file, scratch_path("flow.xml")), ERR_NONE);
        assert_int_equal(made.size, file.len);
        assert_string_equal(buf_str(&file), buf_str(&whole));
    }
    buf_free(&whole);
    buf_free(&file);
    flow_format_close(&format);
}

/* [F13] [F55] */
static void test_pages_join_to_the_whole_payments(void **state)
{
    static const size_t counts[] = {1, 2, 3, 13, 2500};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        fixture_payments(&f, counts[i]);
        compare("flusso-riversamento-1.0", counts[i]);
        assert_int_equal(remove(scratch_path("flow.xml")), 0);
        fixture_free(&f);
    }
    f.records = NULL;
}

static void test_pages_join_to_the_whole_settlements(void **state)
{
    static const size_t counts[] = {3, 4, 7, 20, 2500};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
        fixture_settlements(&f, counts[i]);
        compare("pain.001.001.03", counts[i]);
        assert_int_equal(remove(scratch_path("flow.xml")), 0);
        fixture_free(&f);
    }
    f.records = NULL;
}

/* Nothing escapes a text there: one that looks like the engine's mark is a text all the same. */
static void test_pages_join_to_the_whole_text(void **state)
{
    static const char *const names[] = {"csv-rendicontazione", "csv-rendicontazione-it",
                                        "fixed-rendicontazione"};
    static const size_t counts[] = {0, 1, 2, 13, 2500};

    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(names); n++)
        for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
            fixture_payments(&f, counts[i]);
            compare(names[n], counts[i]);
            assert_int_equal(remove(scratch_path("flow.xml")), 0);
            fixture_free(&f);
        }
    f.records = NULL;
}

static void test_no_record_is_refused(void **state)
{
    struct flow_format *format = fixture_format("flusso-riversamento-1.0");

    (void)state;
    fixture_payments(&f, 0);
    assert_int_equal(make(format), ERR_DATA);
    assert_nothing_left();
    flow_format_close(&format);
}

static void test_too_many_are_refused(void **state)
{
    struct flow_format *format = fixture_format("pain.001.001.03");

    (void)state;
    fixture_settlements(&f, 5);
    format->max_records = 4;
    assert_int_equal(make(format), ERR_DATA);
    format->max_records = 5;
    assert_int_equal(make(format), ERR_NONE);
    flow_file_discard(&made.file);
    assert_nothing_left();
    flow_format_close(&format);
}

static void swap(size_t a, size_t b)
{
    struct flow_record r = f.records[a];

    f.records[a] = f.records[b];
    f.records[b] = r;
}

/* An error of the fifth batch is the caller's, whichever thread met it; nothing stays. */
static void test_an_error_in_a_thread(void **state)
{
    struct flow_format *format = fixture_format("flusso-riversamento-1.0");

    (void)state;
    fixture_payments(&f, 40);
    f.source.batch = 2;
    f.source.threads = 4;
    (void)snprintf(f.records[9].description, 9, "\x01");
    assert_int_equal(make(format), ERR_TEXT_SYNTAX);
    assert_non_null(strstr(err_detail()->field, "description"));
    assert_nothing_left();
    fixture_rewind(&f, 1000);
    f.fail = ERR_DB_LOST; /* of the source, while others are under way */
    (void)snprintf(f.records[9].description, 9, "x");
    assert_int_equal(make(format), ERR_DB_LOST);
    assert_nothing_left();
    f.fail = ERR_NONE;
    flow_format_close(&format);
}

/* Records that are not those the frame counts. */
static void test_other_records_are_refused(void **state)
{
    struct flow_format *format = fixture_format("pain.001.001.03");

    (void)state;
    fixture_settlements(&f, 9);
    f.frame.count++;
    assert_int_equal(make(format), ERR_DATA);
    f.frame.count--;
    f.frame.total_cents--;
    fixture_rewind(&f, 4);
    assert_int_equal(make(format), ERR_DATA);
    f.frame.total_cents++;
    f.groups[0].count--;
    f.groups[1].count++;
    fixture_rewind(&f, 4);
    assert_int_equal(make(format), ERR_DATA);
    f.groups[0].count++;
    f.groups[1].count--;
    f.records[8].group = 0;
    fixture_rewind(&f, 1);
    assert_int_equal(make(format), ERR_DATA);
    f.records[8].group = 3;
    fixture_rewind(&f, 9);
    assert_int_equal(make(format), ERR_DATA);
    f.records[8].group = 2;
    swap(0, 8); /* each group is whole, but out of order */
    fixture_rewind(&f, 1);
    assert_int_equal(make(format), ERR_DATA);
    swap(0, 8);
    f.fail = ERR_DB_LOST;
    fixture_rewind(&f, 9);
    assert_int_equal(make(format), ERR_DB_LOST);
    f.fail = ERR_NONE;
    fixture_rewind(&f, 9);
    assert_int_equal(make(format), ERR_NONE);
    flow_file_discard(&made.file);
    assert_nothing_left();
    flow_format_close(&format);
}

/* What the official facets forbid never leaves. */
static void test_an_invalid_file_is_refused(void **state)
{
    struct flow_format *fdr = fixture_format("flusso-riversamento-1.0");
    struct flow_format *pain = fixture_format("pain.001.001.03");

    (void)state;
    fixture_payments(&f, 5);
    f.records[3].outcome = '1';
    assert_int_equal(make(fdr), ERR_XML_INVALID);
    assert_non_null(strstr(err_detail()->field, "codiceEsitoSingoloPagamento"));
    f.records[3].outcome = '0';
    f.records[4].iuv[0] = '\0';
    fixture_rewind(&f, 5);
    assert_int_equal(make(fdr), ERR_XML_INVALID);
    fixture_free(&f);
    fixture_settlements(&f, 5);
    f.records[2].iban[0] = '\0';
    assert_int_equal(make(pain), ERR_XML_INVALID);
    assert_non_null(strstr(err_detail()->field, "IBAN"));
    fixture_free(&f);
    fixture_settlements(&f, 5);
    f.records[2].flow_id[3] = '_'; /* no character of SEPA: the bank would change it */
    assert_int_equal(make(pain), ERR_XML_INVALID);
    fixture_free(&f);
    fixture_settlements(&f, 5);
    (void)snprintf(f.records[1].creditor_name, 9, "\x01");
    assert_int_equal(make(pain), ERR_TEXT_SYNTAX);
    assert_nothing_left();
    flow_format_close(&fdr);
    flow_format_close(&pain);
}

#define HEAD                                                                                       \
    "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform' "              \
    "xmlns:f='urn:payer:flow:1' exclude-result-prefixes='f'>"                                      \
    "<xsl:import href='../../lib/flow.xsl'/><xsl:template match='f:record'>"                       \
    "<p n='{@n}'><a><xsl:value-of select='@amount'/></a></p></xsl:template>"                       \
    "<xsl:template match='f:flow'><r><n><xsl:value-of select='@count'/></n><t>"                    \
    "<xsl:value-of select='@total'/></t>"
#define TAIL "</r></xsl:template></xsl:stylesheet>"
#define RECORDS "<xsl:call-template name='records'/>"

static const struct {
    const char *sheet;
    enum err want;
    const char *says;
} sheets[] = {
    {HEAD RECORDS TAIL, ERR_NONE, ""},
    /* sheets that cannot be streamed */
    {HEAD "<xsl:apply-templates select='f:record'/>" TAIL, ERR_FLOW_FORMAT, "records must"},
    {HEAD RECORDS RECORDS TAIL, ERR_FLOW_FORMAT, "records must"},
    {HEAD RECORDS "<s x='{sum(f:record/@cents)}'/>" TAIL, ERR_FLOW_FORMAT, "depends on"},
    {HEAD RECORDS "<xsl:if test='f:record'><s/></xsl:if>" TAIL, ERR_FLOW_FORMAT, "depends on"},
    /* sheets whose file says what it does not hold [F55] */
    {HEAD RECORDS "<p><a>1.00</a></p>" TAIL, ERR_FLOW_FORMAT, "/r/n says 5, there are 6"},
    {HEAD RECORDS "<t>1.00</t>" TAIL, ERR_FLOW_FORMAT, "/r/t says 1.00"},
    {HEAD RECORDS "<n>6</n><p><a>0.00</a></p>" TAIL, ERR_AMOUNT_SYNTAX, ""},
};

/* A format of our own around some sheet. */
static struct flow_format *format_of(const char *sheet)
{
    struct flow_format *format;

    (void)scratch_write("x/flow.xml",
                        "<flow-format xmlns='urn:payer:flow-format:1' name='x' direction='out' "
                        "audience='ente' records='payment' grouping='none' "
                        "media-type='application/xml' encoding='UTF-8' file-name='{id}.xml'>"
                        "<title>t</title><totals within='/r' count='n' sum='t' record='p' "
                        "amount='p/a'/></flow-format>");
    (void)scratch_write("x/output.xsd", "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>"
                                        "<xs:element name='r' type='xs:anyType'/></xs:schema>");
    (void)scratch_write("x/sheet.xsl", sheet);
    if (flow_format_open(scratch_path("x"), "xslt/lib", &format) != ERR_NONE)
        fail_msg("%s: %s", sheet, err_detail()->field);
    return format;
}

static void test_sheets_that_do_not_stream(void **state)
{
    (void)state;
    fixture_payments(&f, 5);
    for (size_t i = 0; i < ARRAY_LEN(sheets); i++) {
        struct flow_format *format = format_of(sheets[i].sheet);

        fixture_rewind(&f, 2);
        if (make(format) != sheets[i].want)
            fail_msg("sheet %zu: %s %s", i, err_name(err_detail()->code), err_detail()->field);
        if (strstr(err_detail()->field, sheets[i].says) == NULL)
            fail_msg("sheet %zu: %s", i, err_detail()->field);
        flow_file_discard(&made.file);
        flow_format_close(&format);
    }
}

/* The numbers of records go on from page to page. */
static void test_numbers_go_on(void **state)
{
    struct flow_format *format = format_of(HEAD RECORDS TAIL);
    struct buf file = BUF_INIT(1 << 16);
    const char *at;

    (void)state;
    fixture_payments(&f, 5);
    fixture_rewind(&f, 2);
    assert_int_equal(make(format), ERR_NONE);
    assert_int_equal(flow_file_publish(&made.file, &made.sha256), ERR_NONE);
    assert_int_equal(buf_read_file(&file, scratch_path("flow.xml")), ERR_NONE);
    at = buf_str(&file);
    for (char n = '1'; n <= '5'; n++) {
        at = strstr(at, "<p n=\"");
        assert_non_null(at);
        at += strlen("<p n=\"");
        assert_int_equal(*at, n);
    }
    buf_free(&file);
    flow_format_close(&format);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pages_join_to_the_whole_payments, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pages_join_to_the_whole_settlements, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pages_join_to_the_whole_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_record_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_many_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_error_in_a_thread, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_records_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_invalid_file_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sheets_that_do_not_stream, setup, teardown),
        cmocka_unit_test_setup_teardown(test_numbers_go_on, setup, teardown),
    };

    xml_init();
    return cmocka_run_group_tests_name("flow/make", tests, NULL, NULL);
}
