/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file internal.h
 * What the worker's threads share. */
#ifndef WORK_INTERNAL_H
#define WORK_INTERNAL_H

#include "net/http.h"
#include "service/env.h"
#include "service/registry_cache.h"
#include "soap/message.h"

#include <stdatomic.h>

struct work {
    struct service_registry *registry;
    char owner[71]; /* host and process: who claims */
    atomic_bool stop;
    void (*hangup)(void);
};

/** One thread's things. */
struct work_hand {
    struct work *work;
    struct db *db;
    struct net_http *http;
    struct soap_message *message;
    int64_t rest_us; /* until then, on the monotonic clock, nothing is tried that just failed */
};

MUST_USE enum err work_hand_open(struct work *work, struct work_hand *out);
void work_hand_close(struct work_hand *hand);

/** A step of a job: does a little, says whether there may be more. */
typedef enum err work_step_fn(struct work_hand *hand, bool *out_any);
enum err work_send(struct work_hand *hand, bool *out_any);      /* one notification */
enum err work_expire(struct work_hand *hand, bool *out_any);    /* one token past its end */
enum err work_sequence(struct work_hand *hand, bool *out_any);  /* numbers for receipts */
enum err work_seal(struct work_hand *hand, bool *out_any);      /* the journal's newest lines */
enum err work_seal_late(struct work_hand *hand, bool *out_any); /* those saved after later ones */
enum err work_seal_day(struct work_hand *hand, bool *out_any);  /* those saved long after */
enum err work_seal_head(struct work_hand *hand, bool *out_any); /* the chain's end, signed */
enum err work_flow(struct work_hand *hand, bool *out_any);      /* one period that ended */
enum err work_reported(struct work_hand *hand, bool *out_any);  /* lines of PSPs' flows */
enum err work_purge(struct work_hand *hand, bool *out_any);     /* keys long out of date */
enum err work_purge_messages(struct work_hand *hand, bool *out_any); /* their time is over */
enum err work_gauge(struct work_hand *hand, bool *out_any);          /* ages, for the metrics */

#endif
