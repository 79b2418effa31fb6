/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message of the national node as the server reads it: prefilter, libxml2, schema, tables of
 * fields. What the schema takes, the reader takes, each value to its own place. */
#include "fuzz.h"

#include "domain/amount.h"
#include "listen/prefilter.h"
#include "wire/node.h"
#include "xml/schema.h"

#include <stdlib.h>
#include <string.h>

static struct xml_schema *schema;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    xml_init();
    ALWAYS(xml_schema_open("wsdl/node/paForNode.xsd", &schema) == ERR_NONE);
    return 0;
}

static bool operation_of(const struct xml_node *root, enum node_operation *out)
{
    static const char *const roots[NODE_OPERATION_COUNT] = {
        "paVerifyPaymentNoticeReq", "paGetPaymentReq",
        "paGetPaymentV2Request",    "paSendRTReq",
        "paSendRTV2Request",        "paDemandPaymentNoticeRequest"};

    for (*out = 0; root && *out < NODE_OPERATION_COUNT; (*out)++)
        if (strcmp(roots[*out], xml_name(root)) == 0) return true;
    return false;
}

static void same(const char *read, const struct xml_node *parent, const char *name)
{
    const char *text = parent ? xml_child_text(parent, NULL, name) : NULL;

    ALWAYS(strcmp(read, text ? text : "") == 0);
}

static void check_receipt(const struct node_call *call, const struct xml_node *receipt)
{
    const struct xml_node *list = xml_child(receipt, NULL, "transferList");
    const char *iban;
    int64_t cents = 0;
    int n = 0;

    ALWAYS(strlen(call->receipt_id) <= REGISTRY_CODE_MAX);
    same(call->creditor, receipt, "fiscalCode");
    same(call->notice_number, receipt, "noticeNumber");
    same(call->iuv, receipt, "creditorReferenceId");
    same(call->psp, receipt, "idPSP");
    same(call->told.psp_name, receipt, "PSPCompanyName");
    ALWAYS(amount_parse_or_zero(xml_child_text(receipt, NULL, "paymentAmount"), &cents) ==
           ERR_NONE);
    ALWAYS(cents == call->amount_cents);
    for (const struct xml_node *t = xml_child(list, NULL, "transfer"); t;
         t = xml_next(t, NULL, "transfer"), n++) {
        same(call->transfers[n].creditor, t, "fiscalCodePA");
        iban = xml_child_text(t, NULL, "IBAN");
        if (iban && strlen(iban) < sizeof call->transfers[n].iban) /* else none was asked for */
            same(call->transfers[n].iban, t, "IBAN");
    }
    ALWAYS(n == call->n_transfers);
}

static void take(const struct xml_document *doc)
{
    const struct xml_node *body = xml_child(xml_root(doc), NULL, "Body");
    const struct xml_node *root = body ? xml_child(body, NULL, NULL) : NULL;
    const struct xml_node *receipt = root ? xml_child(root, NULL, "receipt") : NULL;
    struct node_call call = {.valid = true};
    struct xml_problem problem;
    enum err rc;

    if (!operation_of(root, &call.operation) ||
        xml_schema_check_node(schema, root, &problem) != ERR_NONE)
        return;
    rc = wire_node_read(root, &call);
    ALWAYS(rc == ERR_NONE || err_class(rc) == ERR_CLASS_CALLER);
    if (rc == ERR_NONE) {
        same(call.ente, root, "idPA");
        same(call.station, root, "idStation");
        if (receipt) check_receipt(&call, receipt);
    }
    ALWAYS(err_bug_count() == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char *copy = fuzz_text(bytes, len);
    struct xml_document *doc = NULL;
    const char *why;

    if (listen_prefilter(copy, len, &why) == PREFILTER_OK &&
        xml_document_parse(copy, len, &doc) == ERR_NONE)
        take(doc);
    err_clear();
    xml_document_close(&doc);
    free(copy);
    return 0;
}
