/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/period.h"

#define COLUMNS "subscription, rule, registry, ends_at, cut_off, state, flows, ver"

static const struct db_stmt FIND = {
    "period_find",
    "SELECT " COLUMNS " FROM flow_period WHERE subscription = ?",
    0,
};
static const struct db_stmt LIST = {
    "period_list",
    "SELECT " COLUMNS " FROM flow_period ORDER BY subscription",
    0,
};
static const struct db_stmt ADD = {
    "period_add",
    "INSERT INTO flow_period (subscription, rule, registry, ends_at, cut_off, state)"
    " VALUES (?, ?, ?, ?, ?, ?)",
    0,
};
static const struct db_stmt SET = {
    "period_set",
    "UPDATE flow_period SET rule = ?, registry = ?, ends_at = ?, cut_off = ?, state = ?, flows = "
    "?, ver = ver + 1"
    " WHERE subscription = ? AND ver = ?",
    0,
};

#define FIELDS(p)                                                                                  \
    DB_GET_TEXT((p)->subscription), DB_GET_TEXT((p)->rule), DB_GET_I64((p)->registry),             \
        DB_GET_INSTANT((p)->ends_us), DB_GET_INSTANT((p)->cut_off_us), DB_GET_TEXT((p)->state),    \
        DB_GET_INT((p)->flows), DB_GET_INT((p)->ver)

enum err db_period_find(struct db *db, const char *subscription, struct db_period *out)
{
    bool found;

    out->subscription[0] = '\0';
    return db_row_find(db, &FIND, DB_IN(db_text(subscription)), DB_OUT(FIELDS(out)), &found);
}

enum err db_period_list(struct db *db, struct db_period *row, db_each_fn *each, void *cls)
{
    return db_rows(db, &LIST, DB_NONE_IN, DB_OUT(FIELDS(row)), each, cls);
}

enum err db_period_add(struct db *db, const struct db_period *p)
{
    return db_exec(db, &ADD,
                   DB_IN(db_text(p->subscription), db_text(p->rule), db_i64(p->registry),
                         db_instant(p->ends_us), db_instant(p->cut_off_us), db_text(p->state)),
                   NULL);
}

enum err db_period_set(struct db *db, struct db_period *p)
{
    enum err rc;

    TRY(db_row_change(db, &SET,
                      DB_IN(db_text(p->rule), db_i64(p->registry), db_instant(p->ends_us),
                            db_instant(p->cut_off_us), db_text(p->state), db_i64(p->flows),
                            db_text(p->subscription), db_i64(p->ver))));
    p->ver++;
out:
    return rc;
}
