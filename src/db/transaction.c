/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/internal.h"

#include "base/clock.h"
#include "base/metric.h"
#include "db/journal.h"

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

int64_t db_id_new(struct db *db)
{
    if (!db->in_tx || db->next_id == DB_TX_IDS_MAX) return clock_id_new();
    if (db->next_id == db->n_ids) db->ids[db->n_ids++] = clock_id_new();
    return db->ids[db->next_id++];
}

static void jitter(void)
{
    unsigned char r;
    struct timespec wait = {0, 0};

    clock_random(&r, 1);
    wait.tv_nsec = (JITTER_MIN_MS + r * (JITTER_MAX_MS - JITTER_MIN_MS) / 255) * 1000000L;
    nanosleep(&wait, NULL);
}

/* What the tries of one fact left behind. */
struct tries {
    int64_t proofs[REPLAYS_MAX + 1]; /* journal lines of those that came to their COMMIT */
    size_t n_proofs;
    bool whole; /* the last run of fn was one of them: what it put out is that fact's */
    bool lost;  /* a COMMIT's answer did not come: whatever arrives of it must meet the same ids */
};

/* A COMMIT whose answer did not come may have saved everything: its line in the journal says so.
 * Read in the next try's own snapshot: what arrives later meets that try's writes, not its reads.
 */
static enum err arrived_tx(struct db *db, const struct tries *t, bool *out)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < t->n_proofs && !*out; i++)
        TRY(db_journal_find(db, t->proofs[i], out));
out:
    return rc;
}

static enum err try_tx(struct db *db, db_tx_fn *fn, void *cls, struct tries *t)
{
    enum err rc;
    bool arrived = false;

    if (t->whole) TRY(arrived_tx(db, t, &arrived));
    if (!arrived) {
        t->whole = false;
        TRY(fn(db, cls));
        t->whole = true;
        if (db->proof) t->proofs[t->n_proofs++] = db->proof;
    }
    TRY(db_commit(db));
out:
    return rc;
}

static enum err run_once(struct db *db, db_tx_fn *fn, void *cls, struct tries *t)
{
    enum err rc;

    if (!db->link) TRY(db_connect(db));
    db->now_known = false;
    db->failed = ERR_NONE;
    db->proof = 0;
    db->in_tx = db->begin_owed = true;
    db->next_id = 0;
    TRY(try_tx(db, fn, cls, t));
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

/* A server that does not answer is looked for once: what waits for it is ours to answer [F38]. */
static bool may_replay(const struct db *db, enum err rc, int silences)
{
    if (db->silent && (rc == ERR_DB_OPEN || silences > 1)) return false;
    return rc == ERR_DB_REPLAY || rc == ERR_DB_CONFLICT || rc == ERR_DB_LOST ||
           rc == ERR_DB_DUPLICATE || rc == ERR_DB_OPEN;
}

enum err db_tx_run(struct db *db, const char *name, db_tx_fn *fn, void *cls)
{
    enum err rc;
    struct tries tries = {.n_proofs = 0};
    int silences = 0;

    ALWAYS(!db->in_tx); /* one fact, one transaction */
    db->n_ids = 0;
    for (int try = 0;; try++) {
        rc = run_once(db, fn, cls, &tries);
        silences += db->silent;
        if (!may_replay(db, rc, silences)) return rc;
        tries.lost |= tries.whole && rc == ERR_DB_LOST;
        /* The key that is there may be one of them: another process makes ids, too. */
        if (rc == ERR_DB_DUPLICATE && !tries.lost) db->n_ids = 0;
        if (try == REPLAYS_MAX) return err_set(rc, name);
        metric_add(METRIC_TX_REPLAY, NULL, 1);
        err_clear();
        jitter();
    }
}
