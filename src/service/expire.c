/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/expire.h"

#include "db/journal.h"

void service_position_step(struct debt_position *position, int64_t option_id,
                           const struct payment_rule *rule, enum payment_state from)
{
    bool paid = rule->effect == EFFECT_PAY || rule->effect == EFFECT_PAY_LATE;

    if (from == PAYMENT_ACTIVE && rule->next != PAYMENT_ACTIVE) position->live_count--;
    if (paid) {
        position->begun_option = option_id;
        position->paid_count++;
    }
    if (rule->effect == EFFECT_REVERSE) position->paid_count--;
    if (position->live_count == 0 && position->paid_count == 0) position->begun_option = 0;
    ALWAYS(position->live_count >= 0 && position->paid_count >= 0);
}

enum err service_expire_tx(struct db *db, struct db_payment *p, struct debt_position *position,
                           int64_t now_us)
{
    enum err rc;
    const struct payment_rule *rule = payment_rule_find(p->state, PAYMENT_ON_TIMEOUT);
    struct db_journal_row row;

    p->closed_us = now_us;
    TRY(db_payment_set_state(db, p, rule->next));
    service_position_step(position, 0, rule, p->state);
    TRY(db_position_set_counts(db, position, position->state));
    position->ver++;
    p->state = rule->next;
    p->ver++;
    db_journal_set(&row, "clock", "payment.expired", p->creditor, "", "OK");
    row.object_id = p->id;
    TRY(db_journal_add(db, &row, 1));
out:
    return rc;
}

enum err service_expire_position_tx(struct db *db, int64_t position_id, int64_t now_us,
                                    bool *out_any)
{
    enum err rc = ERR_NONE;
    struct db_payment p;
    struct debt_position position;

    *out_any = false;
    for (;;) {
        TRY(db_payment_find_expired(db, position_id, now_us, &p, &position));
        if (!p.id) goto out;
        TRY(service_expire_tx(db, &p, &position, now_us));
        *out_any = true;
    }
out:
    return rc;
}

static enum err sweep_tx(struct db *db, void *cls)
{
    enum err rc;
    bool *any = cls;
    int64_t now_us;
    struct db_payment p;
    struct debt_position position;

    *any = false;
    TRY(db_now(db, &now_us));
    TRY(db_payment_find_expired(db, 0, now_us, &p, &position));
    if (!p.id) goto out;
    TRY(service_expire_tx(db, &p, &position, now_us));
    *any = true;
out:
    return rc;
}

enum err service_expire_next(struct db *db, bool *out_any)
{
    return db_tx_run(db, "expire", sweep_tx, out_any);
}
