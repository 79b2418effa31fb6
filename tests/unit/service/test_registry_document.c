/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a registry document to a checked tree and struct registry: what is read, what is refused. */
#include "service/registry.h"
#include "service/registry_document.h"

#include "base/config.h"
#include "xml/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EXAMPLE "conf/registry-example.xml"
#define TESTS "tests/support/registry-test.xml"
#define SCHEMA "conf/registry.xsd"
#define XS "http://www.w3.org/2001/XMLSchema"

static void file_read(const char *path, struct buf *out)
{
    assert_int_equal(buf_read_file(out, path), ERR_NONE);
}

static struct registry *parse_file(const char *path)
{
    struct buf file = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct registry *r = NULL;
    enum err rc;

    file_read(path, &file);
    rc = service_registry_parse(file.bytes, file.len, &r);
    if (rc != ERR_NONE) fail_msg("%s: %s", err_name(rc), err_detail()->field);
    buf_free(&file);
    return r;
}

static void test_example_is_read(void **state)
{
    struct registry *r = parse_file(EXAMPLE);
    const struct registry_creditor *c = registry_creditor_find(r, "77777777777");
    const struct registry_channel *ch = registry_channel_find(r, "66666666666_02");
    const struct registry_station *st = registry_station_find(r, "88888888888_01");

    (void)state;
    assert_non_null(c);
    assert_string_equal(c->bank, "BANCA1");
    assert_int_equal(c->n_debt_types, 3);
    assert_true(c->enabled && c->debt_types[0].enabled && c->accounts[0].enabled);
    assert_string_equal(registry_debt_type_find(c, "TARI")->iban, "IT36N9900101000000000000001");
    /* what an account does not say is its Ente's */
    assert_string_equal(c->accounts[0].bank, "BANCA1");
    assert_string_equal(c->accounts[0].holder, c->name);
    assert_string_equal(registry_archive_find(c, "301000000000000000")->station, "99999999990_01");
    assert_int_equal(c->n_destinations, 2);
    assert_int_equal(c->destinations[0].kind, DESTINATION_NOTIFY);
    assert_int_equal(c->destinations[0].timeout_ms, 5000);
    assert_string_equal(c->destinations[0].password, "");
    assert_int_equal(c->destinations[1].kind, DESTINATION_PA_SEND_RT);
    assert_non_null(ch);
    assert_int_equal(ch->kind, CHANNEL_CALL_CENTRE);
    assert_int_equal(ch->model, MODEL_ATTIVATO_PRESSO_PSP);
    assert_int_equal(ch->settles, SETTLES_HUB);
    assert_memory_equal(ch->credential.password_hash, "$y$", 3);
    assert_true(registry_associated(r, "PSPPROVA", "66666666666_03"));
    assert_int_equal(st->version, 2);
    assert_false(st->hosted);
    assert_true(registry_station_find(r, "99999999990_01")->hosted);
    assert_string_equal(registry_collection_default(r)->code, "CONTO-HUB");
    assert_string_equal(registry_caller_find(r, "BACKOFFICE2")->creditors[0], "88888888888");
    assert_int_equal(registry_subscription_find(r, "BANCA1-PAIN")->holds, FLOW_HOLDS_PAID);
    assert_int_equal(registry_subscription_find(r, "BANCA1-PAIN")->audience, FLOW_AUDIENCE_BANK);
    assert_string_equal(registry_subscription_find(r, "BANCA2-PAIN")->period, "manual");
    assert_string_equal(registry_subscription_find(r, "88888888888-FDR")->period, "follow");
    assert_string_equal(registry_service_find(r, "COMU1")->id, "00001");
    assert_string_equal(registry_service_find(r, "COMU1")->creditor, "77777777777");
    assert_string_equal(registry_service_station(r, registry_service_find(r, "COMU1"))->code,
                        "77777777777_01");
    assert_null(registry_service_find(r, "COMU2"));
    registry_free(&r);
}

