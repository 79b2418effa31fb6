/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position_content.h
 * Whether a position is the one that was sent before. Pure: content only. */
#ifndef SERVICE_POSITION_CONTENT_H
#define SERVICE_POSITION_CONTENT_H

#include "base/err.h"
#include "domain/debt.h"

/** SHA-256 of all that was sent, before anything is filled in: into content_hash. */
MUST_USE enum err position_hash(struct debt_position *p);
/** SHA-256 of what is owed, by whom, to whom and to which accounts: for the journal, so that the
 * audit sees whoever edits it in the database.
 * @param named  has the notice numbers and IUVs: the position itself, or the one that it changes */
MUST_USE enum err position_claim(const struct debt_position *named, const struct debt_position *p,
                                 unsigned char out[32]);
/** The first element in which they are not the same, by name; NULL: none. */
const char *position_head_differs(const struct debt_position *stored,
                                  const struct debt_position *sent);
const char *position_instalment_differs(const struct debt_instalment *stored,
                                        const struct debt_instalment *sent);

#endif
