/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/notice.h"

#include "db/told.h"

#include <stddef.h>
#include <string.h>

#define TRANSFER_COLUMNS(t)                                                                        \
    "number, " t "creditor, " t "iban, " t "amount_cents, " t "taxonomy, " t "remittance, " t      \
    "stamp_hash, " t "stamp_type, " t "stamp_province, " t "metadata"
/* One row for a notice: most have one beneficiary, which comes along. */
#define NOTICE_COLUMNS                                                                             \
    "i.id, i.option_id, i.position_id, i.iuv, i.notice_number, i.amount_cents, i.due_date,"        \
    " i.payable_until, i.description, i.state, i.ver, p.creditor, p.own_id, p.debt_type,"          \
    " p.description, p.office, p.state, p.ver, p.begun_option, p.live_count, p.paid_count,"        \
    " CONCAT(COALESCE(p.metadata, ''), COALESCE(i.metadata, '')), t." TRANSFER_COLUMNS("t.")
#define KEY_COLUMNS ", d.content_hash, d.answer, d.valid_until <= UTC_TIMESTAMP(6)"
#define TRANSFER_JOIN " LEFT JOIN transfer t ON t.instalment_id = i.id AND t.number = 1"
#define KEY_JOIN " LEFT JOIN idempotency d ON d.caller = ? AND d.operation = ? AND d.ikey = ?"

static const struct db_stmt NOTICE_READ = {
    "notice_read",
    "SELECT UTC_TIMESTAMP(6), " NOTICE_COLUMNS KEY_COLUMNS " FROM instalment i" KEY_JOIN
    " JOIN position p ON p.id = i.position_id" TRANSFER_JOIN
    " WHERE i.creditor = ? AND i.notice_number = ?",
    DB_NOW,
};

/* Without a key, outside a transaction: what a verify looks at. Nothing is asked more often, and a
 * column costs the server a third of a microsecond. */
static const struct db_stmt NOTICE_LOOK = {
    "notice_look",
    "SELECT UTC_TIMESTAMP(6), i.id, i.option_id, i.amount_cents, i.due_date, i.payable_until,"
    " i.description, i.state, p.description, p.office, p.state, p.begun_option, p.live_count,"
    " p.paid_count, t.number, t.creditor, t.iban, t.amount_cents, t.stamp_hash"
    " FROM instalment i JOIN position p ON p.id = i.position_id" TRANSFER_JOIN
    " WHERE i.creditor = ? AND i.notice_number = ?",
    DB_NOW,
};

/* Most positions have none: their count says so, and the join is saved. */
static const struct db_stmt LIVE_READ = {
    "live_read",
    "SELECT id, expires_at FROM payment WHERE live_instalment = ?",
    0,
};

#define PAYMENT_COLUMNS                                                                            \
    "y.id, y.instalment_id, y.creditor, y.psp, y.channel, y.token, y.amount_cents, y.fee_cents,"   \
    " y.settles, y.state, y.ver, y.activated_at, y.expires_at, y.closed_at, y.note,"               \
    " y.touch_point, y.told_by, y.shares"
#define DEBTOR_COLUMNS                                                                             \
    ", o.instalment_count, p.debtor_kind, p.debtor_code, p.debtor_name, p.debtor_street,"          \
    " p.debtor_civic, p.debtor_postal_code, p.debtor_city, p.debtor_province, p.debtor_country,"   \
    " p.debtor_email, "

static const struct db_stmt PAYMENT_READ = {
    "payment_read",
    "SELECT UTC_TIMESTAMP(6), " NOTICE_COLUMNS DEBTOR_COLUMNS PAYMENT_COLUMNS KEY_COLUMNS
    " FROM payment y" KEY_JOIN " JOIN instalment i ON i.id = y.instalment_id"
    " JOIN payment_option o ON o.id = i.option_id"
    " JOIN position p ON p.id = i.position_id" TRANSFER_JOIN " WHERE y.psp = ? AND y.token = ?",
    DB_NOW,
};

static const struct db_stmt NOTICE_WHOLE = {
    "notice_whole",
    "SELECT UTC_TIMESTAMP(6), " NOTICE_COLUMNS DEBTOR_COLUMNS PAYMENT_COLUMNS
    " FROM instalment i JOIN payment_option o ON o.id = i.option_id"
    " JOIN position p ON p.id = i.position_id LEFT JOIN payment y ON y.token = ?" TRANSFER_JOIN
    " WHERE i.creditor = ? AND i.notice_number = ?",
    DB_NOW,
};