static void test_test_registry_is_read(void **state)
{
    struct registry *r = parse_file(TESTS);
    const struct registry_creditor *c = registry_creditor_find(r, "44444444444");
    const struct registry_channel *limited = registry_channel_find(r, "66666666666_12");
    unsigned char digest[32];

    (void)state;
    assert_false(registry_creditor_find(r, "55555555555")->enabled);
    assert_false(registry_psp_find(r, "PSPDISAB")->enabled);
    assert_int_equal(registry_psp_find(r, "PSPENTE")->settles, SETTLES_ENTE);
    assert_int_equal(registry_channel_find(r, "66666666666_10")->model, MODEL_IMMEDIATO);
    assert_false(registry_associated(r, "PSPPROVA", "66666666666_11"));
    assert_int_equal(limited->payment_max_cents, 10000);
    assert_int_equal(limited->day_max_cents, 25000);
    assert_int_equal(limited->n_creditors, 1);
    assert_string_equal(limited->creditors[0], "77777777777");
    assert_int_equal(registry_channel_find(r, "66666666666_13")->hour_to, 10);
    assert_int_equal(c->n_archives, 4); /* the disabled fifth is not there */
    assert_string_equal(registry_archive_find(c, "107000000000000000")->station, "99999999990_01");
    assert_null(registry_archive_find(c, "203000000000000000"));
    assert_int_equal(c->n_accounts, 2);
    assert_false(registry_account_find(c, "IT05W9900201000000000000005")->enabled);
    assert_string_equal(registry_account_find(c, "IT05W9900201000000000000005")->bank, "BANCA2");
    memset(digest, 2, sizeof digest);
    assert_string_equal(registry_caller_by_certificate(r, digest)->code, "CERTIFICATO");
    assert_true(registry_caller_find(r, "NODO")->node);
    assert_true(registry_has_node(r));
    memset(digest, 3, sizeof digest);
    assert_string_equal(registry_node_find(r, digest, "192.0.2.1")->code, "NODO");
    assert_string_equal(registry_node_find(r, NULL, "127.0.0.1")->code, "NODO-DEMO");
    memset(digest, 2, sizeof digest); /* of a caller that is no node */
    assert_null(registry_node_find(r, digest, "127.0.0.2"));
    assert_null(registry_node_find(r, NULL, NULL));
    /* the station that a service does not name is that of its Ente's archives; [W3.7b] */
    assert_string_equal(registry_service_station(r, registry_service_find(r, "PROVA"))->code,
                        "99999999990_01");
    assert_false(registry_service_find(r, "CHIUS")->enabled);
    registry_free(&r);
}

/* ---- the tables and the schema say the same ---- */

