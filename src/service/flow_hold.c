/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/flow_hold.h"

#include "db/journal.h"
#include "db/restore.h"

#include <stdio.h>

enum err service_flow_held(struct db *db)
{
    enum err rc;
    int64_t waiting;

    TRY(db_restore_waiting(db, &waiting));
    if (waiting) rc = ERR_FLOW_HELD;
out:
    return rc;
}

static enum err release_tx(struct db *db, void *cls)
{
    enum err rc;
    const char *actor = cls;
    int64_t rows;
    struct db_journal_row row;

    TRY(db_restore_release(db, &rows));
    if (rows == 0) {
        rc = err_set(ERR_NOT_FOUND, "a restore after which flows wait");
        goto out;
    }
    db_journal_set(&row, actor, "flow.release", "", "", "OK");
    TRY(db_journal_add(db, &row, 1));
out:
    return rc;
}

enum err service_flow_release(struct db *db, const char *actor)
{
    char by[71];

    snprintf(by, sizeof by, "%s", actor);
    return db_tx_run(db, "flow.release", release_tx, by);
}
