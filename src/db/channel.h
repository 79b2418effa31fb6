/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file channel.h
 * What a channel with a limit for the day has used of it. Only such channels have a row, and their
 * activations wait for one another on it. */
#ifndef DB_CHANNEL_H
#define DB_CHANNEL_H

#include "db/db.h"

struct db_channel_day {
    char day[11];             /* "": none, or to be summed anew */
    int64_t registry_version; /* it was summed in */
    int64_t cents;            /* at least what counts of that day */
};

/** Lock the row until the transaction's end, made when there is none, and set the transaction's
 * time: before anything else is read, so that all that is read then is what others left. */
MUST_USE enum err db_channel_day_lock(struct db *db, const char *channel,
                                      struct db_channel_day *out);
/** For looking only. */
MUST_USE enum err db_channel_day_look(struct db *db, const char *channel,
                                      struct db_channel_day *out);
/** A locked row's new content. */
MUST_USE enum err db_channel_day_set(struct db *db, const char *channel,
                                     const struct db_channel_day *day);
/** The next activation sums anew. */
MUST_USE enum err db_channel_day_forget(struct db *db, const char *channel);
/** Cents that a channel activated or took since an instant: one range of a key. */
MUST_USE enum err db_channel_sum(struct db *db, const char *channel, int64_t since_us,
                                 int64_t *out_cents);

#endif