static const struct xml_node *named(const struct xml_node *parent, const char *element,
                                    const char *name)
{
    const struct xml_node *n = xml_child(parent, XS, element);

    while (n != NULL && (!xml_attribute(n, "name") || strcmp(xml_attribute(n, "name"), name) != 0))
        n = xml_next(n, XS, element);
    return n;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static void kind_compare(const struct xml_node *schema, const struct registry_kind *kind)
{
    const struct xml_node *element = named(schema, "element", kind->name), *type, *a;
    size_t i = 0;

    if (element == NULL) fail_msg("element %s is not in the schema", kind->name);
    type = xml_child(element, XS, "complexType");
    for (a = xml_child(type, XS, "attribute"); a != NULL; a = xml_next(a, XS, "attribute"), i++) {
        if (i == kind->n_attributes) fail_msg("%s: more in the schema", kind->name);
        assert_string_equal(xml_attribute(a, "name"), kind->attributes[i].name);
        assert_string_equal(or_empty(xml_attribute(a, "default")),
                            or_empty(kind->attributes[i].fallback));
    }
    assert_int_equal(i + (kind->kept ? 2 : 0), kind->n_attributes);
    assert_int_equal(xml_child(type, XS, "attributeGroup") != NULL, kind->kept);
    if (kind->kept) {
        assert_string_equal(kind->attributes[i].name, "enabled");
        assert_string_equal(kind->attributes[i + 1].name, "disabled-since");
    }
}

static void test_tables_are_the_schema(void **state)
{
    struct buf file = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct xml_document *doc = NULL;
    const struct registry_kind *root = &registry_kind_root;

    (void)state;
    file_read(SCHEMA, &file);
    assert_int_equal(xml_document_parse(file.bytes, file.len, &doc), ERR_NONE);
    for (size_t p = 0; p < root->n_parts; p++) {
        kind_compare(xml_root(doc), root->parts[p].kind);
        for (size_t q = 0; q < root->parts[p].kind->n_parts; q++)
            kind_compare(xml_root(doc), root->parts[p].kind->parts[q].kind);
    }
    xml_document_close(&doc);
    buf_free(&file);
}

/* ---- what is refused ---- */

/* The document with the first `from` replaced by `to`. */
static void replace(struct buf *document, const char *from, const char *to)
{
    const char *text = buf_str(document), *at = strstr(text, from);
    struct buf made = BUF_INIT(REGISTRY_DOCUMENT_MAX);

    if (at == NULL) fail_msg("the example holds no %s", from);
    assert_int_equal(buf_add(&made, text, (size_t)(at - text)), ERR_NONE);
    assert_int_equal(buf_text(&made, to), ERR_NONE);
    assert_int_equal(buf_text(&made, at + strlen(from)), ERR_NONE);
    buf_free(document);
    *document = made;
}

static void judge(const struct buf *document, struct buf *problems, struct buf *warnings)
{
    const struct registry_report report = {"r.xml", problems, warnings};
    struct arena arena = ARENA_INIT(REGISTRY_ARENA_MAX);
    struct registry_document doc;
    enum err rc;

    rc = registry_document_read(&arena, document->bytes, document->len, &report, &doc);
    if (rc == ERR_NONE)
        rc = registry_check(doc.root, doc.scope[0] ? doc.scope : NULL, NULL, &report);
    if (rc != ERR_NONE && problems->len == 0) fail_msg("%s", err_name(rc));
    arena_free(&arena);
}

#define STATION "<station code=\"77777777777_01\" broker=\"77777777777\""
#define PSP_1 "<association psp=\"PSPPROVA\" channel=\"66666666666_01\"/>"
#define DIGEST "0404040404040404040404040404040404040404040404040404040404040404"
#define TWIN(code)                                                                                 \
    "<caller code=\"" code "\" name=\"N\"><certificate sha256=\"" DIGEST "\"/></caller>"
static const struct {
    const char *from, *to, *want; /* want: among the problems */
} wrong[] = {
    /* syntax and schema */
    {"</registry>", "", "r.xml: line "},
    {"urn:payer:registry:1", "urn:payer:registry:2", "expected <registry"},
    {"<bank code=\"BANCA1\"", "<bank code=\"BAN CA1\"", "bank: "},
    {"<bank code=\"BANCA2\"", "<till code=\"X\"/><bank code=\"BANCA2\"", "till"},
    {"abi=\"99001\"", "abi=\"9900\"", "bank: "},
    {"bank=\"BANCA1\" contact", "contact", "creditor: "},
    {"timeout=\"5s\"", "timeout=\"5\"", "station: "},
    {"kind=\"atm\"", "kind=\"till\"", "channel: "},
    {"password-hash=\"$y$", "password-hash=\"prova", "station: "},
    {"holds=\"paid\" delivery=\"banca1\"", "holds=\"PAID\" delivery=\"banca1\"", "subscription: "},
    {"delivery=\"banca1\"", "delivery=\"../banca1\"", "subscription: "},
    {"<registry ", "<registry base=\"-1\" ", "registry: "},
    /* references */
    {"<broker code=\"77777777777\"", "<broker code=\"77777777770\"",
     "station 77777777777_01: broker=\"77777777777\": there is no such broker in the document"},
    {"bank=\"BANCA2\"", "bank=\"BANCA3\"",
     "creditor 88888888888: bank=\"BANCA3\": there is no such bank"},
    {"code=\"02\" station=\"99999999990_01\"", "code=\"02\" station=\"X\"",
     "archive 3 02: station=\"X\": there is no such station"},
    {"kind=\"paSendRT\" station=\"77777777777_01\"", "kind=\"paSendRT\" station=\"X\"",
     "destination 77777777777-RT: station=\"X\""},
    {"<channel code=\"66666666666_02\" broker=\"66666666666\"",
     "<channel code=\"66666666666_02\" broker=\"6\"", "channel 66666666666_02: broker=\"6\""},
    {"psp=\"PSPPROVA\" channel=\"66666666666_03\"", "psp=\"PSP\" channel=\"66666666666_03\"",
     "association PSP 66666666666_03: psp=\"PSP\": there is no such psp"},
    {"<scope creditor=\"88888888888\"", "<scope creditor=\"88888888880\"",
     "scope 88888888880: creditor=\"88888888880\""},
    {"party=\"BANCA2\" audience=\"bank\"", "party=\"BANCA2\" audience=\"ente\"",
     "subscription BANCA2-PAIN: party=\"BANCA2\": there is no such creditor"},
    {"party=\"88888888888\" audience=\"ente\"", "party=\"88888888888\" audience=\"bank\"",
     "subscription 88888888888-FDR: party=\"88888888888\": there is no such bank"},
    /* doubles */
    {"<broker code=\"88888888888\"",
     "<broker code=\"77777777777\" name=\"X\"/><broker code=\"88888888888\"",
     "broker 77777777777: is there twice"},
    {"<archive aux-digit=\"3\" code=\"01\"",
     "<archive aux-digit=\"3\" code=\"01\" station=\"77777777777_01\"/><archive aux-digit=\"3\" "
     "code=\"01\"",
     "archive 3 01: is there twice"},
    /* what belongs together */
    {STATION, STATION " hosted=\"yes\"", "station 77777777777_01: hosted=\"yes\" and a url"},
    {" hosted=\"yes\"", "", "station 99999999990_01: url is missing"},
    {"<archive aux-digit=\"3\" code=\"02\"", "<archive aux-digit=\"3\"", "code is missing"},
    {"<archive aux-digit=\"3\" code=\"02\"", "<archive aux-digit=\"1\" code=\"02\"",
     "aux digits 1 and 2 have none"},
    {"kind=\"paSendRT\" station=\"77777777777_01\"", "kind=\"notify\" station=\"77777777777_01\"",
     "destination 77777777777-RT: url is missing"},
    {"kind=\"paSendRT\" station=\"77777777777_01\"", "kind=\"paSendRT\" station=\"99999999990_01\"",
     "destination 77777777777-RT: station=\"99999999990_01\": is hosted"},
    {"kind=\"notify\"", "kind=\"notify\" user=\"x\"", "user and password-file go together"},
    {"<account iban=\"IT05W9900201000000000000005\"",
     "<account iban=\"IT06W9900201000000000000005\"",
     "account IT06W9900201000000000000005: iban=\"IT06W9900201000000000000005\": its check digits"},
    {"<account iban=\"IT28V9900201000000000000004\"/>", "",
     "debt-type: No match found for key-sequence ['IT28V9900201000000000000004'] of keyref "
     "'iban-must-be-an-account-of-the-Ente'"},
    {"kind=\"desk\"", "kind=\"desk\" hour-from=\"10\" hour-to=\"9\"",
     "channel 66666666666_03: hour-from must be before hour-to"},
    {"kind=\"desk\"", "kind=\"desk\" hour-from=\"10\"",
     "channel 66666666666_03: hour-to is missing"},
    {"kind=\"paSendRT\"", "kind=\"paSendRT\" user=\"x\" password-file=\"/x/y\"",
     "destination 77777777777-RT: user and password-file: the station has its own"},
    {"kind=\"notify\"", "kind=\"notify\" station=\"77777777777_01\"",
     "destination 77777777777-NOTIFICA: station: a notify has none"},
    {PSP_1, "<channel code=\"N\" broker=\"66666666666\" name=\"N\" kind=\"atm\"/>" PSP_1,
     "channel N: password-hash or password-file is missing"},
    {PSP_1, "<caller code=\"N\" name=\"N\"/>" PSP_1,
     "caller N: a certificate, password-hash or password-file is missing"},
    {"<network address=\"127.0.0.1\"/>", "",
     "caller NODO-DEMO: a certificate or a network is missing"},
    {"name=\"Nodo nazionale di Prova\" node=\"yes\"", "name=\"N\"",
     "caller NODO-DEMO: network: only with node=\"yes\""},
    {"address=\"127.0.0.1\"", "address=\"127.0.0.1/33\"",
     "network 127.0.0.1/33: address=\"127.0.0.1/33\": expected an address or a network"},
    {"address=\"127.0.0.1\"", "address=\"0.0.0.0/0\"",
     "network 0.0.0.0/0: address=\"0.0.0.0/0\": is everybody"},
    {PSP_1, TWIN("N") TWIN("M") PSP_1, "caller M has the same certificate"},
    {"<archive aux-digit=\"3\" code=\"02\"",
     "<postal-account number=\"077777777777\"/><archive aux-digit=\"3\" code=\"02\"",
     "postal-account 077777777777: creditor 77777777777 has it too"},
    {"number=\"077777777777\"", "number=\"99900101\"", "postal-account: "},
    {"code=\"COMU1\"", "code=\"COMUNE\"", "service: "},
    {"id-servizio=\"00001\"", "id-servizio=\"1\"", "service: "},
    {"id-servizio=\"00001\" creditor=\"77777777777\"",
     "id-servizio=\"00001\" creditor=\"77777777770\"",
     "service COMU1: creditor=\"77777777770\": there is no such creditor"},
    {"creditor=\"77777777777\" station=\"77777777777_01\"",
     "creditor=\"77777777777\" station=\"X\"",
     "service COMU1: station=\"X\": there is no such station"},
    {"<psp-broker ", "<service code=\"DUE01\" id-servizio=\"00001\" creditor=\"5\"/><psp-broker ",
     "service: "},
    {"<psp-broker ",
     "<creditor code=\"12345678901\" name=\"N\" bank=\"BANCA1\"/>"
     "<service code=\"DUE01\" id-servizio=\"00001\" creditor=\"12345678901\"/><psp-broker ",
     "service DUE01: station is missing: its creditor has no archive"},
    {"<psp-broker ",
     "<creditor code=\"12345678901\" name=\"N\" bank=\"BANCA1\">"
     "<archive aux-digit=\"1\" station=\"88888888888_01\"/>"
     "<archive aux-digit=\"2\" station=\"77777777777_01\"/></creditor>"
     "<service code=\"DUE01\" id-servizio=\"00001\" creditor=\"12345678901\"/><psp-broker ",
     "service DUE01: station is missing: the archives of its creditor name several"},
    {"kind=\"desk\"", "kind=\"desk\" password-file=\"/x/y\"",
     "channel 66666666666_03: password-hash and password-file: give one"},
    {"default=\"yes\"", "default=\"no\"",
     "collection CONTO-HUB: no enabled collection has default"},
    {"<subscription code=\"BANCA2-PAIN\" party=\"BANCA2\"",
     "<subscription code=\"BANCA2-PAIN\" party=\"BANCA1\"",
     "subscription BANCA2-PAIN: party=\"BANCA1\": subscription BANCA1-PAIN settles this bank's"},
    {"<bank code=\"BANCA1\"",
     "<bank code=\"B/1\" name=\"N\" bic=\"PRVAITR1XXX\" abi=\"99001\"/>"
     "<subscription code=\"S\" party=\"B/1\" audience=\"bank\" format=\"f\" delivery=\"d\"/>"
     "<bank code=\"BANCA1\"",
     "subscription S: party=\"B/1\": it stands in file names"},
    {"default=\"yes\"", "default=\"yes\" enabled=\"no\"",
     "subscription BANCA1-PAIN: there is no enabled collection"},
    {"<registry ", "<registry scope=\"ente:77777777777\" ", "expected exactly one creditor"},
};

/* More problems may be named: what one mistake breaks besides. */
static void test_what_is_wrong_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX);
        struct buf problems = BUF_INIT(65536), warnings = BUF_INIT(65536);

        file_read(EXAMPLE, &document);
        replace(&document, wrong[i].from, wrong[i].to);
        judge(&document, &problems, &warnings);
        if (strstr(buf_str(&problems), wrong[i].want) == NULL)
            fail_msg("\"%s\": want \"%s\", got \"%s\"", wrong[i].to, wrong[i].want,
                     buf_str(&problems));
        buf_free(&document);
        buf_free(&problems);
        buf_free(&warnings);
        err_clear();
    }
}

