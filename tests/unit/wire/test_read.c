/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each element of a channel's and of the node's request reaches its own member. */
#include "wire/node.h"
#include "wire/psp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SUBJECT(name)                                                                              \
    "<" name "><uniqueIdentifier><entityUniqueIdentifierType>F</entityUniqueIdentifierType>"       \
    "<entityUniqueIdentifierValue>code</entityUniqueIdentifierValue></uniqueIdentifier>"           \
    "<fullName>name</fullName><streetName>street</streetName><civicNumber>civic</civicNumber>"     \
    "<postalCode>postal</postalCode><city>city</city>"                                             \
    "<stateProvinceRegion>province</stateProvinceRegion><country>IT</country>"                     \
    "<e-mail>mail</e-mail></" name ">"

#define is(member, text) assert_string_equal((member), (text))

static struct xml_document *document(const char *text)
{
    struct xml_document *doc;

    assert_int_equal(xml_document_parse(text, strlen(text), &doc), ERR_NONE);
    return doc;
}

static struct xml_document *psp(const char *text, struct psp_call *out)
{
    struct xml_document *doc = document(text);

    memset(out, 0, sizeof *out);
    out->valid = true;
    assert_int_equal(wire_psp_read(xml_root(doc), out), ERR_NONE);
    return doc;
}

static void subject_is_whole(const struct debt_subject *s)
{
    is(s->kind, "F");
    is(s->code, "code");
    is(s->name, "name");
    is(s->street, "street");
    is(s->civic, "civic");
    is(s->postal_code, "postal");
    is(s->city, "city");
    is(s->province, "province");
    is(s->country, "IT");
    is(s->email, "mail");
}

static void test_activate(void **state)
{
    struct psp_call call;
    struct xml_document *doc =
        psp("<q><idPSP>psp</idPSP><idBrokerPSP>broker</idBrokerPSP><idChannel>channel</idChannel>"
            "<password>word</password><idempotencyKey>key</idempotencyKey>"
            "<qrCode><fiscalCode>ente</fiscalCode><noticeNumber>notice</noticeNumber></qrCode>"
            "<expirationTime>6000</expirationTime><amount>12.34</amount>"
            "<dueDate>2026-12-31+01:00</dueDate><paymentNote>a &amp; <![CDATA[b]]></paymentNote>"
            "<paymentMethod>cash</paymentMethod><touchPoint>ATM</touchPoint></q>",
            &call);

    (void)state;
    is(call.psp, "psp");
    is(call.broker, "broker");
    is(call.channel, "channel");
    is(call.password, "word");
    is(call.key, "key");
    is(call.fiscal_code, "ente");
    is(call.notice_number, "notice");
    assert_int_equal(call.expiration_ms, 6000);
    assert_int_equal(call.amount_cents, 1234);
    is(call.due_date, "2026-12-31");
    is(call.note, "a & b");
    is(call.method, "cash");
    is(call.touch_point, "ATM");
    assert_true(call.valid);
    xml_document_close(&doc);
}

static void test_outcome(void **state)
{
    struct psp_call call;
    struct xml_document *doc =
        psp("<q><paymentTokens><paymentToken>one</paymentToken><paymentToken>two</paymentToken>"
            "</paymentTokens><outcome>OK</outcome><details><paymentMethod>other</paymentMethod>"
            "<paymentChannel>onLine</paymentChannel><fee>0.00</fee>"
            "<primaryCiIncurredFee>0.50</primaryCiIncurredFee><idBundle>bundle</idBundle>"
            "<idCiBundle>ci</idCiBundle>" SUBJECT(
                "payer") "<applicationDate>2026-11-26</applicationDate><transferDate>2026-11-27</"
                         "transferDate>"
                         "<marcheDaBollo><marcaDaBollo><paymentToken>two</"
                         "paymentToken><idTransfer>3</idTransfer>"
                         "<MBDAttachment>c3RhbXA=</MBDAttachment></marcaDaBollo></marcheDaBollo></"
                         "details></q>",
            &call);

    (void)state;
    assert_int_equal(call.n_tokens, 2);
    is(call.tokens[0], "one");
    is(call.tokens[1], "two");
    assert_true(call.ok);
    is(call.method, "other");
    is(call.payment_channel, "onLine");
    assert_int_equal(call.fee_cents, 0);
    assert_int_equal(call.pa_fee_cents, 50);
    is(call.bundle, "bundle");
    is(call.ci_bundle, "ci");
    subject_is_whole(&call.payer);
    is(call.application_date, "2026-11-26");
    is(call.transfer_date, "2026-11-27");
    is(call.stamps[1][3], "c3RhbXA=");
    assert_true(call.valid);
    xml_document_close(&doc);
}

static void test_other_names(void **state)
{
    struct psp_call call;
    struct xml_document *doc = psp(
        "<q><ccPost>123</ccPost><noticeNumber>notice</noticeNumber><paymentToken>t</paymentToken>"
        "<outcome>KO</outcome><idSoggettoServizio>00007</idSoggettoServizio>"
        "<datiSpecificiServizio>eA==</datiSpecificiServizio></q>",
        &call);

    (void)state;
    is(call.cc_post, "123");
    is(call.notice_number, "notice");
    is(call.tokens[0], "t");
    assert_false(call.ok);
    is(call.service, "00007");
    is(call.service_data, "eA==");
    xml_document_close(&doc);
}

