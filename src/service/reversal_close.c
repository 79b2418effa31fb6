/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/reversal_close.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static enum err line_tx(struct db *db, struct db_journal_row *line,
                        const struct db_reversal_wait *w)
{
    snprintf(line->creditor, sizeof line->creditor, "%s", w->creditor);
    snprintf(line->notice_number, sizeof line->notice_number, "%s", w->notice_number);
    snprintf(line->detail, sizeof line->detail, "entry %" PRId64, w->id);
    line->object_id = w->payment_id;
    return db_journal_add(db, line, 1);
}

static enum err close_tx(struct db *db, void *cls)
{
    enum err rc;
    struct reversal_closing *c = cls;
    struct db_reversal_wait wait;

    TRY(db_reversal_closed_find(db, c->id, &c->closed));
    if (c->closed.closed_us) {
        c->result = strcmp(c->closed.reason, c->reason) == 0 ? REVERSAL_CLOSED_BEFORE
                                                             : REVERSAL_CLOSED_OTHERWISE;
        goto out;
    }
    TRY(db_reversal_wait_find(db, c->id, &wait));
    if (!wait.id) return err_setf(ERR_NOT_FOUND, "reversed transfer %" PRId64 " that waits", c->id);
    c->result = REVERSAL_CLOSED;
    TRY(db_now(db, &c->closed.closed_us));
    snprintf(c->closed.reason, sizeof c->closed.reason, "%s", c->reason);
    snprintf(c->closed.closed_by, sizeof c->closed.closed_by, "%s", c->actor);
    TRY(db_reversal_close(db, &wait, &c->closed));
    TRY(line_tx(db, &c->line, &wait));
out:
    return rc;
}

enum err service_reversal_close(struct db *db, struct reversal_closing *closing)
{
    db_journal_set(&closing->line, closing->actor, "reversal.closed", "", "", "OK");
    return db_tx_run(db, "reversal.close", close_tx, closing);
}
