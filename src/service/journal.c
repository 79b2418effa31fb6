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
#define KEPT_BYTES ((size_t)64 << 20) /* of messages */
#define BATCH_BYTES ((size_t)4 << 20) /* the same, of a transaction; one alone may be bigger */

struct note {
    bool has_row;
    struct db_journal_row row;
    struct db_message *message; /* owned; NULL: none */
};

static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t flush_lock = PTHREAD_MUTEX_INITIALIZER; /* one writer, lines in order */
static struct note kept[KEPT_MAX];
static size_t first_kept, n_kept, kept_bytes; /* a ring */

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

static size_t message_bytes(const struct db_message *m)
{
    return m ? m->request.len + m->answer.len : 0;
}

enum err service_journal_note(struct db *db, const struct db_journal_row *row)
{
    return service_journal_keep(db, row, NULL);
}

enum err service_journal_keep(struct db *db, const struct db_journal_row *row,
                              struct db_message *message)
{
    for (;;) {
        enum err rc;
        struct note *n;

        pthread_mutex_lock(&kept_lock);
        if (n_kept < KEPT_MAX && kept_bytes < KEPT_BYTES) {
            n = &kept[(first_kept + n_kept++) % KEPT_MAX];
            n->has_row = row != NULL;
            if (row) n->row = *row;
            n->message = message;
            kept_bytes += message_bytes(message);
            pthread_mutex_unlock(&kept_lock);
            return ERR_NONE;
        }
        pthread_mutex_unlock(&kept_lock);
        rc = service_journal_flush(db);
        if (rc == ERR_NONE) continue;
        service_message_free(&message);
        return rc;
    }
}

/* On their way: the same until they are saved, for they may be although an error came. Numbered
 * lines first, then messages. */
struct batch {
    struct db_journal_row rows[BATCH_MAX];
    struct db_message *messages[BATCH_MAX];
    size_t n_rows, n_messages;
    size_t from;    /* those before are saved, or given up */
    size_t n_notes; /* of the ring */
};
struct part {
    const struct batch *batch;
    size_t from, to;
};

/* Messages that are there already stay as they are; lines are looked for. */
static enum err save_tx(struct db *db, void *cls)
{
    enum err rc = ERR_NONE;
    const struct part *p = cls;
    const struct batch *b = p->batch;
    size_t rows_to = p->to < b->n_rows ? p->to : b->n_rows;
    bool saved = false;

    if (p->from < rows_to) {
        TRY(db_journal_find(db, b->rows[p->from].id, &saved));
        if (saved) goto out;
        TRY(db_journal_add(db, b->rows + p->from, rows_to - p->from));
    }
    for (size_t i = p->from > b->n_rows ? p->from : b->n_rows; i < p->to; i++)
        TRY(db_message_add(db, b->messages[i - b->n_rows]));
out:
    return rc;
}

static enum err save(struct db *db, const struct batch *b, size_t from, size_t to)
{
    struct part part = {b, from, to};

    return db_tx_run(db, "journal", save_tx, &part);
}

static size_t batch_size(const struct batch *b)
{
    return b->n_rows + b->n_messages;
}

static bool is_refused(enum err rc)
{
    return rc == ERR_DB_SQL || rc == ERR_DB_DUPLICATE;
}

static void refused_tell(const struct batch *b, size_t i, const char *why)
{
    const struct db_journal_row *row = &b->rows[i];

    metric_add(METRIC_JOURNAL_REFUSED, NULL, 1);
    if (i < b->n_rows)
        log_event(LOG_ERROR, "journal.refused", LOG_INT("id", row->id),
                  LOG_TEXT("actor", row->actor), LOG_TEXT("operation", row->event),
                  LOG_TEXT("outcome", row->outcome), LOG_TEXT("why", why));
    else
        log_event(LOG_ERROR, "message.refused", LOG_INT("id", b->messages[i - b->n_rows]->id),
                  LOG_TEXT("why", why));
}

/* A line that the database refuses keeps none of the others out. Where it takes not one of several,
 * it is not the lines that are wrong: they stay. */
static enum err singly_save(struct db *db, struct batch *b)
{
    enum err rc = ERR_NONE;
    bool wrong[2 * BATCH_MAX] = {false}, any = batch_size(b) == 1;
    char why[sizeof err_detail()->field] = "";
    size_t i, n = batch_size(b);

    for (i = b->from; i < n; i++) {
        err_clear();
        rc = save(db, b, i, i + 1);
        wrong[i] = is_refused(rc);
        any |= rc == ERR_NONE;
        if (wrong[i]) snprintf(why, sizeof why, "%s", err_detail()->field);
        if (rc != ERR_NONE && !wrong[i]) break;
    }
    if (!any) return rc;
    for (size_t k = b->from; k < i; k++)
        if (wrong[k]) refused_tell(b, k, why);
    b->from = i;
    return i == n ? ERR_NONE : rc;
}

static enum err batch_save(struct db *db, struct batch *b)
{
    enum err rc = save(db, b, b->from, batch_size(b));

    return is_refused(rc) ? singly_save(db, b) : rc;
}

/* Whether the ring has more. */
static bool batch_fill(struct batch *b)
{
    size_t bytes = 0;
    bool more;

    pthread_mutex_lock(&kept_lock);
    while (b->n_notes < n_kept && b->n_notes < BATCH_MAX && bytes < BATCH_BYTES) {
        const struct note *n = &kept[(first_kept + b->n_notes++) % KEPT_MAX];

        if (n->has_row) b->rows[b->n_rows++] = n->row;
        if (n->message) b->messages[b->n_messages++] = n->message;
        bytes += message_bytes(n->message);
    }
    more = b->n_notes < n_kept;
    pthread_mutex_unlock(&kept_lock);
    return more;
}

static void batch_empty(struct batch *b)
{
    size_t bytes = 0;

    for (size_t i = 0; i < b->n_messages; i++) {
        bytes += message_bytes(b->messages[i]);
        service_message_free(&b->messages[i]);
    }
    pthread_mutex_lock(&kept_lock);
    n_kept -= b->n_notes;
    first_kept = (first_kept + b->n_notes) % KEPT_MAX;
    kept_bytes -= bytes;
    pthread_mutex_unlock(&kept_lock);
    b->n_rows = b->n_messages = b->from = b->n_notes = 0;
}

enum err service_journal_flush(struct db *db)
{
    enum err rc = ERR_NONE;
    static struct batch b; /* under flush_lock */
    bool more = true;

    pthread_mutex_lock(&flush_lock);
    while (more) {
        if (b.n_notes == 0) more = batch_fill(&b);
        if (b.n_notes == 0) break;
        TRY(batch_save(db, &b));
        batch_empty(&b);
    }
out:
    pthread_mutex_unlock(&flush_lock);
    return rc;
}
