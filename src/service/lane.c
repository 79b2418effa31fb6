/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/lane.h"

#include "base/config.h"

#include <string.h>

enum { HOLD_BATCH = 1000 };

static int64_t backoff_ms(int failures, int64_t most_ms)
{
    int64_t wait = config_int(CONFIG_WORK_BACKOFF);

    for (int i = 1; i < failures && wait < most_ms; i++)
        wait *= 2;
    return wait < most_ms ? wait : most_ms;
}

enum err service_lane_enter_tx(struct db *db, const struct db_outbox *o, int64_t now_us,
                               bool *out_may)
{
    enum err rc;
    struct db_lane lane;

    TRY(db_lane_find(db, o, &lane));
    *out_may = lane.turn == 0 || lane.turn == o->id;
    if (*out_may) goto out;
    TRY(db_lane_hold(db, o));
    TRY(db_lane_set(db, &lane, now_us)); /* unchanged, but nobody drops it meanwhile [R5] */
out:
    return rc;
}

/* The next one in order; none: the lane is there no more. */
static enum err succeed(struct db *db, struct lane_result *r, struct db_lane *lane, int64_t now_us)
{
    enum err rc = ERR_NONE;
    int64_t next = 0;

    lane->failures = 0;
    if (lane->turn == r->row->id) TRY(db_lane_next(db, lane, 0, &next));
    if (lane->turn != 0 && lane->turn != r->row->id) { /* on its way when the lane was narrowed */
        TRY(db_lane_set(db, lane, now_us));
    } else if (next) {
        lane->turn = next;
        TRY(db_lane_let(db, next, now_us + 1000000 / config_int(CONFIG_WORK_CATCH_UP)));
        TRY(db_lane_set(db, lane, now_us));
    } else {
        TRY(db_lane_drop(db, lane));
    }
out:
    return rc;
}

/* It was its turn: now it is another's, so that one that always fails keeps nobody out. */
static enum err turn_pass(struct db *db, struct lane_result *r, struct db_lane *lane,
                          int64_t now_us)
{
    enum err rc;
    int64_t next;
    bool parked = !strcmp(r->state, "PARKED");

    TRY(db_lane_next(db, lane, r->row->id, &next));
    if (!next) TRY(db_lane_next(db, lane, 0, &next));
    if (!next && parked) {
        TRY(db_lane_drop(db, lane));
        goto out;
    }
    if (next) {
        if (!parked) r->state = "HELD";
        lane->turn = next;
        TRY(db_lane_let(db, next, now_us + r->wait_ms * 1000));
    }
    TRY(db_lane_set(db, lane, now_us));
out:
    return rc;
}

static enum err fail(struct db *db, struct lane_result *r, struct db_lane *lane, int64_t now_us)
{
    enum err rc;
    bool narrow = lane->turn != 0, own_turn = lane->turn == r->row->id;
    bool last = r->row->attempts >= config_int(CONFIG_WORK_ATTEMPTS);

    r->uncounted = narrow && (r->away || !own_turn);
    r->state = last && !r->uncounted ? "PARKED" : "READY";
    if (narrow && !own_turn) { /* on its way when the lane was narrowed */
        r->state = "HELD";
        TRY(db_lane_set(db, lane, now_us));
        goto out;
    }
    lane->failures++;
    r->wait_ms =
        backoff_ms(narrow ? lane->failures : r->row->attempts, config_int(CONFIG_WORK_BACKOFF_MAX));
    if (narrow) {
        TRY(turn_pass(db, r, lane, now_us));
        goto out;
    }
    if (lane->failures >= config_int(CONFIG_WORK_BREAKER) && strcmp(r->state, "PARKED") != 0) {
        lane->turn = r->row->id;
        r->narrowed = true;
    }
    TRY(db_lane_set(db, lane, now_us));
out:
    return rc;
}

enum err service_lane_leave_tx(struct db *db, struct lane_result *r, int64_t now_us)
{
    enum err rc;
    struct db_lane lane;

    r->state = "DONE";
    r->wait_ms = 0;
    r->uncounted = r->narrowed = false;
    TRY(db_lane_find(db, r->row, &lane));
    if (!r->ok)
        TRY(fail(db, r, &lane, now_us));
    else if (lane.found)
        TRY(succeed(db, r, &lane, now_us));
out:
    return rc;
}

struct narrowing {
    const struct db_outbox *row;
    int64_t rows;
};

static enum err narrow_tx(struct db *db, void *cls)
{
    enum err rc;
    struct narrowing *n = cls;
    struct db_lane lane;
    int64_t now_us;

    n->rows = 0;
    TRY(db_now(db, &now_us));
    TRY(db_lane_find(db, n->row, &lane));
    if (lane.turn == 0) goto out; /* wide again meanwhile */
    TRY(db_lane_hold_all(db, &lane, HOLD_BATCH, &n->rows));
    TRY(db_lane_set(db, &lane, now_us));
out:
    return rc;
}

enum err service_lane_narrow(struct db *db, const struct db_outbox *row)
{
    enum err rc;
    struct narrowing n = {row, 0};

    do
        TRY(db_tx_run(db, "lane.narrow", narrow_tx, &n));
    while (n.rows == HOLD_BATCH);
out:
    return rc;
}
