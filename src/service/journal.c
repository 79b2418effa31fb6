/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/journal.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "crypto/hash.h"
#include "service/journal_story.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { KEPT_MAX = 8192, BATCH_MAX = 256 };

static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t flush_lock = PTHREAD_MUTEX_INITIALIZER; /* one writer, lines in order */
static struct db_journal_row kept[KEPT_MAX];
static size_t first_kept, n_kept; /* a ring */

static void hash_set(unsigned char out[32], const void *bytes, size_t len)
{
    struct hash hash;

    crypto_hash(bytes, len, &hash);
    memcpy(out, hash.bytes, 32);
}

void service_journal_exchange(struct db_journal_row *row, const struct exchange *exchange,
                              const struct buf *answer)
{
    row->id = exchange->line_id;
    row->duration_us = clock_monotonic_us() - exchange->started_us;
    hash_set(row->request_hash, exchange->request, exchange->request_len);
    if (answer->len) hash_set(row->answer_hash, answer->bytes, answer->len);
}

void service_journal_psp(struct db_journal_row *row, const struct psp_call *call,
                         enum outcome outcome, const struct buf *answer)
{
    char actor[sizeof "channel/" + sizeof call->channel];

    snprintf(actor, sizeof actor, "channel/%s", call->valid ? call->channel : "?");
    db_journal_set(row, actor, psp_operation_name(call->operation),
                   call->valid ? call->fiscal_code : "", call->valid ? call->notice_number : "",
                   outcome == OUTCOME_OK ? "OK" : outcome_code(outcome));
    snprintf(row->detail, sizeof row->detail, "%s",
             outcome == OUTCOME_OK ? "" : outcome_name(outcome));
    service_journal_exchange(row, call->exchange, answer);
    if (call->n_tokens) service_journal_token(call->tokens[0], row->token_hash);
}

void service_journal_node(struct db_journal_row *row, const struct node_call *call,
                          enum outcome outcome, const struct buf *answer)
{
    char actor[sizeof "caller/" + REGISTRY_CODE_MAX];

    snprintf(actor, sizeof actor, "caller/%s", call->node);
    db_journal_set(row, actor, node_operation_name(call->operation),
                   call->valid ? call->creditor : "", call->valid ? call->notice_number : "",
                   outcome == OUTCOME_OK ? "OK" : outcome_station(outcome));
    snprintf(row->detail, sizeof row->detail, "%s",
             outcome == OUTCOME_OK ? "" : outcome_name(outcome));
    service_journal_exchange(row, call->exchange, answer);
    if (*call->receipt_id) service_journal_token(call->receipt_id, row->token_hash);
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
    size_t from, n; /* those before from are saved, or given up */
};
struct lines {
    const struct db_journal_row *rows;
    size_t n;
};

static enum err save_tx(struct db *db, void *cls)
{
    enum err rc;
    const struct lines *l = cls;
    bool saved;

    TRY(db_journal_find(db, l->rows[0].id, &saved));
    if (!saved) TRY(db_journal_add(db, l->rows, l->n));
out:
    return rc;
}

static enum err save(struct db *db, const struct db_journal_row *rows, size_t n)
{
    struct lines lines = {rows, n};

    return db_tx_run(db, "journal", save_tx, &lines);
}

static bool is_refused(enum err rc)
{
    return rc == ERR_DB_SQL || rc == ERR_DB_DUPLICATE;
}

static void refused_tell(const struct db_journal_row *row, const char *why)
{
    metric_add(METRIC_JOURNAL_REFUSED, NULL, 1);
    log_event(LOG_ERROR, "journal.refused", LOG_INT("id", row->id), LOG_TEXT("actor", row->actor),
              LOG_TEXT("operation", row->event), LOG_TEXT("outcome", row->outcome),
              LOG_TEXT("why", why));
}

/* A line that the database refuses keeps none of the others out. Where it takes not one of several,
 * it is not the lines that are wrong: they stay. */
static enum err singly_save(struct db *db, struct batch *b)
{
    enum err rc = ERR_NONE;
    bool wrong[BATCH_MAX] = {false}, any = b->n == 1;
    char why[200] = "";
    size_t i;

    for (i = b->from; i < b->n; i++) {
        err_clear();
        rc = save(db, &b->rows[i], 1);
        wrong[i] = is_refused(rc);
        any |= rc == ERR_NONE;
        if (wrong[i]) snprintf(why, sizeof why, "%s", err_detail()->field);
        if (rc != ERR_NONE && !wrong[i]) break;
    }
    if (!any) return rc;
    for (size_t k = b->from; k < i; k++)
        if (wrong[k]) refused_tell(&b->rows[k], why);
    b->from = i;
    return i == b->n ? ERR_NONE : rc;
}

static enum err batch_save(struct db *db, struct batch *b)
{
    enum err rc = save(db, b->rows + b->from, b->n - b->from);

    return is_refused(rc) ? singly_save(db, b) : rc;
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
    b->n = b->from = 0;
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
        TRY(batch_save(db, &b));
        batch_empty(&b);
    } while (full);
out:
    pthread_mutex_unlock(&flush_lock);
    return rc;
}
