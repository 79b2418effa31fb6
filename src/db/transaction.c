/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/internal.h"

#include "base/clock.h"
#include "base/metric.h"

#include <string.h>
#include <time.h>

enum { REPLAYS_MAX = 5, JITTER_MIN_MS = 10, JITTER_MAX_MS = 200 };

static const struct db_stmt NOW = {"now", "SELECT UTC_TIMESTAMP(6)", DB_NOW};

enum err db_now(struct db *db, int64_t *out_us)
{
    enum err rc = ERR_NONE;
    bool found;

    if (!db->in_tx) db->now_known = false;
    if (!db->now_known) TRY(db_row_find(db, &NOW, DB_NONE_IN, NULL, 0, &found));
    *out_us = db->now_us;
out:
    return rc;
}

int64_t db_read_time(const struct db *db)
{
    return db->now_us;
}

static void jitter(void)
{
    unsigned char r;
    struct timespec wait = {0, 0};

    clock_random(&r, 1);
    wait.tv_nsec = (JITTER_MIN_MS + r * (JITTER_MAX_MS - JITTER_MIN_MS) / 255) * 1000000L;
    nanosleep(&wait, NULL);
}

static enum err run_once(struct db *db, db_tx_fn *fn, void *cls)
{
    enum err rc;

    if (!db->link) TRY(db_connect(db));
    db->now_known = false;
    db->failed = ERR_NONE;
    db->in_tx = db->begin_owed = true;
    TRY(fn(db, cls));
    /* A connection lost here may have saved everything: fn finds its own key when run again. */
    TRY(db_commit(db));
out:
    db_queue_forget(db);
    /* Never COMMIT after an error: it would answer OK though nothing was saved [R2]. */
    if (rc != ERR_NONE && db->link && db->in_tx && !db->begin_owed &&
        db_text_run(db, "ROLLBACK") != ERR_NONE)
        db_disconnect(db);
    db->in_tx = db->begin_owed = false;
    db->failed = ERR_NONE;
    return rc;
}

static bool may_replay(enum err rc)
{
    return rc == ERR_DB_REPLAY || rc == ERR_DB_CONFLICT || rc == ERR_DB_LOST ||
           rc == ERR_DB_DUPLICATE || rc == ERR_DB_OPEN;
}

enum err db_tx_run(struct db *db, const char *name, db_tx_fn *fn, void *cls)
{
    enum err rc;

    ALWAYS(!db->in_tx); /* one fact, one transaction */
    for (int try = 0;; try++) {
        rc = run_once(db, fn, cls);
        if (!may_replay(rc)) return rc;
        if (try == REPLAYS_MAX) return err_set(rc, name);
        metric_add(METRIC_TX_REPLAY, NULL, 1);
        err_clear();
        jitter();
    }
}
