/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/seal.h"

#include "base/clock.h"
#include "crypto/hash.h"
#include "db/seal.h"
#include "db/sequence.h"
#include "service/seal_head.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BATCH = 160, WALK_BATCH = 10000 };
#define LEASE_US INT64_C(10000000)
static const char NAME[] = "seal";

static void chain(const unsigned char before[32], const unsigned char content[32],
                  unsigned char out[32])
{
    unsigned char both[64];
    struct hash hash;

    memcpy(both, before, 32);
    memcpy(both + 32, content, 32);
    crypto_hash(both, sizeof both, &hash);
    memcpy(out, hash.bytes, 32);
}

struct sealing {
    const char *owner;
    int64_t reach_us;
    struct db_seal row, seals[BATCH];
    size_t n;
};

static enum err open_row(void *cls)
{
    struct sealing *s = cls;

    s->seals[s->n++] = s->row;
    return ERR_NONE;
}

static enum err seal_tx(struct db *db, void *cls)
{
    enum err rc;
    struct sealing *s = cls;
    struct db_seal last;
    int64_t now_us, numbered, newest;
    bool mine;

    s->n = 0;
    TRY(db_now(db, &now_us));
    TRY(db_sequence_lease(db, NAME, s->owner, now_us, LEASE_US, &mine, &numbered));
    if (!mine) goto out;
    TRY(db_seal_last(db, &last));
    TRY(db_seal_newest(db, &newest));
    TRY(db_seal_find_open(db, newest - clock_id_floor(s->reach_us), INT64_MAX, BATCH, &s->row,
                          open_row, s));
    for (size_t i = 0; i < s->n; i++) {
        s->seals[i].seq = last.seq + 1;
        chain(last.hash, s->seals[i].content, s->seals[i].hash);
        last = s->seals[i];
    }
    if (s->n == 0) goto out;
    TRY(db_seal_add(db, s->seals, s->n));
    TRY(db_sequence_set_last(db, NAME, s->owner, last.seq));
out:
    return rc;
}

enum err service_seal_next(struct db *db, const char *owner, int64_t reach_us, bool *out_any)
{
    enum err rc;
    struct sealing s = {.owner = owner, .reach_us = reach_us};

    TRY(db_tx_run(db, "seal", seal_tx, &s));
    *out_any = s.n == BATCH;
out:
    return rc;
}

enum err service_seal_head(struct db *db)
{
    enum err rc;
    struct db_seal last;

    TRY(db_seal_last(db, &last));
    if (last.seq) TRY(seal_head_add(last.seq, last.hash));
out:
    return rc;
}

/* ---- the audit ---- */

struct walking {
    struct service_audit *audit;
    struct seal_heads *heads; /* NULL: no file of them */
    struct db_seal row;
    int64_t seq; /* where the walk is */
    unsigned char hash[32];
    int n; /* rows of this batch */
};

static void tell(struct walking *w, const char *table, int64_t id, const char *what)
{
    char at[48];
    const struct service_audit_finding f = {"I10", what, table, id, at};

    snprintf(at, sizeof at, "seen at place %" PRId64, w->row.seq);
    w->audit->findings++;
    w->audit->tell(w->audit->cls, &f);
}

static void place_check(struct walking *w)
{
    const struct db_seal *s = &w->row;
    unsigned char hash[32];

    if (s->seq != w->seq + 1)
        tell(w, "journal_seal", s->seq, "places of the chain before this one are gone");
    else if (s->line == 0)
        tell(w, "journal", s->journal_id, "a sealed line is gone");
    else {
        chain(w->hash, s->content, hash);
        if (memcmp(hash, s->hash, sizeof hash) != 0)
            tell(w, "journal", s->journal_id, "the line is not what was sealed");
    }
}

/* What is wrong at one place says nothing of the next: the walk goes on from what was sealed. */
static enum err walk_row(void *cls)
{
    enum err rc = ERR_NONE;
    struct walking *w = cls;
    const char *wrong = NULL;

    place_check(w);
    w->seq = w->row.seq;
    memcpy(w->hash, w->row.hash, sizeof w->hash);
    w->n++;
    if (w->heads) TRY(seal_heads_pass(w->heads, w->seq, w->hash, &wrong));
    if (wrong) tell(w, "journal_seal", w->seq, wrong);
out:
    return rc;
}

static enum err open_told(void *cls)
{
    struct walking *w = cls;

    tell(w, "journal", w->row.journal_id, "a line that no seal covers");
    return ERR_NONE;
}

enum err service_seal_audit(struct db *db, struct service_audit *audit)
{
    enum err rc;
    struct walking w = {.audit = audit};
    int64_t newest, numbered, beyond = 0;
    const char *wrong = NULL;

    /* First what the chain must reach: it may grow meanwhile. */
    TRY(seal_heads_open(&w.heads));
    TRY(db_seal_numbered(db, &numbered));
    do {
        w.n = 0;
        TRY(db_seal_walk(db, w.seq, WALK_BATCH, &w.row, walk_row, &w));
    } while (w.n == WALK_BATCH);
    audit->sealed = w.seq;
    if (numbered > w.seq)
        tell(&w, "journal_seal", numbered, "the chain was made up to here, and ends before");
    if (w.heads) TRY(seal_heads_end(w.heads, &audit->heads, &beyond, &wrong));
    if (wrong) tell(&w, "journal_seal", w.seq, wrong);
    if (beyond)
        tell(&w, "journal_seal", beyond, "the chain was signed up to here, and ends before");
    TRY(db_seal_newest(db, &newest));
    TRY(db_seal_find_open(db, INT64_MIN, newest - clock_id_floor(SEAL_REACH_DAY_US), WALK_BATCH,
                          &w.row, open_told, &w));
out:
    seal_heads_close(&w.heads);
    return rc;
}
