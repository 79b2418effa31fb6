/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position.h
 * Debt positions of hosted Enti: submit, look up. The same rules whether they come by
 * SOAP or by file. */
#ifndef SERVICE_POSITION_H
#define SERVICE_POSITION_H

#include "base/arena.h"
#include "domain/debt.h"
#include "service/env.h"

enum position_result {
    POSITION_CREATED,
    POSITION_UNCHANGED, /* the same own id with the same content: a success */
    POSITION_CHANGED,   /* updated, or withdrawn: position_change.h */
    POSITION_REFUSED,
};

/** Why a position is refused, in words for whoever sent it. The value is never repeated. */
struct position_refusal {
    const char *code; /* a literal: AMOUNT_SUM, DEBT_TYPE_UNKNOWN, OTHER_CONTENT, … */
    char field[100];  /* option[1]/instalment[2]/amount; "" when it is the whole */
    char expected[301];
};

/** Say why, in place of whatever a check said. @return false, so that a check can end with it */
bool position_refuse(struct position_refusal *out, const char *code, const char *field,
                     const char *expected);

struct position_submission {
    struct debt_position *position; /* defaults, ids and notice numbers are filled in */
    enum position_result result;
    struct position_refusal refusal;
    int version,
        version_now; /* of an update: the one that it was made from, -1: any; the new one */
};

/** Check, complete and store n positions; each has its own result, good ones are stored whatever
 * the others are. @param quiet  of those that were there already, do not read numbers back
 * @return an error only when nothing can be said about any of them. */
MUST_USE enum err service_position_submit(struct env *env, const struct scope *scope,
                                          struct position_submission *list, size_t n, bool quiet);
/** The same without storing: for a dry run. */
MUST_USE enum err service_position_try(struct env *env, const struct scope *scope,
                                       struct position_submission *list, size_t n);
/** By own id, or by notice number when own_id is NULL or "". ERR_NOT_FOUND also when it is not in
 * scope: who may not know it learns nothing [I13]. */
MUST_USE enum err service_position_get(struct env *env, const struct scope *scope,
                                       struct arena *arena, const char *creditor,
                                       const char *own_id, const char *notice_number,
                                       struct debt_position *out);

#endif
