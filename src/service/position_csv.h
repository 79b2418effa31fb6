/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position_csv.h
 * Positions from CSV: one row an instalment, consecutive rows with equal creditor and own_id make
 * one position. The columns are a table here, and documented in docs/back-office-integrator.md. */
#ifndef SERVICE_POSITION_CSV_H
#define SERVICE_POSITION_CSV_H

#include "base/arena.h"
#include "base/csv.h"
#include "service/position.h"

/** Where a value stood, for the report of rejects. */
struct position_place {
    long line;
    char field[64];
    const char *value; /* as it is in the file; "" when it is not one value */
};

struct position_csv;

/** Reads the header row. @return ERR_NONE | ERR_IO_READ | ERR_DATA naming what is wrong with it. */
MUST_USE enum err position_csv_open(const char *path, struct position_csv **out);
void position_csv_close(struct position_csv **reader);
/** How much of the file is read, and how much there is, in bytes. */
void position_csv_progress(const struct position_csv *reader, int64_t *out_read, int64_t *out_size);

/** What the file says next. */
struct position_csv_item {
    struct debt_position *position;   /* from the arena; NULL: only a refusal */
    struct position_refusal refusal;  /* code "": none yet */
    struct position_place place;      /* of that refusal */
    const struct position_rows *rows; /* to find other places, from the arena */
};
/** The next position, or a broken row. @param out_more  false: the end */
MUST_USE enum err position_csv_next(struct position_csv *reader, struct arena *arena,
                                    struct position_csv_item *out, bool *out_more);
/** Where the value at a refusal's path stands. */
void position_csv_place(const struct position_csv_item *item, const char *path,
                        struct position_place *out);

#endif
