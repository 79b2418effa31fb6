/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flow/fixture.h"
#include "xml/scratch.h"

#include "xml/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MANIFEST(name, attributes, totals)                                                         \
    "<flow-format xmlns='urn:payer:flow-format:1' name='" name "' direction='out' "                \
    "audience='ente' records='payment' grouping='none' media-type='application/xml' "              \
    "encoding='UTF-8' " attributes ">\n<title>t</title>\n" totals "</flow-format>"
#define TOTALS "<totals within='/r' count='n' sum='t' record='p' amount='p/a'/>"
#define GOOD MANIFEST("x", "file-name='a-{party}-{id}-{sequence}-{date}.xml'", TOTALS)
#define SHEET                                                                                      \
    "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"              \
    "<xsl:import href='../../lib/flow.xsl'/></xsl:stylesheet>"
#define TEXT_SHEET                                                                                 \
    "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"              \
    "<xsl:import href='../../lib/flow.xsl'/><xsl:output method='text'/></xsl:stylesheet>"
#define TABLE(more) "<table separator=',' decimal='.' " more "/>"
#define FIXED(more) "<fixed width='100' head='H' record='R' tail='T' " more "/>"
#define NAMED "file-name='{id}.csv'"
#define SCHEMA                                                                                     \
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'><xs:element name='r'/></xs:schema>"

static void test_ours_open(void **state)
{
    struct flow_format *f = fixture_format("pain.001.001.03");

    (void)state;
    assert_string_equal(f->name, "pain.001.001.03");
    assert_int_equal(f->audience, FLOW_AUDIENCE_BANK);
    assert_int_equal(f->records, FLOW_RECORDS_SETTLEMENT);
    assert_int_equal(f->grouping, FLOW_GROUPING_ACCOUNT_DATE);
    assert_int_equal(f->n_totals, 2);
    assert_string_equal(f->totals[1].amount,
                        "/Document/CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/Amt/InstdAmt");
    flow_format_close(&f);
    assert_null(f);
    f = fixture_format("flusso-riversamento-1.0");
    assert_int_equal(f->audience, FLOW_AUDIENCE_ENTE);
    assert_int_equal(f->records, FLOW_RECORDS_PAYMENT);
    assert_int_equal(f->grouping, FLOW_GROUPING_NONE);
    assert_int_equal(f->max_records, 0);
    flow_format_close(&f);
}

static const struct {
    const char *manifest, *sheet, *schema, *says;
} bad[] = {
    {"<x/>", SHEET, SCHEMA, "flow.xml:1: x"},
    {MANIFEST("y", "file-name='{id}'", TOTALS), SHEET, SCHEMA, "not the folder's"},
    {MANIFEST("x", "file-name='{id}'", ""), SHEET, SCHEMA, "totals"},
    {MANIFEST("x", "", TOTALS), SHEET, SCHEMA, "file-name"},
    {MANIFEST("x", "file-name='a.xml'", TOTALS), SHEET, SCHEMA, "file-name"},
    {MANIFEST("x", "file-name='{id}{debtor}'", TOTALS), SHEET, SCHEMA, "file-name"},
    {MANIFEST("x", "file-name='../{id}'", TOTALS), SHEET, SCHEMA, "file-name"},
    {GOOD, "<x", SCHEMA, "sheet.xsl"},
    {GOOD, SHEET, "<x/>", "output.xsd"},
    {GOOD, NULL, SCHEMA, "sheet.xsl"},
    /* what finished texts are checked by */
    {MANIFEST("x", NAMED, TABLE("columns='3' amount='2'")), SHEET, SCHEMA, "method"},
    {GOOD, TEXT_SHEET, SCHEMA, "method"},
    {MANIFEST("x", NAMED, TABLE("columns='3' amount='4'")), TEXT_SHEET, SCHEMA, "columns"},
    {MANIFEST("x", NAMED, "<table separator=',' decimal=',' columns='3' amount='2'/>"), TEXT_SHEET,
     SCHEMA, "separator"},
    {MANIFEST("x", NAMED, TABLE("columns='3' amount='2'") TOTALS), TEXT_SHEET, SCHEMA, "totals"},
    {MANIFEST("x", NAMED, FIXED("amount='9-8' count='2-5' sum='6-9'")), TEXT_SHEET, SCHEMA, "span"},
    {MANIFEST("x", NAMED, FIXED("amount='2-5' count='2-5' sum='90-101'")), TEXT_SHEET, SCHEMA,
     "span"},
    {MANIFEST("x", NAMED, FIXED("amount='2-20' count='2-5' sum='6-9'")), TEXT_SHEET, SCHEMA,
     "span"},
    {"<flow-format xmlns='urn:payer:flow-format:1' name='x' direction='out' audience='ente' "
     "records='payment' grouping='none' media-type='text/csv' encoding='windows-1252' "
     "file-name='{id}'><title>t</title>" TABLE("columns='3' amount='2'") "</flow-format>",
     TEXT_SHEET, SCHEMA, "encoding"},
};

