/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file flow.h
 * Flows: the files that tell settlements, each once a subscription [I8]. */
#ifndef DB_FLOW_H
#define DB_FLOW_H

#include "db/settlement.h"

struct db_flow {
    int64_t id;
    char subscription[36], message_id[36], format[36], party[36], name[201], state[13], day[11];
    int seq, ver;
    int64_t count, total_cents, created_us, size, published_us;
    int64_t cut_off_us; /* of one without settlements; else 0 */
    int64_t registry;   /* version that its file was made from; 0: of before this was kept */
    unsigned char sha256[32];
};
/** The next number of a subscription's flows, without gaps: in the transaction that adds one. */
MUST_USE enum err db_flow_next_seq(struct db *db, const char *subscription, int *out_seq);
MUST_USE enum err db_flow_add(struct db *db, const struct db_flow *f);
/** What it holds: settlements that its subscription was to tell, told by it from now on;
 * ERR_DB_CONFLICT when another run took one of them [I8]. */
MUST_USE enum err db_flow_join(struct db *db, const struct db_flow *f,
                               const struct db_settlement *items, size_t n);
/** What its file is, before that is put in place [F14]; size 0 in a row: it was not written yet. */
MUST_USE enum err db_flow_set_written(struct db *db, const struct db_flow *f);
/** MADE becomes PUBLISHED, when its file is the one that was written [R3]; its delivery with it. */
MUST_USE enum err db_flow_set_published(struct db *db, const struct db_flow *f, int64_t now_us,
                                        const char *target);
/** By id from after_id on; subscription "" and state "": any. */
MUST_USE enum err db_flow_list(struct db *db, const char *subscription, const char *state,
                               int64_t after_id, int limit, struct db_flow *row, db_each_fn *each,
                               void *cls);
/** Every PUBLISHED flow with the path that it was put at. */
MUST_USE enum err db_flow_targets(struct db *db, struct db_flow *row, char *target, size_t cap,
                                  db_each_fn *each, void *cls);
/** The path that one of them was put at. */
MUST_USE enum err db_flow_target(struct db *db, int64_t id, char *target, size_t cap,
                                 bool *out_found);
/** Names and times of published flows of a format for an Ente, the newest first.
 * @param id, created_us  filled before each call */
MUST_USE enum err db_flow_names(struct db *db, const char *party, const char *format, int limit,
                                char *id, size_t cap, int64_t *created_us, db_each_fn *each,
                                void *cls);
/** The newest of them that bears a name, with the path that it was put at. */
MUST_USE enum err db_flow_find_named(struct db *db, const char *party, const char *format,
                                     const char *message_id, struct db_flow *out, char *target,
                                     size_t cap, bool *out_found);
MUST_USE enum err db_flow_get(struct db *db, int64_t id, struct db_flow *out);
/** Age in seconds of the oldest settlement or flow that is sealed or made but not published, 0:
 * none. */
MUST_USE enum err db_flow_age(struct db *db, int64_t *out_seconds);

#endif
