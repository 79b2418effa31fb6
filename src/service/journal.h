/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file journal.h
 * The journal's lines of operations that changed nothing: kept a moment and written in batches by
 * one thread, so that reading costs no transaction. Bounded: when it is full, who brings a line
 * writes the batch. Thread-safe. */
#ifndef SERVICE_JOURNAL_H
#define SERVICE_JOURNAL_H

#include "db/journal.h"
#include "service/message.h"
#include "service/node_call.h"
#include "service/psp_call.h"

/** Give a line the exchange's id, how long it took until now, and the hashes of both messages. */
void service_journal_exchange(struct db_journal_row *row, const struct exchange *exchange,
                              const struct buf *answer);
/** Fill a line for a channel's operation. @param answer  what it is told */
void service_journal_psp(struct db_journal_row *row, const struct psp_call *call,
                         enum outcome outcome, const struct buf *answer);
/** Fill a line for the node's operation on a hosted Ente. */
void service_journal_node(struct db_journal_row *row, const struct node_call *call,
                          enum outcome outcome, const struct buf *answer);
/** Keep a line. @param db used only when the queue is full */
MUST_USE enum err service_journal_note(struct db *db, const struct db_journal_row *row);
/** The same for a line (NULL: it is written already) and its messages, which it takes over. */
MUST_USE enum err service_journal_keep(struct db *db, const struct db_journal_row *row,
                                       struct db_message *message);
/** Write what is kept. Lines that could not be written stay, as far as there is room; one that the
 * database refuses is told, counted and left out. */
MUST_USE enum err service_journal_flush(struct db *db);

#endif
