/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/node.h"
#include "wire/port.h"

#include "base/config.h"
#include "base/log.h"

#define PFN_NS "http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd"

/* An address is somebody's name only where nobody from afar reaches the listener. */
static bool listener_local(void)
{
    static const char *const networks[] = {"127.0.0.0/8", "::1"};
    unsigned char address[NETWORK_BYTES];
    struct network n;

    if (!network_address(config_text(CONFIG_SERVE_ADDRESS), address)) return false;
    for (size_t i = 0; i < ARRAY_LEN(networks); i++)
        if (network_parse(networks[i], &n) && network_holds(&n, address)) return true;
    return false;
}

/* These messages hold no password: who may speak is in the registry. */
static bool admit(const struct wire_port *port, struct wire_call *call,
                  struct listen_answer *answer)
{
    const struct registry *registry = call->worker->registry;
    const struct listen_request *q = call->request;
    const char *address = !q->tls && listener_local() ? q->peer : NULL;

    (void)port;
    if (!registry_has_node(registry)) { /* the path is closed */
        answer->status = 404;
        answer->content_type = "text/plain; charset=utf-8";
        return false;
    }
    call->caller =
        registry_node_find(registry, q->has_certificate ? q->certificate.bytes : NULL, address);
    if (call->caller) return true;
    if (log_quiet_pass(&call->worker->refused_log, WIRE_REFUSED_LINES))
        log_event(LOG_WARN, "node.stranger", LOG_TEXT("peer", q->peer));
    wire_port_fault(answer, 403, "Client", "Not allowed");
    return false;
}

static enum err node_answer(struct wire_call *call, struct listen_answer *answer, int variant,
                            const char **out_outcome)
{
    struct wire_worker *w = call->worker;
    struct env env = {.db = w->db,
                      .registry = w->registry,
                      .soap = w->message,
                      .node_write = wire_node_write,
                      .node_write_cls = w->message};
    struct node_call in = {.operation = (enum node_operation)variant,
                           .valid = call->valid,
                           .exchange = &call->exchange,
                           .node = call->caller->code};
    bool told = in.operation == NODE_RECEIPT || in.operation == NODE_RECEIPT_V2;
    enum outcome outcome = OUTCOME_OK;
    enum err rc = ERR_NONE;

    if (in.valid) rc = wire_node_read(call->root, &in);
    /* A schema takes what is no amount or day here, like one among blanks [X39] [X40]. */
    if (err_class(rc) == ERR_CLASS_CALLER) {
        log_err(node_operation_name(in.operation), rc);
        err_clear();
        in.valid = false;
        rc = ERR_NONE;
    }
    TRY(rc);
    TRY((told ? service_node_tell : service_node_ask)(&env, &in, &outcome, &answer->body));
    call->line.written = true;
    *out_outcome = outcome_name(outcome);
out:
    return rc;
}

static const struct wire_operation operations[] = {
    {"paVerifyPaymentNotice", "paVerifyPaymentNoticeReq", PFN_NS, node_answer, NODE_VERIFY},
    {"paGetPayment", "paGetPaymentReq", PFN_NS, node_answer, NODE_GET},
    {"paGetPaymentV2", "paGetPaymentV2Request", PFN_NS, node_answer, NODE_GET_V2},
    {"paSendRT", "paSendRTReq", PFN_NS, node_answer, NODE_RECEIPT},
    {"paSendRTV2", "paSendRTV2Request", PFN_NS, node_answer, NODE_RECEIPT_V2},
    {"paDemandPaymentNotice", "paDemandPaymentNoticeRequest", PFN_NS, node_answer, NODE_DEMAND},
};

struct wire_port wire_pa_for_node = {
    .schema_path = "wsdl/node/paForNode.xsd",
    .family = MESSAGE_NODE,
    .operations = operations,
    .n_operations = ARRAY_LEN(operations),
    .admit = admit,
};
