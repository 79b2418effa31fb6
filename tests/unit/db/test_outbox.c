/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two workers and one notification, on a private database. */
#include "db/fixture.h"

#include "db/outbox.h"

#include <stdio.h>

static const int64_t START_US = 1767225600000000, LEASE_US = 60000000; /* 2026 */

static enum err add_tx(struct db *d, void *cls)
{
    struct db_outbox_new row = {.id = 1, .receipt_id = 1, .payment_id = 1, .kind = "paSendRT"};
    char bytes[] = "<a/>";

    (void)cls;
    (void)snprintf(row.creditor, sizeof row.creditor, "77777777777");
    (void)snprintf(row.destination, sizeof row.destination, "STAZIONE");
    (void)snprintf(row.dedup_id, sizeof row.dedup_id, "1-STAZIONE");
    row.payload = (struct buf){bytes, sizeof bytes - 1, sizeof bytes, sizeof bytes};
    return db_outbox_add(d, &row, 1, START_US);
}

/* A worker: when it looks, and the row as it has it. */
struct worker {
    int64_t now_us;
    struct db_outbox row;
    struct buf payload;
    const char *state; /* that it settles it to */
};

static enum err claim_tx(struct db *d, void *cls)
{
    struct worker *w = cls;
    enum err rc;

    TRY(db_outbox_pick(d, w->now_us, &w->row, &w->payload));
    if (w->row.id) TRY(db_outbox_claim(d, &w->row, "worker", w->now_us + LEASE_US));
out:
    return rc;
}

static enum err settle_tx(struct db *d, void *cls)
{
    struct worker *w = cls;

    return db_outbox_settle(d, &w->row, w->state, "", false, w->now_us, w->now_us);
}

static void assert_row(const char *state, int fence)
{
    struct db_outbox row;
    struct buf payload = BUF_INIT(1000);

    assert_int_equal(db_outbox_get(db, 1, &row, &payload), ERR_NONE);
    assert_string_equal(row.state, state);
    assert_int_equal(row.fence, fence);
    assert_string_equal(buf_str(&payload), "<a/>");
    buf_free(&payload);
}

/* The lease ends while the first waits for its peer: the second has the row, and the first's word
 * about it changes nothing, neither before nor after the second's. [F10] [F50] [R11] */
static void test_who_lost_the_lease_changes_nothing(void **state)
{
    struct worker first = {.now_us = START_US, .payload = BUF_INIT(1000), .state = "READY"};
    struct worker early = {.now_us = START_US + LEASE_US - 1, .payload = BUF_INIT(1000)};
    struct worker second = {
        .now_us = START_US + LEASE_US, .payload = BUF_INIT(1000), .state = "DONE"};
    struct db *serve = NULL;

    (void)state;
    assert_int_equal(db_open(DB_ROLE_SERVE, &serve), ERR_NONE);
    assert_int_equal(db_tx_run(serve, "add", add_tx, NULL), ERR_NONE);
    db_close(&serve);
    assert_int_equal(db_tx_run(db, "claim", claim_tx, &first), ERR_NONE);
    assert_int_equal(first.row.id, 1);
    assert_int_equal(db_tx_run(db, "claim", claim_tx, &early), ERR_NONE);
    assert_int_equal(early.row.id, 0);
    assert_int_equal(db_tx_run(db, "claim", claim_tx, &second), ERR_NONE);
    assert_int_equal(second.row.id, 1);
    assert_row("CLAIMED", 2);

    assert_int_equal(db_tx_run(db, "settle", settle_tx, &first), ERR_DB_CONFLICT);
    assert_row("CLAIMED", 2);
    assert_int_equal(db_tx_run(db, "settle", settle_tx, &second), ERR_NONE);
    assert_int_equal(db_tx_run(db, "settle", settle_tx, &first), ERR_DB_CONFLICT);
    assert_row("DONE", 2);
    err_clear();
    buf_free(&first.payload);
    buf_free(&early.payload);
    buf_free(&second.payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_lost_the_lease_changes_nothing),
    };

    return cmocka_run_group_tests(tests, db_fixture_start, db_fixture_stop);
}
