/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of each contract are read and written, and what is written is valid against our own
 * schemas: in order, without xsi:type, declaring only its contract's namespaces. */
#include "soap/message.h"
#include "xml/schema.h"

#include "payH.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ENVELOPE(body)                                                                             \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""                            \
    " xmlns:n=\"http://pagopa-api.pagopa.gov.it/node/nodeForPsp.xsd\""                             \
    " xmlns:p=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"><s:Header/><s:Body>" body       \
    "</s:Body></s:Envelope>"
#define ANSWER                                                                                     \
    ENVELOPE("<p:paSendRTRes><outcome>KO</outcome><fault><faultCode>PAA_SYSTEM_ERROR</faultCode>"  \
             "<faultString>errore</faultString><id>77777777777</id></fault></p:paSendRTRes>")

static struct soap_message *message;
static struct buf out = BUF_INIT(1 << 20);

static int setup(void **state)
{
    (void)state;
    return soap_message_open(&message) == ERR_NONE ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    soap_message_close(&message);
    buf_free(&out);
    return 0;
}

static int between(void **state)
{
    (void)state;
    soap_message_reset(message);
    buf_reset(&out);
    return 0;
}

/* The Body's child is root_name, and valid. */
static void check_written(const char *schema_path, const char *root_name)
{
    struct xml_schema *schema = NULL;
    struct xml_document *doc = NULL;
    struct xml_problem problem = {0};
    const struct xml_node *body, *root;

    assert_int_equal(xml_schema_open(schema_path, &schema), ERR_NONE);
    assert_int_equal(xml_document_parse(out.bytes, out.len, &doc), ERR_NONE);
    body = xml_child(xml_root(doc), "http://schemas.xmlsoap.org/soap/envelope/", "Body");
    assert_non_null(body);
    root = xml_child(body, NULL, NULL);
    assert_non_null(root);
    assert_string_equal(xml_name(root), root_name);
    assert_null(xml_next(root, NULL, NULL));
    if (xml_schema_check_node(schema, root, &problem) != ERR_NONE)
        fail_msg("%s: %s\n%s", problem.element, problem.text, buf_str(&out));
    assert_null(strstr(out.bytes, "xsi:"));
    assert_null(strstr(out.bytes, "encodingStyle"));
    xml_document_close(&doc);
    xml_schema_close(&schema);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;

    while ((text = strstr(text, what)) != NULL) {
        n++;
        text += strlen(what);
    }
    return n;
}

static const struct pfn__paSendRTRes *answer_get(void)
{
    return soap_get_pfn__paSendRTRes(soap_message_soap(message), NULL, "pfn:paSendRTRes", NULL);
}

static void test_read_answer(void **state)
{
    const struct pfn__paSendRTRes *res;

    (void)state;
    assert_int_equal(soap_message_read(message, ANSWER, strlen(ANSWER)), ERR_NONE);
    res = answer_get();
    assert_int_equal(soap_message_end_read(message), ERR_NONE);
    assert_non_null(res);
    assert_int_equal(res->outcome, ppc__stOutcome__KO);
    assert_string_equal(res->fault->faultCode, "PAA_SYSTEM_ERROR");
    assert_string_equal(res->fault->id, "77777777777");
}

/* As libxml2 reads them: XML 1.0 2.11 [X37]. */
static void test_line_ends(void **state)
{
    static const struct {
        const char *sent, *read;
    } cases[] = {{"a\nb", "a\nb"},       {"a\r\nb", "a\nb"},  {"a\rb", "a\nb"},
                 {"a\r\r\nb", "a\n\nb"}, {"a&#13;b", "a\rb"}, {"a<![CDATA[\r\n]]>b", "a\nb"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static const char answer[] = ANSWER, place[] = "errore";
        const char *at = strstr(answer, place);
        const struct pfn__paSendRTRes *res;
        char text[sizeof answer + 40];

        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - answer), answer, cases[i].sent,
                 at + sizeof place - 1);
        assert_int_equal(soap_message_read(message, text, strlen(text)), ERR_NONE);
        res = answer_get();
        assert_int_equal(soap_message_end_read(message), ERR_NONE);
        assert_non_null(res);
        assert_string_equal(res->fault->faultString, cases[i].read);
        soap_message_reset(message);
    }
}