/* What a schema takes and the rules do not. */
static void test_not_valid(void **state)
{
    static const char *const texts[] = {
        "<q><expirationTime>0</expirationTime></q>",
        "<q><paymentTokens><paymentToken>t</paymentToken><paymentToken>t</paymentToken>"
        "</paymentTokens></q>",
        "<q><paymentToken>t</paymentToken><details><marcheDaBollo><marcaDaBollo>"
        "<paymentToken>other</paymentToken><idTransfer>1</idTransfer><MBDAttachment/>"
        "</marcaDaBollo></marcheDaBollo></details></q>",
        "<q><datiSpecificiServizio>no base64!</datiSpecificiServizio></q>",
    };
    struct psp_call call;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct xml_document *doc = psp(texts[i], &call);

        assert_false(call.valid);
        xml_document_close(&doc);
    }
}

static void test_texts_of_no_sense(void **state)
{
    static const char *const texts[] = {"<q><amount> 1.00</amount></q>",
                                        "<q><dueDate>2026-02-30</dueDate></q>"};
    struct psp_call call = {.valid = true};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct xml_document *doc = document(texts[i]);

        assert_int_equal(err_class(wire_psp_read(xml_root(doc), &call)), ERR_CLASS_CALLER);
        err_clear();
        xml_document_close(&doc);
    }
}

static void test_receipt(void **state)
{
    struct node_call call = {.valid = true};
    struct xml_document *doc = document(
        "<q><idPA>ente</idPA><idBrokerPA>broker</idBrokerPA><idStation>station</idStation><receipt>"
        "<receiptId>token</receiptId><noticeNumber>notice</noticeNumber><fiscalCode>cf</fiscalCode>"
        "<outcome>OK</outcome><creditorReferenceId>iuv</creditorReferenceId>"
        "<paymentAmount>3.00</paymentAmount><transferList><transfer><idTransfer>1</idTransfer>"
        "<transferAmount>1.00</transferAmount><fiscalCodePA>a</fiscalCodePA><IBAN>iban</IBAN>"
        "</transfer><transfer><idTransfer>4</idTransfer><transferAmount>2.00</transferAmount>"
        "<fiscalCodePA>b</fiscalCodePA><MBDAttachment>eA==</MBDAttachment></transfer></"
        "transferList>"
        "<idPSP>psp</idPSP><pspFiscalCode>pcf</pspFiscalCode><pspPartitaIVA>vat</pspPartitaIVA>"
        "<PSPCompanyName>company</PSPCompanyName><idChannel>channel</idChannel>"
        "<channelDescription>app</channelDescription>" SUBJECT(
            "payer") "<paymentMethod>cash</paymentMethod><paymentNote>note</paymentNote><fee>0.10</"
                     "fee>"
                     "<primaryCiIncurredFee>0.20</primaryCiIncurredFee><idBundle>bundle</idBundle>"
                     "<idCiBundle>ci</idCiBundle><paymentDateTime>2026-11-26T10:00:00Z</"
                     "paymentDateTime>"
                     "<applicationDate>2026-11-26</applicationDate><transferDate>2026-11-27</"
                     "transferDate>"
                     "</receipt></q>");

    (void)state;
    assert_int_equal(wire_node_read(xml_root(doc), &call), ERR_NONE);
    is(call.ente, "ente");
    is(call.broker, "broker");
    is(call.station, "station");
    is(call.receipt_id, "token");
    is(call.notice_number, "notice");
    is(call.creditor, "cf");
    assert_true(call.ok);
    is(call.iuv, "iuv");
    assert_int_equal(call.amount_cents, 300);
    assert_int_equal(call.n_transfers, 2);
    assert_int_equal(call.transfers[1].number, 4);
    assert_int_equal(call.transfers[1].amount_cents, 200);
    is(call.transfers[0].creditor, "a");
    is(call.transfers[0].iban, "iban");
    is(call.stamps[4], "eA==");
    is(call.psp, "psp");
    is(call.told.psp_fiscal_code, "pcf");
    is(call.told.psp_vat, "vat");
    is(call.told.psp_name, "company");
    is(call.channel, "channel");
    is(call.told.channel_description, "app");
    subject_is_whole(&call.payer);
    is(call.method, "cash");
    is(call.note, "note");
    assert_int_equal(call.fee_cents, 10);
    assert_int_equal(call.pa_fee_cents, 20);
    is(call.bundle, "bundle");
    is(call.ci_bundle, "ci");
    assert_true(call.told.paid_us > 0);
    is(call.application_date, "2026-11-26");
    is(call.transfer_date, "2026-11-27");
    xml_document_close(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activate),          cmocka_unit_test(test_outcome),
        cmocka_unit_test(test_other_names),       cmocka_unit_test(test_not_valid),
        cmocka_unit_test(test_texts_of_no_sense), cmocka_unit_test(test_receipt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
