/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/port.h"
#include "wire/psp.h"

#include "base/log.h"
#include "crypto/hash.h"

#include <string.h>

#define NFP_NS "http://pagopa-api.pagopa.gov.it/node/nodeForPsp.xsd"

typedef enum err service_fn(struct env *env, const struct psp_call *call, enum outcome *out_outcome,
                            struct buf *out);

static enum err psp_answer(struct wire_call *call, struct listen_answer *answer, int variant,
                           const char **out_outcome)
{
    static service_fn *const services[PSP_OPERATION_COUNT] = {
        [PSP_VERIFY] = service_verify,        [PSP_ACTIVATE] = service_activate,
        [PSP_ACTIVATE_V2] = service_activate, [PSP_OUTCOME] = service_outcome,
        [PSP_OUTCOME_V2] = service_outcome,   [PSP_BOLLETTINO] = service_verify,
        [PSP_DEMAND] = service_demand,
    };
    struct wire_worker *w = call->worker;
    struct env env = {.db = w->db,
                      .registry = w->registry,
                      .soap = w->message,
                      .http = w->http,
                      .stations = w->stations,
                      .psp_write = wire_psp_write,
                      .psp_write_cls = w->message};
    struct psp_call in = {.operation = (enum psp_operation)variant,
                          .valid = call->valid,
                          .exchange = &call->exchange};
    enum outcome outcome = OUTCOME_OK;
    enum err rc = ERR_NONE;

    in.has_certificate = call->request->has_certificate;
    memcpy(in.certificate, call->request->certificate.bytes, sizeof in.certificate);
    if (in.valid) {
        rc = wire_psp_read(call->root, &in);
        if (rc == ERR_NONE && *in.key) rc = wire_psp_hash(call->root, &in);
        /* A schema takes what is no amount or day here, like one among blanks [X39] [X40]. */
        if (err_class(rc) == ERR_CLASS_CALLER) {
            log_err(psp_operation_name(in.operation), rc);
            err_clear();
            in.valid = false;
            rc = ERR_NONE;
        }
        TRY(rc);
        service_psp_name_creditor(w->registry, &in);
    }
    TRY(services[variant](&env, &in, &outcome, &answer->body));
    call->line.written = true;
    *out_outcome = outcome_name(outcome);
out:
    crypto_wipe(in.password, sizeof in.password);
    return rc;
}

static const struct wire_operation operations[] = {
    {"verifyPaymentNotice", "verifyPaymentNoticeReq", NFP_NS, psp_answer, PSP_VERIFY},
    {"activatePaymentNotice", "activatePaymentNoticeReq", NFP_NS, psp_answer, PSP_ACTIVATE},
    {"activatePaymentNoticeV2", "activatePaymentNoticeV2Request", NFP_NS, psp_answer,
     PSP_ACTIVATE_V2},
    {"sendPaymentOutcome", "sendPaymentOutcomeReq", NFP_NS, psp_answer, PSP_OUTCOME},
    {"sendPaymentOutcomeV2", "sendPaymentOutcomeV2Request", NFP_NS, psp_answer, PSP_OUTCOME_V2},
    {"verificaBollettino", "verificaBollettinoReq", NFP_NS, psp_answer, PSP_BOLLETTINO},
    {"demandPaymentNotice", "demandPaymentNoticeRequest", NFP_NS, psp_answer, PSP_DEMAND},
};

struct wire_port wire_node_for_psp = {
    .schema_path = "wsdl/node/nodeForPsp.xsd",
    .also = &wire_nodo_per_psp,
    .family = MESSAGE_CHANNELS,
    .operations = operations,
    .n_operations = ARRAY_LEN(operations),
};
