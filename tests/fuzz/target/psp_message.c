/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A channel's message as the server reads it: prefilter, libxml2, schema, tables of fields. What
 * the schema takes, the reader takes, each value to its own place. */
#include "fuzz.h"

#include "domain/amount.h"
#include "listen/prefilter.h"
#include "wire/psp.h"
#include "xml/schema.h"

#include <stdlib.h>
#include <string.h>

static struct xml_schema *schema;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    xml_init();
    ALWAYS(xml_schema_open("wsdl/node/nodeForPsp.xsd", &schema) == ERR_NONE);
    return 0;
}

static bool operation_of(const struct xml_node *root, enum psp_operation *out)
{
    static const char *const roots[PSP_OPERATION_COUNT] = {
        "verifyPaymentNoticeReq",         "activatePaymentNoticeReq",
        "activatePaymentNoticeV2Request", "sendPaymentOutcomeReq",
        "sendPaymentOutcomeV2Request",    "verificaBollettinoReq",
        "demandPaymentNoticeRequest"};

    for (*out = 0; root && *out < PSP_OPERATION_COUNT; (*out)++)
        if (roots[*out] && strcmp(roots[*out], xml_name(root)) == 0) return true; /* not a flow */
    return false;
}

static void same(const char *read, const struct xml_node *parent, const char *name)
{
    const char *text = parent ? xml_child_text(parent, NULL, name) : NULL;

    ALWAYS(strcmp(read, text ? text : "") == 0);
}

static void check_taken(const struct psp_call *call, const struct xml_node *root)
{
    const struct xml_node *qr = xml_child(root, NULL, "qrCode");
    const char *amount = xml_child_text(root, NULL, "amount");
    int64_t cents = 0;

    same(call->psp, root, "idPSP");
    same(call->broker, root, "idBrokerPSP");
    same(call->channel, root, "idChannel");
    same(call->password, root, "password");
    same(call->key, root, "idempotencyKey");
    same(call->fiscal_code, qr, "fiscalCode");
    same(call->notice_number, qr ? qr : root, "noticeNumber");
    same(call->cc_post, root, "ccPost");
    same(call->service, root, "idSoggettoServizio");
    if (amount) ALWAYS(amount_parse_or_zero(amount, &cents) == ERR_NONE);
    ALWAYS(cents == call->amount_cents);
    if (call->operation == PSP_OUTCOME) same(call->tokens[0], root, "paymentToken");
}

/* Of a message that is taken, each stamp has the place that it names. */
static void check_stamps(const struct psp_call *call, const struct xml_node *root)
{
    const struct xml_node *details = xml_child(root, NULL, "details");
    const struct xml_node *list = details ? xml_child(details, NULL, "marcheDaBollo") : NULL;
    int sent = 0, kept = 0;

    if (!call->valid) return;
    for (const struct xml_node *s = list ? xml_child(list, NULL, NULL) : NULL; s;
         s = xml_next(s, NULL, NULL))
        sent++;
    for (int t = 0; t < call->n_tokens; t++)
        for (int n = 1; n <= DEBT_TRANSFERS_MAX; n++)
            kept += call->stamps[t][n] != NULL;
    ALWAYS(sent == kept);
}

static void take(const struct xml_document *doc)
{
    const struct xml_node *body = xml_child(xml_root(doc), NULL, "Body");
    const struct xml_node *root = body ? xml_child(body, NULL, NULL) : NULL;
    struct psp_call call = {.valid = true};
    struct xml_problem problem;
    enum err rc;

    if (!operation_of(root, &call.operation) ||
        xml_schema_check_node(schema, root, &problem) != ERR_NONE)
        return;
    rc = wire_psp_read(root, &call);
    ALWAYS(rc == ERR_NONE || err_class(rc) == ERR_CLASS_CALLER);
    if (rc == ERR_NONE) check_taken(&call, root);
    if (rc == ERR_NONE) check_stamps(&call, root);
    if (rc == ERR_NONE) ALWAYS(wire_psp_hash(root, &call) == ERR_NONE);
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