/* Where the first is not all: an instalment's transfers add up to its amount. */
static const struct db_stmt TRANSFERS_READ = {
    "transfers_read",
    "SELECT " TRANSFER_COLUMNS("") " FROM transfer"
                                   " WHERE instalment_id = ? ORDER BY number",
    0,
};

static const struct db_stmt KEY_READ = {
    "key_read",
    "SELECT content_hash, answer, valid_until <= UTC_TIMESTAMP(6) FROM idempotency"
    " WHERE caller = ? AND operation = ? AND ikey = ?",
    0,
};

static const struct db_stmt FIND_EXPIRED = {
    "payment_find_expired",
    "SELECT " PAYMENT_COLUMNS ", p.id, p.ver, p.state, p.begun_option, p.live_count, p.paid_count"
    " FROM payment y JOIN instalment i ON i.id = y.instalment_id"
    " JOIN position p ON p.id = i.position_id"
    " WHERE y.state = 'ACTIVE' AND y.expires_at <= ? LIMIT 1",
    0,
};

static const struct db_stmt FIND_EXPIRED_OF = {
    "payment_find_expired_of",
    "SELECT " PAYMENT_COLUMNS ", p.id, p.ver, p.state, p.begun_option, p.live_count, p.paid_count"
    " FROM position p JOIN instalment i ON i.position_id = p.id"
    " JOIN payment y ON y.live_instalment = i.id"
    " WHERE p.id = ? AND y.expires_at <= ? LIMIT 1",
    0,
};

/* State names as they come from a row. */
struct names {
    char instalment[13], position[13], payment[13];
};

/* What one read is put together from. */
struct reading {
    struct db_notice *notice;
    struct db_key *key;
    struct debt_transfer transfer;
    unsigned char key_hash[32];
    int key_outdated;
    struct names names;
    char metadata[DEBT_METADATA_SIZE]; /* the transfer's */
};

static void reading_begin(struct reading *r, struct db_notice *notice, struct db_key *key)
{
    /* Texts of 17 KiB: the first byte is enough. */
    memset(notice, 0, offsetof(struct db_notice, position.metadata));
    memset(r, 0, offsetof(struct reading, metadata));
    notice->position.metadata[0] = r->metadata[0] = 0;
    r->notice = notice;
    r->key = key;
    if (!key) return;
    key->found = key->outdated = false;
    buf_reset(&key->answer);
}

static void key_take(struct reading *r)
{
    if (!r->key->answer.len) return;
    r->key->outdated = r->key_outdated;
    r->key->found = !r->key_outdated;
    memcpy(r->key->content_hash, r->key_hash, sizeof r->key_hash);
}

static enum err transfer_take(void *cls)
{
    struct reading *r = cls;
    struct debt_instalment *i = &r->notice->instalment;

    char *metadata = r->notice->metadata[i->n_transfers];

    ALWAYS(i->n_transfers < DEBT_TRANSFERS_MAX);
    r->transfer.metadata = *r->metadata ? metadata : NULL;
    if (r->transfer.metadata) memcpy(metadata, r->metadata, strlen(r->metadata) + 1);
    i->transfers[i->n_transfers++] = r->transfer;
    return ERR_NONE;
}

#define TRANSFER_FIELDS(r)                                                                         \
    DB_GET_INT((r).transfer.number), DB_GET_TEXT((r).transfer.creditor),                           \
        DB_GET_TEXT((r).transfer.iban), DB_GET_I64((r).transfer.amount_cents),                     \
        DB_GET_TEXT((r).transfer.taxonomy), DB_GET_TEXT((r).transfer.remittance),                  \
        DB_GET_TEXT((r).transfer.stamp.hash), DB_GET_TEXT((r).transfer.stamp.type),                \
        DB_GET_TEXT((r).transfer.stamp.province), DB_GET_TEXT((r).metadata)

/* After the row, if there was one. */
static enum err reading_end(struct db *db, struct reading *r)
{
    struct debt_instalment *i = &r->notice->instalment;
    enum err rc = ERR_NONE;

    i->state = position_state_parse(r->names.instalment);
    r->notice->position.state = position_state_parse(r->names.position);
    r->notice->position.id = i->position_id;
    if (r->key) key_take(r);
    if (!i->id) return ERR_NONE;
    if (r->transfer.number && r->transfer.amount_cents == i->amount_cents) return transfer_take(r);
    TRY(db_rows(db, &TRANSFERS_READ, DB_IN(db_i64(i->id)), DB_OUT(TRANSFER_FIELDS(*r)),
                transfer_take, r));
out:
    return rc;
}