static void test_write_verify(void **state)
{
    char amount[] = "150.00", due[] = "2026-12-31", note[] = "Perché no? <1> & \"2\"";
    char company[] = "Comune di Prova (ente fittizio)", creditor[] = "77777777777";
    struct nfp__ctPaymentOptionDescription option = {
        .amount = amount,
        .options = nfp__stAmountOptionPSP__EQ,
        .dueDate = due,
        .paymentNote = note,
    };
    struct nfp__ctPaymentOptionsDescriptionList list = {1, &option};
    struct nfp__verifyPaymentNoticeRes res = {
        .outcome = ppc__stOutcome__OK,
        .paymentList = &list,
        .fiscalCodePA = creditor,
        .companyName = company,
    };

    (void)state;
    assert_int_equal(soap_message_begin_write(message, SOAP_MESSAGE_NODE_FOR_PSP, &out), ERR_NONE);
    soap_put_nfp__verifyPaymentNoticeRes(soap_message_soap(message), &res,
                                         "nfp:verifyPaymentNoticeRes", NULL);
    assert_int_equal(soap_message_end_write(message), ERR_NONE);
    check_written("wsdl/node/nodeForPsp.xsd", "verifyPaymentNoticeRes");
    assert_non_null(strstr(out.bytes, "Perché no? &lt;1&gt; &amp; \"2\""));
    assert_int_equal(count(out.bytes, "xmlns"), 2);
}

static void test_write_refusal(void **state)
{
    char code[] = "PPT_DOMINIO_SCONOSCIUTO", text[] = "Dominio sconosciuto", id[] = "PAYER";
    struct ppc__ctFaultBean fault = {.faultCode = code, .faultString = text, .id = id};
    struct nfp__sendPaymentOutcomeV2Response res = {ppc__stOutcome__KO, &fault};

    (void)state;
    assert_int_equal(soap_message_begin_write(message, SOAP_MESSAGE_NODE_FOR_PSP, &out), ERR_NONE);
    soap_put_nfp__sendPaymentOutcomeV2Response(soap_message_soap(message), &res,
                                               "nfp:sendPaymentOutcomeV2Response", NULL);
    assert_int_equal(soap_message_end_write(message), ERR_NONE);
    check_written("wsdl/node/nodeForPsp.xsd", "sendPaymentOutcomeV2Response");
}

static struct pfn__ctTransferPA transfers[2] = {
    {.idTransfer = pfn__stIdTransfer__1},
    {.idTransfer = pfn__stIdTransfer__2},
};

static void fill_transfers(void)
{
    static char amount[] = "75.00", creditor[] = "77777777777",
                iban[] = "IT60X0542811101000000123456", text[] = "/RFB/302000100000019421/75.00",
                taxonomy[] = "9/0301109AP/";

    for (size_t i = 0; i < ARRAY_LEN(transfers); i++) {
        transfers[i].transferAmount = amount;
        transfers[i].fiscalCodePA = creditor;
        transfers[i].IBAN = iban;
        transfers[i].remittanceInformation = text;
        transfers[i].transferCategory = taxonomy;
    }
}

