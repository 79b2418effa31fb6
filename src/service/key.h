/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file key.h
 * Answers under idempotency keys [I2] [I6]. */
#ifndef SERVICE_KEY_H
#define SERVICE_KEY_H

#include "db/journal.h"
#include "service/psp_call.h"

/** The name that a call's key is stored under; without a key where keys are switched off. */
struct db_key_name service_key_name(const struct psp_call *call);
/** Say in the journal's line of a call that it was answered from a stored answer, when it was. */
void service_key_note(struct db_journal_row *row, const struct db_key *key, enum outcome outcome);
/** Inside a transaction: store the answer; a row whose validity is over (as key was
 * read) gives way. Nothing is stored without a key. @param until_us  not before this instant (the
 * token's end), 0: none */
MUST_USE enum err service_key_store_tx(struct db *db, const struct db_key_name *name,
                                       const struct db_key *key, const struct psp_call *call,
                                       const struct buf *answer, int64_t now_us, int64_t until_us);

#endif
