/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file notice.h
 * What the channel's operations read and write: a notice with all that decides about it, in one
 * statement, and a payment with its position, in another. */
#ifndef DB_NOTICE_H
#define DB_NOTICE_H

#include "base/buf.h"
#include "db/db.h"
#include "domain/debt.h"

/** An idempotency key's row, when there is one. */
struct db_key {
    bool found;    /* and still valid */
    bool outdated; /* there, but past its validity: dropped before the key is used anew */
    unsigned char content_hash[32];
    struct buf answer; /* owned by the caller: BUF_INIT before, buf_free after */
};
struct db_key_name {
    const char *caller, *operation, *key; /* key "": none is looked for */
};

/** A notice and what stands around it. instalment.id 0: unknown. */
struct db_notice {
    struct debt_instalment instalment;
    int option_instalments; /* with a payment only */
    int64_t live_payment;   /* the ACTIVE payment on this notice, 0: none */
    int64_t live_expires_us;
    /* Without instalments: state, counts, own id, debt type, office; the debtor with a payment.
     * Its metadata are all that the notice tells: the position's, then the instalment's. */
    struct debt_position position;
    char metadata[DEBT_TRANSFERS_MAX][DEBT_METADATA_SIZE]; /* what the transfers point to */
};

/** Sets the transaction's time. */
MUST_USE enum err db_notice_read(struct db *db, const char *creditor, const char *notice_number,
                                 const struct db_key_name *name, struct db_notice *out,
                                 struct db_key *out_key);

/** For looking only: no key, and of the notice what checks and a verify's answer ask for. No own
 * id, numbers, debt type, versions, metadata; of transfers neither taxonomy, reason nor metadata.
 */
MUST_USE enum err db_notice_look(struct db *db, const char *creditor, const char *notice_number,
                                 struct db_notice *out);

struct db_told;
struct db_payment {
    int64_t id;
    int64_t instalment_id, position_id;
    char creditor[36];
    char notice_number[19];
    char psp[36], channel[36], token[36];
    int64_t amount_cents, fee_cents;
    char settles[5];
    enum payment_state state;
    int ver;
    int64_t activated_us, expires_us, closed_us;
    char day[11];
    char note[DEBT_CHARS(210)], touch_point[36];
    char asked_method[36], method[36]; /* what its activation named, and its outcome */
    char payment_channel[36];
    int64_t pa_fee_cents; /* of the fee, what the Ente bears */
    char bundle[DEBT_CHARS(70)], ci_bundle[DEBT_CHARS(70)];
    char application_date[11], transfer_date[11];
    struct debt_subject payer;
    int64_t collected_with;                     /* 0: its outcome closed it alone */
    const char *stamps[DEBT_TRANSFERS_MAX + 1]; /* by transfer: base64, borrowed; NULL: none came */
    unsigned char shares[8];                    /* service/shares.h; all zero: not known */
    char told_by[36];           /* the node whose receipt brought it; "": activated here */
    const struct db_told *told; /* with told_by, where it was read; borrowed */
};

/** A payment with its notice; payment.id 0: no such token of that PSP. Sets the transaction's time.
 * What only its outcome brought is not read: db/receipt.h. */
MUST_USE enum err db_payment_read(struct db *db, const char *psp, const char *token,
                                  const struct db_key_name *name, struct db_payment *out,
                                  struct db_notice *out_notice, struct db_key *out_key);

/** A new ACTIVE payment; ERR_DB_DUPLICATE at COMMIT: the notice has a live one [R4]. */
MUST_USE enum err db_payment_add(struct db *db, const struct db_payment *p);
/** A payment's state, with what its outcome brought: compare-and-set [R3]. */
MUST_USE enum err db_payment_set_state(struct db *db, const struct db_payment *p,
                                       enum payment_state next);
/** The stamps that came for it; once a payment and transfer. */
MUST_USE enum err db_payment_add_stamps(struct db *db, const struct db_payment *p);
/** The instalment is paid, compare-and-set on its version [R3]. */
MUST_USE enum err db_instalment_set_paid(struct db *db, const struct debt_instalment *i);
/** The position's state and counters, compare-and-set on its version [R5]. */
MUST_USE enum err db_position_set_counts(struct db *db, const struct debt_position *p,
                                         enum position_state next);
/** Store an answer under its key; ERR_DB_DUPLICATE at COMMIT: the key came twice at once. */
MUST_USE enum err db_key_add(struct db *db, const struct db_key_name *name,
                             const unsigned char content_hash[32], const struct buf *answer,
                             int64_t now_us, int64_t valid_until_us);
/** An outdated key of that name goes away, so that it may be used anew. */
MUST_USE enum err db_key_drop(struct db *db, const struct db_key_name *name);

/** Forget at most limit keys whose validity ended before an instant. */
MUST_USE enum err db_key_purge(struct db *db, int64_t before_us, int limit, int64_t *out_rows);

/** A payment ACTIVE past its end, of one position or of all: id 0 when there is none. */
MUST_USE enum err db_payment_find_expired(struct db *db, int64_t position_id, int64_t now_us,
                                          struct db_payment *out,
                                          struct debt_position *out_position);

#endif