static void test_write_receipt(void **state)
{
    char code[] = "RSSMRA45C12F205C", name[] = "Rossi Mario", token[] = "a1b2c3",
         notice[] = "302000100000019421", creditor[] = "77777777777", iuv[] = "02000100000019421",
         amount[] = "150.00", text[] = "TARI", company[] = "Comune di Prova (ente fittizio)",
         psp[] = "60000000001", psp_name[] = "PSP di prova", channel[] = "60000000002_01",
         at[] = "2026-03-02T09:14:07Z", day[] = "2026-03-02";
    struct pfn__ctEntityUniqueIdentifier who = {pfn__stEntityUniqueIdentifierType__F, code};
    struct pfn__ctSubject debtor = {.uniqueIdentifier = &who, .fullName = name};
    struct pfn__ctTransferListPA list = {ARRAY_LEN(transfers), transfers};
    struct pfn__ctReceipt receipt = {
        .receiptId = token,
        .noticeNumber = notice,
        .fiscalCode = creditor,
        .outcome = ppc__stOutcome__OK,
        .creditorReferenceId = iuv,
        .paymentAmount = amount,
        .description = text,
        .companyName = company,
        .debtor = &debtor,
        .transferList = &list,
        .idPSP = psp,
        .PSPCompanyName = psp_name,
        .idChannel = channel,
        .channelDescription = channel,
        .paymentDateTime = at,
        .applicationDate = day,
    };
    struct pfn__paSendRTReq req = {creditor, creditor, channel, &receipt};

    (void)state;
    fill_transfers();
    assert_int_equal(soap_message_begin_write(message, SOAP_MESSAGE_PA_FOR_NODE, &out), ERR_NONE);
    soap_put_pfn__paSendRTReq(soap_message_soap(message), &req, "pfn:paSendRTReq", NULL);
    assert_int_equal(soap_message_end_write(message), ERR_NONE);
    check_written("wsdl/node/paForNode.xsd", "paSendRTReq");
}

/* As many positions as our own contract allows: qualified, two namespaces. */
static void test_write_positions(void **state)
{
    char own_id[] = "TARI-2026-1", creditor[] = "77777777777", type[] = "TARI",
         code[] = "RSSMRA45C12F205C", name[] = "Rossi Mario", text[] = "TARI 2026",
         amount[] = "12.30", due[] = "2026-12-31";
    struct pos__instalment instalment = {.number = 1, .amount = amount, .dueDate = due};
    struct pos__option option = {pos__optionKind__single, 1, &instalment};
    struct pos__debtor debtor = {.kind = pos__partyKind__F, .code = code, .name = name};
    static struct pos__position positions[1000];
    const struct pos__position position = {
        .ownId = own_id,
        .creditor = creditor,
        .debtType = type,
        .debtor = &debtor,
        .description = text,
        .__sizeoption = 1,
        .option = &option,
    };
    struct dpo__submission submission = {ARRAY_LEN(positions), positions};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(positions); i++)
        positions[i] = position;
    assert_int_equal(soap_message_begin_write(message, SOAP_MESSAGE_DEBT_POSITION, &out), ERR_NONE);
    soap_put_dpo__submission(soap_message_soap(message), &submission, "dpo:submitPositions", NULL);
    assert_int_equal(soap_message_end_write(message), ERR_NONE);
    check_written("wsdl/payer/debt-position.xsd", "submitPositions");
}

static void test_write_notification(void **state)
{
    char id[] = "10044-77777777777", creditor[] = "77777777777", notice[] = "302000100000019421",
         iuv[] = "02000100000019421", token[] = "a1b2c3", amount[] = "12.30",
         at[] = "2026-03-02T09:14:07Z", psp[] = "60000000001", channel[] = "60000000002_01",
         iban[] = "IT60X0542811101000000123456", text[] = "TARI";
    struct bof__collectedBy by = {.psp = psp, .id = channel, .kind = bof__channelKind__atm};
    struct pos__transfer transfer = {.number = 1,
                                     .creditor = creditor,
                                     .iban = iban,
                                     .amount = amount,
                                     .taxonomy = text,
                                     .remittance = text};
    struct bof__paymentNotification notification = {
        .notificationId = id,
        .beneficiary = creditor,
        .creditor = creditor,
        .noticeNumber = notice,
        .iuv = iuv,
        .iur = token,
        .receiptId = token,
        .amount = amount,
        .paidAt = at,
        .channel = &by,
        .__sizetransfer = 1,
        .transfer = &transfer,
    };

    (void)state;
    assert_int_equal(soap_message_begin_write(message, SOAP_MESSAGE_BACK_OFFICE, &out), ERR_NONE);
    soap_put_bof__paymentNotification(soap_message_soap(message), &notification,
                                      "bof:notifyPayment", NULL);
    assert_int_equal(soap_message_end_write(message), ERR_NONE);
    check_written("wsdl/payer/back-office.xsd", "notifyPayment");
    assert_int_equal(count(out.bytes, "xmlns"), 3);
}

