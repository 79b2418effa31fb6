/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/journal.h"

#include "crypto/hash.h"

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
    char actor[sizeof row->actor];
    struct hash token;

    snprintf(actor, sizeof actor, "channel/%.60s", call->valid ? call->channel : "?");
    db_journal_set(row, actor, psp_operation_name(call->operation),
                   call->valid ? call->fiscal_code : "", call->valid ? call->notice_number : "",
                   outcome == OUTCOME_OK ? "OK" : outcome_code(outcome));
    snprintf(row->detail, sizeof row->detail, "%s",
             outcome == OUTCOME_OK ? "" : outcome_name(outcome));
    if (!*call->token) return;
    crypto_hash(call->token, strlen(call->token), &token);
    memcpy(row->token_hash, token.bytes, sizeof row->token_hash);
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

struct batch {
    struct db_journal_row rows[BATCH_MAX];
    size_t n;
};

static enum err batch_tx(struct db *db, void *cls)
{
    const struct batch *b = cls;

    return db_journal_add(db, b->rows, b->n);
}

enum err service_journal_flush(struct db *db)
{
    enum err rc = ERR_NONE;
    static struct batch b; /* under flush_lock */

    pthread_mutex_lock(&flush_lock);
    do {
        pthread_mutex_lock(&kept_lock);
        b.n = n_kept < ARRAY_LEN(b.rows) ? n_kept : ARRAY_LEN(b.rows);
        for (size_t i = 0; i < b.n; i++)
            b.rows[i] = kept[(first_kept + i) % KEPT_MAX];
        pthread_mutex_unlock(&kept_lock);
        if (b.n == 0) break;
        TRY(db_tx_run(db, "journal", batch_tx, &b));
        pthread_mutex_lock(&kept_lock);
        n_kept -= b.n;
        first_kept = (first_kept + b.n) % KEPT_MAX;
        pthread_mutex_unlock(&kept_lock);
    } while (b.n == ARRAY_LEN(b.rows));
out:
    pthread_mutex_unlock(&flush_lock);
    return rc;
}
