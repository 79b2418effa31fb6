/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file psp_call.h
 * A channel's request and its answer, whatever operation of the nodeForPsp contract it is. */
#ifndef SERVICE_PSP_CALL_H
#define SERVICE_PSP_CALL_H

#include "db/notice.h"
#include "service/env.h"

enum psp_operation {
    PSP_VERIFY,
    PSP_ACTIVATE,
    PSP_ACTIVATE_V2,
    PSP_OUTCOME,
    PSP_OUTCOME_V2,
    PSP_BOLLETTINO,
    PSP_DEMAND,
    PSP_FLOW, /* nodoInviaFlussoRendicontazione: service/psp_flow.h */
    PSP_OPERATION_COUNT
};
const char *psp_operation_name(enum psp_operation operation); /**< as in the contract */

enum { PSP_TOKENS_MAX = 5 };

/** Every field is as it came; what an operation has not is empty or 0. */
struct psp_call {
    enum psp_operation operation;
    bool valid;                      /* against the contract's schema: row 1 of the checks */
    const struct exchange *exchange; /* the message itself, for the journal */
    char psp[DEBT_CHARS(35)], broker[DEBT_CHARS(35)], channel[DEBT_CHARS(35)];
    char password[DEBT_CHARS(15)];
    bool has_certificate;
    unsigned char certificate[32];
    char key[31];                   /* idempotencyKey */
    unsigned char content_hash[32]; /* with a key: of all fields but the password */
    char cc_post[13];               /* verificaBollettino: the account that stands for the Ente */
    char service[DEBT_CHARS(5)];    /* demandPaymentNotice: idSoggettoServizio, likewise */
    const char *service_data;       /* and what its payer said: base64 */
    /* verify, activate; the Ente of a bollettino or a service comes from the registry */
    char fiscal_code[12], notice_number[19];
    int64_t amount_cents;
    int64_t expiration_ms; /* 0: none asked for */
    char due_date[11], note[DEBT_CHARS(210)];
    char method[36], touch_point[36]; /* the method is an outcome's, too */
    /* outcome */
    char tokens[PSP_TOKENS_MAX][DEBT_CHARS(35)];
    int n_tokens;
    bool ok;
    char payment_channel[36];
    int64_t fee_cents, pa_fee_cents;
    char bundle[DEBT_CHARS(70)], ci_bundle[DEBT_CHARS(70)];
    char application_date[11], transfer_date[11];
    struct debt_subject payer;
    const char *stamps[PSP_TOKENS_MAX][DEBT_TRANSFERS_MAX + 1]; /* by token and transfer: base64 */
};

struct station_answer;

/** What is answered. The pointers are NULL where the outcome is a refusal before they are known. */
struct psp_answer {
    const struct psp_call *call;
    enum outcome outcome;
    const struct db_notice *notice;
    const struct registry_creditor *creditor;
    const struct registry *registry;
    const struct station_answer *station; /* of an Ente's own one, when it was asked */
    const char *token;
    int64_t expiration_max_ms; /* for the text of row 12 */
    int serial;                /* of several tokens, the one that the outcome is about; 0: none */
};

/** Fill in the Ente of a message that names it by something of its own; "" when nobody's. */
void service_psp_name_creditor(const struct registry *registry, struct psp_call *call);

/** verifyPaymentNotice, verificaBollettino: reads only. @param out the answer's bytes */
MUST_USE enum err service_verify(struct env *env, const struct psp_call *call,
                                 enum outcome *out_outcome, struct buf *out);
/** demandPaymentNotice: an Ente's station makes a notice; the hub reserves and keeps nothing. */
MUST_USE enum err service_demand(struct env *env, const struct psp_call *call,
                                 enum outcome *out_outcome, struct buf *out);
/** activatePaymentNotice, V2: reserves the notice under a new token. */
MUST_USE enum err service_activate(struct env *env, const struct psp_call *call,
                                   enum outcome *out_outcome, struct buf *out);
/** sendPaymentOutcome, V2: what became of the money. */
MUST_USE enum err service_outcome(struct env *env, const struct psp_call *call,
                                  enum outcome *out_outcome, struct buf *out);

#endif
