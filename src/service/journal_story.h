/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file journal_story.h
 * All that the journal says of one thing, whatever name an operator has for it. */
#ifndef SERVICE_JOURNAL_STORY_H
#define SERVICE_JOURNAL_STORY_H

#include "db/journal_search.h"

#define JOURNAL_STORY_MAX 5000

/** In order of time, each line once, at most JOURNAL_STORY_MAX.
 * @param name  a notice number, an IUV of 15 or 17 digits, a payment token, or the id of a payment,
 *              position, settlement, notification or flow
 * @param tell  called for each line
 * @return ERR_NOT_FOUND: not one line */
MUST_USE enum err service_journal_story(struct db *db, const char *name,
                                        void (*tell)(void *cls, const struct db_journal_line *line),
                                        void *cls);
/** A page of the lines that fit a query, of all notice numbers that an IUV may lie in: in order of
 * id.
 * @param limit  at most half of JOURNAL_STORY_MAX */
MUST_USE enum err
service_journal_grep_iuv(struct db *db, const char *iuv, const struct db_journal_query *query,
                         size_t limit, void (*tell)(void *cls, const struct db_journal_line *line),
                         void *cls);
/** The bytes that lines have in place of a token [I11]. */
void service_journal_token(const char *token, unsigned char out[8]);

#endif