static void test_problems_name_the_line_all_at_once(void **state)
{
    struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct buf problems = BUF_INIT(65536), warnings = BUF_INIT(65536);

    (void)state;
    assert_int_equal(buf_text(&document,
                              "<registry xmlns=\"urn:payer:registry:1\">\n"
                              "<bank code=\"B\" name=\"B\" bic=\"AAAAITRRXXX\" abi=\"1\"/>\n"
                              "<bank code=\"C\" name=\"C\" bic=\"AAAAITRR\" abi=\"12345\"/>\n"
                              "<station code=\"S\" broker=\"NONE\"/>\n"
                              "<bank code=\"C\" name=\"C\" bic=\"AAAAITRR\" abi=\"12345\"/>\n"
                              "<psp code=\"P\" fiscal-code=\"1\"/>\n"
                              "</registry>\n"),
                     ERR_NONE);
    judge(&document, &problems, &warnings);
    assert_non_null(strstr(buf_str(&problems), "r.xml:2: bank: "));
    assert_non_null(strstr(buf_str(&problems), "r.xml:4: station S: broker=\"NONE\""));
    assert_non_null(strstr(buf_str(&problems), "r.xml:4: station S: url is missing"));
    assert_non_null(strstr(buf_str(&problems), "r.xml:5: bank C: is there twice: see line 3 too"));
    assert_non_null(strstr(buf_str(&problems), "r.xml:6: psp: "));
    assert_null(strstr(buf_str(&problems), "psp P: ")); /* the schema's word is enough */
    buf_free(&document);
    buf_free(&problems);
    buf_free(&warnings);
    err_clear();
}

