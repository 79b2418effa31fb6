/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file outcome.h
 * What a business answer may be, with its wire codes. A refusal is an outcome, answered 200; it
 * is never an error. Must not know who answers it, or how. */
#ifndef DOMAIN_OUTCOME_H
#define DOMAIN_OUTCOME_H

enum outcome {
#define OUTCOME(name, code, original, text, description) OUTCOME_##name,
#include "domain/outcome.def"
#undef OUTCOME
    OUTCOME_COUNT
};

const char *outcome_name(enum outcome o);     /**< "PAGAMENTO_IN_CORSO" */
const char *outcome_code(enum outcome o);     /**< faultCode; "" for OK */
const char *outcome_original(enum outcome o); /**< originalFaultCode, "" when none */
/** What the Ente's own station says: the original code, or what nobody wraps. */
const char *outcome_station(enum outcome o);
const char *outcome_text(enum outcome o);        /**< faultString, Italian */
const char *outcome_description(enum outcome o); /**< "" when none; may hold one %lld */

#endif