#define NOTICE_FIELDS(r, i, p)                                                                     \
    DB_GET_I64((i)->id), DB_GET_I64((i)->option_id), DB_GET_I64((i)->position_id),                 \
        DB_GET_TEXT((i)->iuv), DB_GET_TEXT((i)->notice_number), DB_GET_I64((i)->amount_cents),     \
        DB_GET_TEXT((i)->due_date), DB_GET_TEXT((i)->payable_until),                               \
        DB_GET_TEXT((i)->description), DB_GET_TEXT((r).names.instalment), DB_GET_INT((i)->ver),    \
        DB_GET_TEXT((p)->creditor), DB_GET_TEXT((p)->own_id), DB_GET_TEXT((p)->debt_type),         \
        DB_GET_TEXT((p)->description), DB_GET_TEXT((p)->office), DB_GET_TEXT((r).names.position),  \
        DB_GET_INT((p)->ver), DB_GET_I64((p)->begun_option), DB_GET_INT((p)->live_count),          \
        DB_GET_INT((p)->paid_count), DB_GET_TEXT((p)->metadata), TRANSFER_FIELDS(r)
#define LOOK_FIELDS(r, i, p)                                                                       \
    DB_GET_I64((i)->id), DB_GET_I64((i)->option_id), DB_GET_I64((i)->amount_cents),                \
        DB_GET_TEXT((i)->due_date), DB_GET_TEXT((i)->payable_until),                               \
        DB_GET_TEXT((i)->description), DB_GET_TEXT((r).names.instalment),                          \
        DB_GET_TEXT((p)->description), DB_GET_TEXT((p)->office), DB_GET_TEXT((r).names.position),  \
        DB_GET_I64((p)->begun_option), DB_GET_INT((p)->live_count), DB_GET_INT((p)->paid_count),   \
        DB_GET_INT((r).transfer.number), DB_GET_TEXT((r).transfer.creditor),                       \
        DB_GET_TEXT((r).transfer.iban), DB_GET_I64((r).transfer.amount_cents),                     \
        DB_GET_TEXT((r).transfer.stamp.hash)
#define KEY_FIELDS(r)                                                                              \
    DB_GET_BYTES((r).key_hash), DB_GET_BUF((r).key->answer), DB_GET_INT((r).key_outdated)
#define DEBTOR_FIELDS(n, d)                                                                        \
    DB_GET_INT((n)->option_instalments), DB_GET_TEXT((d)->kind), DB_GET_TEXT((d)->code),           \
        DB_GET_TEXT((d)->name), DB_GET_TEXT((d)->street), DB_GET_TEXT((d)->civic),                 \
        DB_GET_TEXT((d)->postal_code), DB_GET_TEXT((d)->city), DB_GET_TEXT((d)->province),         \
        DB_GET_TEXT((d)->country), DB_GET_TEXT((d)->email)

#define PAYMENT_FIELDS(y, state_name)                                                              \
    DB_GET_I64((y)->id), DB_GET_I64((y)->instalment_id), DB_GET_TEXT((y)->creditor),               \
        DB_GET_TEXT((y)->psp), DB_GET_TEXT((y)->channel), DB_GET_TEXT((y)->token),                 \
        DB_GET_I64((y)->amount_cents), DB_GET_I64((y)->fee_cents), DB_GET_TEXT((y)->settles),      \
        DB_GET_TEXT(state_name), DB_GET_INT((y)->ver), DB_GET_INSTANT((y)->activated_us),          \
        DB_GET_INSTANT((y)->expires_us), DB_GET_INSTANT((y)->closed_us), DB_GET_TEXT((y)->note),   \
        DB_GET_TEXT((y)->touch_point), DB_GET_TEXT((y)->told_by), DB_GET_BYTES((y)->shares)

/* Where there is no notice or payment, whose row brings the key along. */
static enum err key_read(struct db *db, const struct db_key_name *name, struct reading *r)
{
    bool found;

    if (!*name->key) return ERR_NONE;
    return db_row_find(db, &KEY_READ,
                       DB_IN(db_text(name->caller), db_text(name->operation), db_text(name->key)),
                       DB_OUT(KEY_FIELDS(*r)), &found);
}

static enum err live_read(struct db *db, struct db_notice *n)
{
    bool found;

    if (n->position.live_count == 0) return ERR_NONE;
    return db_row_find(db, &LIVE_READ, DB_IN(db_i64(n->instalment.id)),
                       DB_OUT(DB_GET_I64(n->live_payment), DB_GET_INSTANT(n->live_expires_us)),
                       &found);
}