static const struct {
    const char *text;
    enum err want;
} wrong[] = {
    {"", ERR_XML_SYNTAX},
    {"\x1f\x8b\x08\x00", ERR_XML_SYNTAX},
    {"--boundary", ERR_XML_SYNTAX},
    {"<s:Envelope", ERR_XML_SYNTAX},
    {"<a/>", ERR_XML_INVALID},
    {ENVELOPE(""), ERR_XML_INVALID},
    {ENVELOPE("<n:paSendRTRes/>"), ERR_XML_INVALID},
    {ENVELOPE("<p:paSendRTRes><fault/></p:paSendRTRes>"), ERR_XML_INVALID},
    {ENVELOPE("<s:Fault><faultcode>s:Server</faultcode><faultstring>x</faultstring></s:Fault>"),
     ERR_XML_INVALID},
};

static void test_read_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        enum err rc = soap_message_read(message, wrong[i].text, strlen(wrong[i].text));

        if (rc == ERR_NONE) {
            answer_get();
            rc = soap_message_end_read(message);
        }
        if (rc != wrong[i].want) fail_msg("case %zu: %s", i, err_name(rc));
        test_read_answer(state); /* nothing of it is left in the parser */
        test_write_refusal(state);
        between(state);
    }
}

/* Half a message never leaves. */
static void test_write_over_cap(void **state)
{
    struct buf small = BUF_INIT(100);
    struct nfp__sendPaymentOutcomeRes res = {ppc__stOutcome__OK, NULL};
    enum err rc = soap_message_begin_write(message, SOAP_MESSAGE_NODE_FOR_PSP, &small);

    (void)state;
    if (rc == ERR_NONE) {
        soap_put_nfp__sendPaymentOutcomeRes(soap_message_soap(message), &res,
                                            "nfp:sendPaymentOutcomeRes", NULL);
        rc = soap_message_end_write(message);
    }
    assert_int_equal(rc, ERR_LIMIT);
    assert_int_equal(small.len, 0);
    buf_free(&small);
}

static void test_fault(void **state)
{
    struct xml_document *doc = NULL;
    const struct xml_node *fault;
    static const char ns[] = "http://schemas.xmlsoap.org/soap/envelope/";

    (void)state;
    assert_int_equal(soap_message_fault(&out, "Client", "a < b & c"), ERR_NONE);
    assert_int_equal(xml_document_parse(out.bytes, out.len, &doc), ERR_NONE);
    fault = xml_child(xml_child(xml_root(doc), ns, "Body"), ns, "Fault");
    assert_non_null(fault);
    assert_string_equal(xml_child_text(fault, NULL, "faultcode"), "SOAP-ENV:Client");
    assert_string_equal(xml_child_text(fault, NULL, "faultstring"), "a < b & c");
    xml_document_close(&doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_read_answer, between),
        cmocka_unit_test_teardown(test_line_ends, between),
        cmocka_unit_test_teardown(test_write_verify, between),
        cmocka_unit_test_teardown(test_write_refusal, between),
        cmocka_unit_test_teardown(test_write_receipt, between),
        cmocka_unit_test_teardown(test_write_positions, between),
        cmocka_unit_test_teardown(test_write_notification, between),
        cmocka_unit_test_teardown(test_read_wrong, between),
        cmocka_unit_test_teardown(test_write_over_cap, between),
        cmocka_unit_test_teardown(test_fault, between),
    };

    xml_init();
    return cmocka_run_group_tests(tests, setup, teardown);
}
