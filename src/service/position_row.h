/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position_row.h
 * The columns of position_csv.h's rows, and a position made of the rows that tell of it. Only
 * position_csv.c includes it. It must not know of files. */
#ifndef SERVICE_POSITION_ROW_H
#define SERVICE_POSITION_ROW_H

#include "service/position_csv.h"

/* The columns, in the order of the enum; the transfers' repeat for t1_ to t5_. */
enum column {
    COL_CREDITOR,
    COL_OWN_ID,
    COL_DEBT_TYPE,
    COL_DEBTOR_KIND,
    COL_DEBTOR_CODE,
    COL_DEBTOR_NAME,
    COL_DEBTOR_EMAIL,
    COL_DESCRIPTION,
    COL_OPTION,
    COL_INSTALMENT,
    COL_AMOUNT,
    COL_DUE_DATE,
    COL_NOTICE_NUMBER,
    COL_METADATA,
    COL_INSTALMENT_METADATA,
    COL_TRANSFERS /* T_COUNT columns each from here */
};
enum transfer_column {
    T_CREDITOR,
    T_IBAN,
    T_AMOUNT,
    T_TAXONOMY,
    T_REASON,
    T_STAMP_HASH,
    T_STAMP_TYPE,
    T_STAMP_PROVINCE,
    T_METADATA,
    T_COUNT
};
enum { COL_COUNT = COL_TRANSFERS + T_COUNT * DEBT_TRANSFERS_MAX };

struct position_column {
    const char *name, *path; /* path: the field's name in a refusal */
    bool required;
};
extern const struct position_column position_columns[COL_TRANSFERS];

struct position_row {
    struct position_row *next;
    long line;
    size_t too_many;               /* fields, when they are more than the header's; else 0 */
    const char *values[COL_COUNT]; /* "" where there is no such column */
    /* As a position holds them, NULL: none. */
    const char *metadata, *instalment_metadata, *transfer_metadata[DEBT_TRANSFERS_MAX];
};
struct position_rows {
    struct position_row *first;
    int n;
    long broken; /* a broken record right before, among or right after them: its line; 0: none */
};

/** The column of that name; -1: there is none. */
int position_column_find(const char *name);
/** A refusal of a row's value, for item. @return false */
bool position_row_refuse(struct position_csv_item *item, const struct position_row *row,
                         const char *field, const char *value, const char *expected);
/** Make the position of item's rows. @param p  empty, with room for their instalments
 * @return false: a value does not fit, and item says so */
bool position_rows_make(struct position_csv_item *item, struct debt_position *p);

#endif