static void test_bad_folders_are_refused(void **state)
{
    struct flow_format *f;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        (void)scratch_write("x/flow.xml", bad[i].manifest);
        (void)scratch_write("x/output.xsd", bad[i].schema);
        if (bad[i].sheet != NULL)
            (void)scratch_write("x/sheet.xsl", bad[i].sheet);
        else
            (void)remove(scratch_path("x/sheet.xsl"));
        err_clear();
        if (flow_format_open(scratch_path("x"), "xslt/lib", &f) == ERR_NONE || f != NULL)
            fail_msg("folder %zu was taken", i);
        if (strstr(err_detail()->field, bad[i].says) == NULL)
            fail_msg("folder %zu: %s", i, err_detail()->field);
    }
}

static void test_file_names(void **state)
{
    struct flow_frame frame = {.id = "2026-03-02PAYER-7",
                               .created = "2026-03-02T18:00:00",
                               .sequence = 7,
                               .receiver = {.code = "777/../ \xC3\xA8"}};
    struct flow_format *f;
    char name[FLOW_NAME_SIZE];

    (void)state;
    (void)scratch_write("x/flow.xml", GOOD);
    (void)scratch_write("x/output.xsd", SCHEMA);
    (void)scratch_write("x/sheet.xsl", SHEET);
    assert_int_equal(flow_format_open(scratch_path("x"), "xslt/lib", &f), ERR_NONE);
    assert_int_equal(flow_format_file_name(f, &frame, name), ERR_NONE);
    assert_string_equal(name, "a-777-..-----2026-03-02PAYER-7-000007-2026-03-02.xml");
    (void)snprintf(f->file_name, sizeof f->file_name, "{party}");
    (void)snprintf(frame.receiver.code, sizeof frame.receiver.code, "..");
    assert_int_equal(flow_format_file_name(f, &frame, name), ERR_FLOW_FORMAT);
    flow_format_close(&f);
}

/* What the hub writes is what its schema promises to integrators. */
static void test_documents_are_valid(void **state)
{
    struct buf text = BUF_INIT(1 << 22);
    struct xml_document *doc;
    struct xml_schema *schema;
    struct xml_problem problem;
    struct fixture f;

    (void)state;
    assert_int_equal(xml_schema_open("xslt/lib/flow.xsd", &schema), ERR_NONE);
    for (int i = 0; i < 4; i++) {
        struct flow_document d = {
            .format = "x", .frame = &f.frame, .first = 1, .cut = i >= 2 ? "1" : NULL};

        if (i % 2 == 0)
            fixture_payments(&f, 50);
        else
            fixture_settlements(&f, 50);
        d.records = f.records;
        d.n_records = f.n;
        buf_reset(&text);
        assert_int_equal(flow_document_write(&d, &text), ERR_NONE);
        assert_int_equal(xml_document_parse(buf_str(&text), text.len, &doc), ERR_NONE);
        if (xml_schema_check_document(schema, doc, &problem) != ERR_NONE)
            fail_msg("%s: %s", problem.element, problem.text);
        xml_document_close(&doc);
        fixture_free(&f);
    }
    xml_schema_close(&schema);
    buf_free(&text);
}

static void test_records_out_of_order_are_a_bug(void **state)
{
    struct buf text = BUF_INIT(1 << 20);
    struct flow_document d = {.format = "x", .first = 1};
    struct fixture f;

    (void)state;
    fixture_settlements(&f, 6);
    d.frame = &f.frame;
    d.records = f.records;
    d.n_records = f.n;
    f.records[5].group = 0;
    assert_int_equal(flow_document_write(&d, &text), ERR_BUG);
    fixture_free(&f);
    buf_free(&text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ours_open),
        cmocka_unit_test_setup_teardown(test_bad_folders_are_refused, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_file_names, scratch_setup, scratch_teardown),
        cmocka_unit_test(test_documents_are_valid),
        cmocka_unit_test(test_records_out_of_order_are_a_bug),
    };

    xml_init();
    return cmocka_run_group_tests_name("flow/format", tests, NULL, NULL);
}
