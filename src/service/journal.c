/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/journal.h"

#include "service/journal_story.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { KEPT_MAX = 8192, BATCH_MAX = 256 };

static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t flush_lock = PTHREAD_MUTEX_INITIALIZER; /* one writer, lines in order */
static struct db_journal_row kept[KEPT_MAX];
static size_t first_kept, n_kept; /* a ring */

void service_journal_psp(struct db_journal_row *row, const struct psp_call *call,
                         enum outcome outcome)
{
    char actor[sizeof "channel/" + sizeof call->channel];

    snprintf(actor, sizeof actor, "channel/%s", call->valid ? call->channel : "?");
    db_journal_set(row, actor, psp_operation_name(call->operation),
                   call->valid ? call->fiscal_code : "", call->valid ? call->notice_number : "",
                   outcome == OUTCOME_OK ? "OK" : outcome_code(outcome));
    snprintf(row->detail, sizeof row->detail, "%s",
             outcome == OUTCOME_OK ? "" : outcome_name(outcome));
    if (call->n_tokens) service_journal_token(call->tokens[0], row->token_hash);
}

enum err service_journal_note(struct db *db, const struct db_journal_row *row)
{
    for (;;) {
        enum err rc;

        pthread_mutex_lock(&kept_lock);
        if (n_kept < KEPT_MAX) {
            kept[(first_kept + n_kept++) % KEPT_MAX] = *row;
            pthread_mutex_unlock(&kept_lock);
            return ERR_NONE;
        }
        pthread_mutex_unlock(&kept_lock);
        rc = service_journal_flush(db);
        if (rc != ERR_NONE) return rc;
    }
}

/* Lines on their way: the same until they are saved, for they may be although an error came. */
struct batch {
    struct db_journal_row rows[BATCH_MAX];
    size_t n;
};

static enum err batch_tx(struct db *db, void *cls)
{
    enum err rc;
    const struct batch *b = cls;
    bool saved;

    TRY(db_journal_find(db, b->rows[0].id, &saved));
    if (!saved) TRY(db_journal_add(db, b->rows, b->n));
out:
    return rc;
}

static void batch_fill(struct batch *b)
{
    pthread_mutex_lock(&kept_lock);
    for (; b->n < n_kept && b->n < ARRAY_LEN(b->rows); b->n++)
        b->rows[b->n] = kept[(first_kept + b->n) % KEPT_MAX];
    pthread_mutex_unlock(&kept_lock);
}

static void batch_empty(struct batch *b)
{
    pthread_mutex_lock(&kept_lock);
    n_kept -= b->n;
    first_kept = (first_kept + b->n) % KEPT_MAX;
    pthread_mutex_unlock(&kept_lock);
    b->n = 0;
}

enum err service_journal_flush(struct db *db)
{
    enum err rc = ERR_NONE;
    static struct batch b; /* under flush_lock */
    bool full;

    pthread_mutex_lock(&flush_lock);
    do {
        if (b.n == 0) batch_fill(&b);
        if (b.n == 0) break;
        full = b.n == ARRAY_LEN(b.rows);
        TRY(db_tx_run(db, "journal", batch_tx, &b));
        batch_empty(&b);
    } while (full);
out:
    pthread_mutex_unlock(&flush_lock);
    return rc;
}
