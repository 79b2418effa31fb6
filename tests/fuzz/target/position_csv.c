/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of positions as CSV: each line ends in a position or a refusal that names it, and what is
 * read is what stood there. An input that begins with a line end gets a header with all columns. */
#include "fuzz.h"

#include "domain/amount.h"
#include "service/position_csv.h"
#include "service/position_metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HEADER[] =
    "creditor,own_id,debt_type,debtor_kind,debtor_code,debtor_name,debtor_email,description,option,"
    "instalment,amount,due_date,notice_number,"
    "t1_creditor,t1_iban,t1_amount,t1_taxonomy,t1_reason,"
    "t2_creditor,t2_iban,t2_amount,t2_taxonomy,t2_reason,"
    "metadata,instalment_metadata,t1_stamp_hash,t1_stamp_type,t1_stamp_province,t1_metadata";

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

/* A value as it is written for other programs is the value again, without its quotes and the
 * apostrophe before a formula [X70]. */
static void check_written(const char *value)
{
    struct buf out = BUF_INIT(CSV_RECORD_MAX * 2 + 4);
    const char *at;
    bool quoted;

    ALWAYS(csv_field(&out, value, false) == ERR_NONE && out.bytes[out.len - 1] == ',');
    at = buf_str(&out);
    quoted = *at == '"';
    ALWAYS(quoted == (strpbrk(value, ",\"\r\n") != NULL));
    at += quoted;
    if (csv_formula(value)) ALWAYS(*at++ == '\'');
    for (; *value; value++, at++) {
        ALWAYS(*at == *value && (*at != '"' || *++at == '"'));
    }
    ALWAYS(!quoted || *at == '"');
    buf_free(&out);
}

/* The paths that a refusal may have. */
static void places(const struct position_csv_item *item, long lines)
{
    static const char *const paths[] = {"",
                                        "ownId",
                                        "debtor/name",
                                        "metadata",
                                        "option[1]/instalment[1]/metadata",
                                        "debtor/address/city",
                                        "option[1]/kind",
                                        "option[2]/instalment[2]/amount",
                                        "option[1]/instalment[1]/transfer[5]/iban",
                                        "option[9]/instalment[99]/dueDate",
                                        "option[1]/instalment[1]/transfer[6]/iban"};

    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct position_place place;

        position_csv_place(item, paths[i], &place);
        ALWAYS(place.line > 1 && place.line <= lines && place.value);
        check_written(place.value);
    }
}

/* The value at a path of an instalment, as it stood in the file. */
static const char *value(const struct position_csv_item *item, int option, int instalment,
                         const char *field)
{
    static struct position_place place;
    char path[64];

    snprintf(path, sizeof path, "option[%d]/instalment[%d]/%s", option, instalment, field);
    position_csv_place(item, path, &place);
    return place.value;
}

/* Whatever stood there, it is judged; what may be stored is entries that each end. */
static void check_metadata(const char *metadata)
{
    const char *wrong = metadata ? position_metadata_wrong("", metadata) : NULL;

    err_clear();
    if (!metadata) return;
    ALWAYS(*metadata && metadata[strlen(metadata) - 1] == '\n');
    if (!wrong) ALWAYS(position_metadata_wrong(metadata, metadata) != NULL); /* each key twice */
    err_clear();
}

static void check_instalment(const struct position_csv_item *item, int option, int instalment,
                             const struct debt_instalment *i)
{
    const char *number = value(item, option, instalment, "number");
    char text[24];
    int64_t cents;

    snprintf(text, sizeof text, "%d", i->number);
    while (*number == '0' && number[1])
        number++;
    ALWAYS(strcmp(*number ? number : "1", text) == 0);
    ALWAYS(amount_parse(value(item, option, instalment, "amount"), &cents) == ERR_NONE);
    ALWAYS(cents == i->amount_cents && i->n_transfers <= DEBT_TRANSFERS_MAX);
    check_metadata(i->metadata);
    for (int t = 0; t < i->n_transfers; t++)
        check_metadata(i->transfers[t].metadata);
    ALWAYS(strcmp(i->due_date, value(item, option, instalment, "dueDate")) == 0);
    ALWAYS(strcmp(i->notice_number, value(item, option, instalment, "noticeNumber")) == 0);
}

static void check_taken(const struct position_csv_item *item)
{
    const struct debt_position *p = item->position;
    int n = 0;

    ALWAYS(p->n_options > 0 && p->n_options <= DEBT_OPTIONS_MAX);
    for (int o = 0; o < p->n_options; o++) {
        ALWAYS(p->options[o].first == n);
        for (int i = 0; i < p->options[o].n_instalments; i++)
            check_instalment(item, o + 1, i + 1, &p->instalments[n++]);
    }
    ALWAYS(n == p->n_instalments);
}

static void read_all(struct position_csv *reader, struct arena *arena, long lines)
{
    struct position_csv_item item;
    bool more = true;
    long items = 0;

    while (more && position_csv_next(reader, arena, &item, &more) == ERR_NONE && more) {
        ALWAYS(items++ <= lines);
        if (*item.refusal.code)
            ALWAYS(item.place.line > 1 && item.place.line <= lines && *item.refusal.expected);
        else
            check_taken(&item);
        if (item.position) places(&item, lines);
        arena_reset(arena);
    }
}

/* The file that an input stands for. */
static void whole_file(const uint8_t *bytes, size_t len, struct buf *out)
{
    if (len > 0 && bytes[0] == '\n') ALWAYS(buf_text(out, HEADER) == ERR_NONE);
    ALWAYS(buf_add(out, bytes, len) == ERR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct buf file = BUF_INIT((size_t)2 << 20);
    struct arena arena = ARENA_INIT((size_t)48 << 20);
    struct position_csv *reader = NULL;
    long lines = 1;
    enum err rc;

    whole_file(bytes, len, &file);
    for (size_t i = 0; i < file.len; i++)
        lines += file.bytes[i] == '\n';
    rc = position_csv_open(fuzz_file(buf_str(&file), file.len), &reader);
    ALWAYS(rc == ERR_NONE || rc == ERR_DATA);
    if (rc == ERR_NONE) read_all(reader, &arena, lines);
    ALWAYS(err_bug_count() == 0);
    err_clear();
    position_csv_close(&reader);
    arena_free(&arena);
    buf_free(&file);
    return 0;
}
