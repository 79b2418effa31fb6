/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file reversal_close.h
 * A reversed transfer that waits for money of its account, where none comes any more: a person
 * settles it with the Ente, and says how. No flow takes it back then. */
#ifndef SERVICE_REVERSAL_CLOSE_H
#define SERVICE_REVERSAL_CLOSE_H

#include "db/journal.h"
#include "db/reversal.h"

enum { REVERSAL_REASON_MAX = 140 };

enum reversal_close_result {
    REVERSAL_CLOSED,
    REVERSAL_CLOSED_BEFORE, /* with these words */
    REVERSAL_CLOSED_OTHERWISE,
};
struct reversal_closing {
    int64_t id;         /* of the entry that waits */
    const char *reason; /* 1 to REVERSAL_REASON_MAX characters: text_check()ed */
    const char *actor;
    enum reversal_close_result result;
    struct db_reversal_closed closed; /* as it is then */
    struct db_journal_row line;       /* made before the transaction [R1] */
};
/** @return ERR_NONE | ERR_NOT_FOUND: it does not wait, and nobody closed it | … */
MUST_USE enum err service_reversal_close(struct db *db, struct reversal_closing *closing);

#endif
