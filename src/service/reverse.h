/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file reverse.h
 * A payment whose money was given back: by a named operator, whole, once, as a fact of its own with
 * entries of its own. The instalment is owed again [I5]. */
#ifndef SERVICE_REVERSE_H
#define SERVICE_REVERSE_H

#include "db/reversal.h"
#include "service/env.h"

/** What an operator says; borrowed. */
struct reversal_order {
    const char *what;      /* a token, or an IUV with one payment to reverse */
    const char *creditor;  /* of an IUV; NULL: of any Ente */
    const char *reason;    /* 1 to 140 characters */
    const char *reference; /* the collector's id of the revocation: 1 to 35 visible ASCII */
    const char *key;       /* 1 to 70 visible ASCII; NULL: what and reference are it */
    const char *actor;
    bool dry_run; /* say what would be done */
};
/** A payment with what was written of it. */
struct reversal_payment {
    struct db_payment payment;
    struct db_notice notice;
    struct db_reversal reversal; /* id 0: none */
    int64_t waiting_cents;       /* of it, that no settlement took back yet */
};
enum reversal_result {
    REVERSAL_MADE, /* or would be */
    REVERSAL_SAID, /* made before, by the same order */
    REVERSAL_REFUSED,
};
/** @param out_refusal  why; "" unless REVERSAL_REFUSED
 * @return ERR_NONE | ERR_USAGE: a text that cannot be | ERR_NOT_FOUND: no such payment */
MUST_USE enum err service_reverse(struct env *env, const struct reversal_order *order,
                                  struct reversal_payment *out, enum reversal_result *out_result,
                                  const char **out_refusal);
/** One payment, by the same names; the last one on an IUV if none is to reverse. */
MUST_USE enum err service_reverse_look(struct env *env, const char *what, const char *creditor,
                                       struct reversal_payment *out);

#endif
