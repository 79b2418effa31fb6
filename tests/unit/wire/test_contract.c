/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contracts are served with the public address in every place that a client follows. */
#include "wire/contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define URL "https://hub.example:8443"

static struct wire_contracts *contracts;

static int setup(void **state)
{
    (void)state;
    return wire_contract_open(".", URL "/", &contracts) == ERR_NONE ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    wire_contract_close(&contracts);
    return 0;
}

static const struct {
    const char *path, *query;
    const char *want; /* NULL: there is no such document */
} cases[] = {
    {"/node-for-psp/v1", "wsdl", "<soap:address location=\"" URL "/node-for-psp/v1\"/>"},
    {"/node-for-psp/v1", "WSDL", "schemaLocation=\"v1?xsd=nodeForPsp.xsd\""},
    {"/node-for-psp/v1", "xsd=nodeForPsp.xsd", "schemaLocation=\"v1?xsd=common-types.xsd\""},
    {"/node-for-psp/v1", "xsd=common-types.xsd", "name=\"ctFaultBean\""},
    {"/nodo-auth/node-for-psp/v1", "wsdl", "location=\"" URL "/nodo-auth/node-for-psp/v1\""},
    {"/debt-position/v1", "wsdl", "<soap:address location=\"" URL "/debt-position/v1\"/>"},
    {"/debt-position/v1", "xsd=debt-position.xsd", "schemaLocation=\"v1?xsd=position.xsd\""},
    {"/debt-position/v1", "xsd=position.xsd", "name=\"positions\""},
    {"/payments/v1", "wsdl", "<soap:address location=\"" URL "/payments/v1\"/>"},
    {"/payments/v1", "xsd=payments.xsd", "schemaLocation=\"v1?xsd=back-office.xsd\""},
    {"/payments/v1", "xsd=back-office.xsd", "name=\"notifyPayment\""},
    {"/back-office/v1", "wsdl",
     "<soap:address location=\"http://127.0.0.1:8082/back-office/v1\"/>"},
    {"/back-office/v1", "xsd=position.xsd", "name=\"positions\""},
    {"/node-for-psp/v1", "", NULL},
    {"/node-for-psp/v1", "xsd=", NULL},
    {"/node-for-psp/v1", "xsd=position.xsd", NULL},
    {"/node-for-psp/v1", "xsd=../payer/position.xsd", NULL},
    {"/node-for-psp/v1", "xsd=./nodeForPsp.xsd", NULL},
    {"/node-for-psp/v1", "xsd=/etc/passwd", NULL},
    {"/node-for-psp/v1", "xsd=nodeForPsp.wsdl", NULL},
    {"/node-for-psp/v1", "xsd=nodeForPsp.xsd&xsd=common-types.xsd", NULL},
    {"/node-for-psp/v1", "xsd=nodeForPsp.xsd%00", NULL},
    {"/node-for-psp/v1", "xsd=%6eodeForPsp.xsd", NULL},
    {"/node-for-psp/v1", "xsd=NODEFORPSP.XSD", NULL},
    {"/node-for-psp/v1", "xsd=%s%n", NULL},
    {"/node-for-psp/v1", "wsdl=", NULL},
    {"/node-for-psp/v1/", "wsdl", NULL},
    {"/pa-for-node/v1", "wsdl", "<soap:address location=\"" URL "/pa-for-node/v1\"/>"},
    {"/pa-for-node/v1", "xsd=paForNode.xsd", "schemaLocation=\"v1?xsd=common-types.xsd\""},
    {"/nodo-auth/pa-for-node/v1", "wsdl", "location=\"" URL "/nodo-auth/pa-for-node/v1\""},
    {"/pa-for-node/v2", "wsdl", NULL},
};

static void test_find(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct wire_contract *got =
            wire_contract_find(contracts, cases[i].path, cases[i].query);

        if ((got != NULL) != (cases[i].want != NULL)) fail_msg("case %zu", i);
        if (got == NULL || cases[i].want == NULL) continue;
        if (strstr(got->bytes, cases[i].want) == NULL) fail_msg("case %zu: %s", i, got->bytes);
        assert_int_equal(got->len, strlen(got->bytes));
        assert_int_equal(strlen(got->etag), 18);
    }
}

static void test_get(void **state)
{
    struct listen_request request = {.path = "/debt-position/v1", .query = "wsdl"};
    struct listen_answer answer = {.status = 200, .body = BUF_INIT(1 << 20)};

    (void)state;
    wire_contract_get(NULL, &request, &answer, contracts);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.content_type, "text/xml; charset=utf-8");
    assert_non_null(answer.etag);
    assert_true(answer.body.len > 1000);

    buf_reset(&answer.body);
    request.query = "xsd=other.xsd";
    wire_contract_get(NULL, &request, &answer, contracts);
    assert_int_equal(answer.status, 404);
    assert_int_equal(answer.body.len, 0);
    buf_free(&answer.body);
}

static void test_open_wrong(void **state)
{
    struct wire_contracts *none = NULL;

    (void)state;
    assert_int_equal(wire_contract_open(".", "", &none), ERR_CONFIG);
    assert_int_equal(wire_contract_open(".", "http://a\"b", &none), ERR_CONFIG);
    assert_int_equal(wire_contract_open("/nowhere", URL, &none), ERR_IO_READ);
    assert_null(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_open_wrong),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
