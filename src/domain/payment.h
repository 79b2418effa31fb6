/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file payment.h
 * The states of payments, positions and instalments, and the table of what may follow what
 * [I5]. Pure: must not know SQL or a message. */
#ifndef DOMAIN_PAYMENT_H
#define DOMAIN_PAYMENT_H

#include "domain/outcome.h"

#include <stdbool.h>

enum payment_state {
    PAYMENT_NONE,
#define STATE(name, meaning) PAYMENT_##name,
#include "domain/payment_state.def"
#undef STATE
    PAYMENT_COUNT
};

enum payment_event {
    PAYMENT_ON_NONE,
    PAYMENT_ON_SENT_OK,
    PAYMENT_ON_SENT_OK_CLOSED,
    PAYMENT_ON_SENT_KO,
    PAYMENT_ON_TIMEOUT,
    PAYMENT_ON_REVERSAL,
    PAYMENT_ON_COUNT
};

/** What a transition does besides changing the state. */
enum effect {
    EFFECT_NONE,       /**< nothing is written */
    EFFECT_PAY,        /**< entries, receipts, notifications; the instalment is PAID */
    EFFECT_PAY_LATE,   /**< the same, with an anomaly */
    EFFECT_SUSPEND,    /**< money in suspense, with an anomaly; the instalment stays as it is */
    EFFECT_REOPEN,     /**< the instalment may be paid again */
    EFFECT_CONTRADICT, /**< an anomaly only */
    EFFECT_REVERSE,    /**< entries turned round; the instalment may be paid again */
    EFFECT_REFUND,     /**< money in suspense given back; the instalment stays as it is */
};

enum position_state {
    POSITION_NONE,
#define STATE(name, meaning) POSITION_##name,
#include "domain/position_state.def"
#undef STATE
    POSITION_COUNT
};

struct payment_rule {
    enum payment_state next;
    enum outcome outcome;
    enum effect effect;
};

/** The row of a state and an event; every pair has one. */
const struct payment_rule *payment_rule_find(enum payment_state state, enum payment_event event);

/** Has a payment in this state taken money, kept or not? */
bool payment_took_money(enum payment_state state);

const char *payment_state_name(enum payment_state state);   /**< as stored */
enum payment_state payment_state_parse(const char *name);   /**< _NONE when unknown */
const char *position_state_name(enum position_state state); /**< as stored */
enum position_state position_state_parse(const char *name); /**< _NONE when unknown */

#endif
