/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/multi.h"
#include "db/notice.h"

#include <string.h>

static const struct db_stmt PAYMENT_ADD = {
    "payment_add",
    "INSERT INTO payment (id, instalment_id, creditor, psp, channel, token, amount_cents, settles,"
    " state, activated_at, expires_at, asked_method, touch_point, note, told_by, shares)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    0,
};

/* By the key that it names: where few rows are in a state the optimizer takes the index of states,
 * and locks the gap into which everybody else writes. */
static const struct db_stmt PAYMENT_SET_STATE = {
    "payment_set_state",
    "UPDATE payment FORCE INDEX (PRIMARY)"
    " SET state = ?, ver = ver + 1, closed_at = ?, day = ?, fee_cents = ?,"
    " method = ?, payment_channel = ?, pa_fee_cents = ?, bundle = ?, ci_bundle = ?,"
    " application_date = ?, transfer_date = ?, payer_kind = ?, payer_code = ?, payer_name = ?,"
    " payer_street = ?, payer_civic = ?, payer_postal_code = ?, payer_city = ?,"
    " payer_province = ?, payer_country = ?, payer_email = ?, collected_with = ?"
    " WHERE id = ? AND ver = ? AND state = ?",
    0,
};

static const struct db_stmt STAMP_ADD[DB_MULTI_MAX] = DB_MULTI(
    "payment_stamp_add",
    "INSERT INTO payment_stamp (payment_id, transfer_number, attachment) VALUES ", "(?, ?, ?)");

static const struct db_stmt POSITION_SET_COUNTS = {
    "position_set_counts",
    "UPDATE position SET begun_option = ?, live_count = ?, paid_count = ?, state = ?,"
    " ver = ver + 1 WHERE id = ? AND ver = ?",
    0,
};

static const struct db_stmt INSTALMENT_SET_PAID = {
    "instalment_set_paid",
    "UPDATE instalment SET state = 'PAID', ver = ver + 1 WHERE id = ? AND ver = ?"
    " AND state = 'OPEN'",
    0,
};

static const struct db_stmt KEY_ADD = {
    "key_add",
    "INSERT INTO idempotency (caller, operation, ikey, content_hash, answer, created_at,"
    " valid_until) VALUES (?, ?, ?, ?, ?, ?, ?)",
    0,
};

/* Nobody answers from an outdated key, so nobody else needs the row: it is there or gone. */
static const struct db_stmt KEY_DROP = {
    "key_drop",
    "DELETE FROM idempotency WHERE caller = ? AND operation = ? AND ikey = ?"
    " AND valid_until <= UTC_TIMESTAMP(6)",
    0,
};

static const struct db_stmt KEY_PURGE = {
    "key_purge",
    "DELETE FROM idempotency WHERE valid_until < ? LIMIT ?",
    0,
};

enum err db_payment_add(struct db *db, const struct db_payment *p)
{
    static const unsigned char none[sizeof p->shares];
    bool known = memcmp(p->shares, none, sizeof none) != 0;

    return db_later(db, &PAYMENT_ADD,
                    DB_IN(db_i64(p->id), db_i64(p->instalment_id), db_text(p->creditor),
                          db_text(p->psp), db_text(p->channel), db_text(p->token),
                          db_i64(p->amount_cents), db_text(p->settles),
                          db_text(payment_state_name(p->state)), db_instant(p->activated_us),
                          db_instant(p->expires_us), db_opt(p->asked_method),
                          db_opt(p->touch_point), db_opt(p->note), db_opt(p->told_by),
                          known ? db_bytes(p->shares, sizeof p->shares) : db_null()),
                    DB_ROWS_ANY);
}

enum err db_payment_set_state(struct db *db, const struct db_payment *p, enum payment_state next)
{
    const struct debt_subject *s = &p->payer;

    return db_later(
        db, &PAYMENT_SET_STATE,
        DB_IN(db_text(payment_state_name(next)), db_instant(p->closed_us), db_opt(p->day),
              db_i64(p->fee_cents), db_opt(p->method), db_opt(p->payment_channel),
              db_i64(p->pa_fee_cents), db_opt(p->bundle), db_opt(p->ci_bundle),
              db_opt(p->application_date), db_opt(p->transfer_date), db_opt(s->kind),
              db_opt(s->code), db_opt(s->name), db_opt(s->street), db_opt(s->civic),
              db_opt(s->postal_code), db_opt(s->city), db_opt(s->province), db_opt(s->country),
              db_opt(s->email), p->collected_with ? db_i64(p->collected_with) : db_null(),
              db_i64(p->id), db_i64(p->ver), db_text(payment_state_name(p->state))),
        1);
}

enum err db_payment_add_stamps(struct db *db, const struct db_payment *p)
{
    struct db_value values[3 * DEBT_TRANSFERS_MAX], *v = values;

    for (int t = 1; t <= DEBT_TRANSFERS_MAX; t++) {
        if (!p->stamps[t]) continue;
        *v++ = db_i64(p->id);
        *v++ = db_i64(t);
        *v++ = db_text(p->stamps[t]);
    }
    return db_multi_add(db, STAMP_ADD, values, 3, (size_t)(v - values) / 3);
}

static struct db_value begun(const struct debt_position *p)
{
    return p->begun_option ? db_i64(p->begun_option) : db_null();
}

enum err db_position_set_counts(struct db *db, const struct debt_position *p,
                                enum position_state next)
{
    return db_later(db, &POSITION_SET_COUNTS,
                    DB_IN(begun(p), db_i64(p->live_count), db_i64(p->paid_count),
                          db_text(position_state_name(next)), db_i64(p->id), db_i64(p->ver)),
                    1);
}

enum err db_instalment_set_paid(struct db *db, const struct debt_instalment *i)
{
    return db_later(db, &INSTALMENT_SET_PAID, DB_IN(db_i64(i->id), db_i64(i->ver)), 1);
}

enum err db_key_add(struct db *db, const struct db_key_name *name,
                    const unsigned char content_hash[32], const struct buf *answer, int64_t now_us,
                    int64_t valid_until_us)
{
    return db_later(db, &KEY_ADD,
                    DB_IN(db_text(name->caller), db_text(name->operation), db_text(name->key),
                          db_bytes(content_hash, 32), db_bytes(answer->bytes, answer->len),
                          db_instant(now_us), db_instant(valid_until_us)),
                    DB_ROWS_ANY);
}

enum err db_key_drop(struct db *db, const struct db_key_name *name)
{
    return db_later(db, &KEY_DROP,
                    DB_IN(db_text(name->caller), db_text(name->operation), db_text(name->key)),
                    DB_ROWS_ANY);
}

enum err db_key_purge(struct db *db, int64_t before_us, int limit, int64_t *out_rows)
{
    return db_exec(db, &KEY_PURGE, DB_IN(db_instant(before_us), db_i64(limit)), out_rows);
}