enum err db_notice_read(struct db *db, const char *creditor, const char *notice_number,
                        const struct db_key_name *name, struct db_notice *out,
                        struct db_key *out_key)
{
    enum err rc;
    bool found;
    struct reading r;
    struct debt_instalment *i = &out->instalment;
    struct debt_position *p = &out->position;

    reading_begin(&r, out, out_key);
    TRY(db_row_find(db, &NOTICE_READ,
                    DB_IN(db_text(name->caller), db_text(name->operation), db_text(name->key),
                          db_text(creditor), db_text(notice_number)),
                    DB_OUT(NOTICE_FIELDS(r, i, p), KEY_FIELDS(r)), &found));
    if (!found) TRY(key_read(db, name, &r));
    TRY(reading_end(db, &r));
    TRY(live_read(db, out));
out:
    return rc;
}

enum err db_notice_look(struct db *db, const char *creditor, const char *notice_number,
                        struct db_notice *out)
{
    enum err rc;
    bool found;
    struct reading r;
    struct debt_instalment *i = &out->instalment;
    struct debt_position *p = &out->position;

    reading_begin(&r, out, NULL);
    TRY(db_row_find(db, &NOTICE_LOOK, DB_IN(db_text(creditor), db_text(notice_number)),
                    DB_OUT(LOOK_FIELDS(r, i, p)), &found));
    TRY(reading_end(db, &r));
    TRY(live_read(db, out));
out:
    return rc;
}

enum err db_payment_read(struct db *db, const char *psp, const char *token,
                         const struct db_key_name *name, struct db_payment *out,
                         struct db_notice *out_notice, struct db_key *out_key)
{
    enum err rc;
    bool found;
    struct reading r;
    struct debt_instalment *i = &out_notice->instalment;
    struct debt_position *p = &out_notice->position;

    reading_begin(&r, out_notice, out_key);
    memset(out, 0, sizeof *out);
    TRY(db_row_find(db, &PAYMENT_READ,
                    DB_IN(db_text(name->caller), db_text(name->operation), db_text(name->key),
                          db_text(psp), db_text(token)),
                    DB_OUT(NOTICE_FIELDS(r, i, p), DEBTOR_FIELDS(out_notice, &p->debtor),
                           PAYMENT_FIELDS(out, r.names.payment), KEY_FIELDS(r)),
                    &found));
    if (!found) TRY(key_read(db, name, &r));
    TRY(reading_end(db, &r));
    out->state = payment_state_parse(r.names.payment);
    out->position_id = i->position_id;
    memcpy(out->notice_number, i->notice_number, sizeof out->notice_number);
out:
    return rc;
}

enum err db_notice_whole(struct db *db, const char *creditor, const char *notice_number,
                         const char *token, struct db_notice *out, struct db_payment *out_payment)
{
    enum err rc;
    bool found;
    struct reading r;
    struct debt_instalment *i = &out->instalment;
    struct debt_position *p = &out->position;

    reading_begin(&r, out, NULL);
    memset(out_payment, 0, sizeof *out_payment);
    TRY(db_row_find(db, &NOTICE_WHOLE,
                    DB_IN(db_text(token), db_text(creditor), db_text(notice_number)),
                    DB_OUT(NOTICE_FIELDS(r, i, p), DEBTOR_FIELDS(out, &p->debtor),
                           PAYMENT_FIELDS(out_payment, r.names.payment)),
                    &found));
    TRY(reading_end(db, &r));
    TRY(live_read(db, out));
    out_payment->state = payment_state_parse(r.names.payment);
out:
    return rc;
}

enum err db_payment_find_expired(struct db *db, int64_t position_id, int64_t now_us,
                                 struct db_payment *out, struct debt_position *out_position)
{
    enum err rc;
    bool found;
    char state[13] = "", position_state[13] = "";
    const struct db_value by_position[] = {db_i64(position_id), db_instant(now_us)};
    size_t skip = position_id ? 0 : 1;

    memset(out, 0, sizeof *out);
    memset(out_position, 0, sizeof *out_position);
    TRY(db_row_find(
        db, position_id ? &FIND_EXPIRED_OF : &FIND_EXPIRED, by_position + skip, 2 - skip,
        DB_OUT(PAYMENT_FIELDS(out, state), DB_GET_I64(out_position->id),
               DB_GET_INT(out_position->ver), DB_GET_TEXT(position_state),
               DB_GET_I64(out_position->begun_option), DB_GET_INT(out_position->live_count),
               DB_GET_INT(out_position->paid_count)),
        &found));
    if (!found) out->id = 0;
    out->position_id = out_position->id;
    out->state = payment_state_parse(state);
    out_position->state = position_state_parse(position_state);
out:
    return rc;
}