/* A wrong check digit of an Ente is a warning: the field's test Enti have one. [X41] */
static void test_check_digit_is_a_warning(void **state)
{
    struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct buf problems = BUF_INIT(65536), warnings = BUF_INIT(65536);

    (void)state;
    file_read(EXAMPLE, &document);
    judge(&document, &problems, &warnings);
    assert_string_equal(buf_str(&problems), "");
    assert_non_null(strstr(buf_str(&warnings), "creditor 77777777777: code=\"77777777777\""));
    buf_free(&document);
    buf_free(&problems);
    buf_free(&warnings);
}

/* An Ente that is asked at its own station, and not told there of payments, books none of them. */
static void test_a_station_that_nobody_tells_is_a_warning(void **state)
{
    static const char *const destination = "kind=\"paSendRTV2\" station=\"88888888888_01\"";
    static const char *const says = "archive 3 02: station=\"88888888888_01\": is asked of notices";

    (void)state;
    for (int told = 0; told < 2; told++) {
        struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX);
        struct buf problems = BUF_INIT(65536), warnings = BUF_INIT(65536);

        file_read(EXAMPLE, &document);
        replace(&document, "code=\"02\" station=\"99999999990_01\"",
                "code=\"02\" station=\"88888888888_01\"");
        if (!told)
            replace(&document, destination,
                    "kind=\"paSendRTV2\" enabled=\"no\" station=\"88888888888_01\"");
        judge(&document, &problems, &warnings);
        assert_string_equal(buf_str(&problems), "");
        if ((strstr(buf_str(&warnings), says) != NULL) != !told)
            fail_msg("told %d: %s", told, buf_str(&warnings));
        buf_free(&document);
        buf_free(&problems);
        buf_free(&warnings);
    }
}

static int once(void **state)
{
    static const char *const sets[] = {"hub.share=."};
    struct buf problems = BUF_INIT(4096);
    enum err rc = config_load(NULL, sets, ARRAY_LEN(sets), &problems);

    (void)state;
    xml_init();
    if (rc != ERR_NONE) print_error("%s", buf_str(&problems));
    buf_free(&problems);
    return rc == ERR_NONE ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_is_read),
        cmocka_unit_test(test_test_registry_is_read),
        cmocka_unit_test(test_tables_are_the_schema),
        cmocka_unit_test(test_what_is_wrong_is_named),
        cmocka_unit_test(test_problems_name_the_line_all_at_once),
        cmocka_unit_test(test_check_digit_is_a_warning),
        cmocka_unit_test(test_a_station_that_nobody_tells_is_a_warning),
    };

    return cmocka_run_group_tests(tests, once, NULL);
}
