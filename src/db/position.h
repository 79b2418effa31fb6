/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position.h
 * Debt positions with their options, instalments and transfers. Statements on an Ente's rows bind
 * its code [I13]. */
#ifndef DB_POSITION_H
#define DB_POSITION_H

#include "base/arena.h"
#include "db/db.h"
#include "domain/debt.h"

/** Id and content hash of the position with that own id; id 0: none. */
MUST_USE enum err db_position_find(struct db *db, const char *creditor, const char *own_id,
                                   int64_t *out_id, unsigned char out_hash[32]);
/** The position that a notice belongs to; id 0: none. */
MUST_USE enum err db_position_find_notice(struct db *db, const char *creditor,
                                          const char *notice_number, int64_t *out_id);
/** What is looked for, and what is found. */
struct db_position_name {
    const char *text;       /* an own id, or a notice number */
    int64_t id;             /* 0: none */
    unsigned char hash[32]; /* of the content; not for a notice number */
};
/** The same for many of one Ente, a few statements in all. */
MUST_USE enum err db_position_find_many(struct db *db, const char *creditor, bool notices,
                                        struct db_position_name *names, size_t n);
/** All of it; instalments come from the arena. ERR_NOT_FOUND when it is not that creditor's. */
MUST_USE enum err db_position_get(struct db *db, struct arena *arena, const char *creditor,
                                  int64_t id, struct debt_position *out);
/** Insert them whole: ids and numbers are set. ERR_DB_DUPLICATE, now or with the next message: an
 * own id or a notice number is taken. */
MUST_USE enum err db_position_add(struct db *db, const struct debt_position *const *list, size_t n,
                                  const char *actor, int64_t now_us);
/** Mark the instalments that somebody is paying. */
MUST_USE enum err db_position_live(struct db *db, struct debt_position *position);
/** All but options and instalments, of an OPEN one, compare-and-set on its version [R3]: whoever
 * begins to pay meanwhile changes that. */
MUST_USE enum err db_position_update(struct db *db, const struct debt_position *stored,
                                     const struct debt_position *p);
MUST_USE enum err db_option_update(struct db *db, const struct debt_option *stored,
                                   int64_t amount_cents);
/** What an OPEN instalment asks for, its transfers with it; beside db_position_update(). */
MUST_USE enum err db_instalment_update(struct db *db, const struct debt_instalment *stored,
                                       const struct debt_instalment *i);
/** Only an OPEN one without live or paid instalments [R3]; its instalments with it. */
MUST_USE enum err db_position_cancel(struct db *db, const struct debt_position *p);

/** Which positions of an Ente to look at: by key and id, the rest is the caller's to compare. */
struct db_position_range {
    const char *creditor;
    const char *debtor, *state;    /* NULL or "": any; with both the debtor alone is looked for */
    const char *due_from, *due_to; /* days; NULL or "": any */
    int64_t after_id, before_id;   /* neither is among them */
    int limit;
};
/** One line of a list. */
struct db_position_line {
    int64_t id;
    char creditor[36], own_id[DEBT_CHARS(35)], debt_type[36], debtor_code[17],
        description[DEBT_CHARS(140)], state[13];
    int ver;
    int64_t created_us;
    char due_date[11]; /* the first one from due_from to due_to; "": none */
};
/** In order of id; each sees the row in *line. */
MUST_USE enum err db_position_list(struct db *db, const struct db_position_range *range,
                                   struct db_position_line *line, db_each_fn *each, void *cls);

/** One payment of a position, in order, for the operator. */
struct db_payment_line {
    int64_t id, instalment_id, amount_cents, fee_cents;
    char token[36], psp[36], channel[36], state[13];
    char method[36], payment_channel[36], touch_point[36], note[DEBT_CHARS(210)];
    int64_t collected_with; /* 0: its outcome closed it alone */
    int64_t activated_us, expires_us, closed_us;
};
MUST_USE enum err db_position_payments(struct db *db, const char *creditor, int64_t position_id,
                                       struct db_payment_line *line, db_each_fn *each, void *cls);

/** Reserve a block of count numbers for notices; in a transaction of its own. */
MUST_USE enum err db_iuv_reserve(struct db *db, const char *creditor, int aux_digit, int code,
                                 int64_t count, int64_t *out_first);

#endif
