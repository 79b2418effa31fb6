/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file anomaly.h
 * Working what a person must look at: taken, given back, noted, closed with a reason,
 * opened again. */
#ifndef SERVICE_ANOMALY_H
#define SERVICE_ANOMALY_H

#include "db/anomaly.h"
#include "db/journal.h"
#include "domain/anomaly.h"

/** One thing that somebody does to an anomaly. */
struct anomaly_act {
    int64_t id;
    const char *actor; /* operator/<login name> */
    enum anomaly_event event;
    enum anomaly_reason reason; /* of a closing */
    const char *from;           /* of a taking: who else may have it; NULL: nobody */
    const char *text;           /* of a note: text_check()ed */
    /* made before the transaction [R1], by service_anomaly_prepare() */
    int64_t note_id;
    struct db_journal_row line;
    /* what became of it */
    enum anomaly_answer answer;
    struct db_anomaly anomaly; /* as it is then */
};
void service_anomaly_prepare(struct anomaly_act *act);
/** Inside a transaction, also another's: what is done has its line in the journal [I10], what was
 * done before is no error, and what is refused changes nothing. @param cls  a struct anomaly_act */
MUST_USE enum err service_anomaly_act_tx(struct db *db, void *cls);
/** The same in a transaction of its own. */
MUST_USE enum err service_anomaly_act(struct db *db, struct anomaly_act *act);

#endif
