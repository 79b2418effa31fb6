/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/sequence.h"

#include "db/psp_match.h"
#include "db/sequence.h"

enum { BATCH = 500 };
#define LEASE_US INT64_C(10000000)
static const char NAME[] = "receipt";

struct numbering {
    const char *owner;
    int64_t count;
};

static enum err number_tx(struct db *db, void *cls)
{
    enum err rc;
    struct numbering *n = cls;
    int64_t now_us, last;
    bool mine;

    n->count = 0;
    TRY(db_now(db, &now_us));
    TRY(db_sequence_lease(db, NAME, n->owner, now_us, LEASE_US, &mine, &last));
    if (!mine) goto out;
    TRY(db_sequence_receipts(db, last, BATCH, &n->count));
    if (n->count == 0) goto out;
    TRY(db_psp_match_paid_again(db, last, last + n->count, now_us));
    TRY(db_sequence_set_last(db, NAME, n->owner, last + n->count));
out:
    return rc;
}

enum err service_sequence_next(struct db *db, const char *owner, bool *out_any)
{
    enum err rc;
    struct numbering n = {owner, 0};

    TRY(db_tx_run(db, "sequence", number_tx, &n));
    *out_any = n.count > 0;
out:
    return rc;
}
