/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position_change.h
 * Positions that are there already: changed to other content, or withdrawn. What is being paid, or
 * was, stays as it is, and whoever asks is told so. */
#ifndef SERVICE_POSITION_CHANGE_H
#define SERVICE_POSITION_CHANGE_H

#include "service/position.h"

/** Make n stored positions say what is sent: all of it, with the options and instalments that they
 * have. The same again is POSITION_UNCHANGED. Where list[i].version is not -1 it must be the stored
 * one; it becomes the new one. @param dry_run  say what would be, write nothing
 * @return an error only when nothing can be said of what is left */
MUST_USE enum err service_position_update(struct env *env, const struct scope *scope,
                                          struct position_submission *list, size_t n, bool dry_run);

/** One position to withdraw: by own id, or by notice number where own_id is NULL or "". */
struct position_withdrawal {
    const char *creditor, *own_id, *notice_number; /* one of the two, or both of one position */
    enum position_result result;                   /* POSITION_UNCHANGED: it was withdrawn before */
    struct position_refusal refusal;
};
/** Only those that are OPEN and on which nothing is being paid, or was. */
MUST_USE enum err service_position_cancel(struct env *env, const struct scope *scope,
                                          struct position_withdrawal *list, size_t n, bool dry_run);

#endif
