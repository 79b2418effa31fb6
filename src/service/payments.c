/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/payments.h"

#include "db/receipt.h"
#include "db/told.h"
#include "domain/calendar.h"
#include "service/notify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STAMP_MAX = 64 * 1024 };

/* What a receipt borrows from, in the arena. */
struct facts {
    struct db_payment payment;
    struct db_notice notice;
    struct db_told told;
    char beneficiary[36], dedup_id[24];
    char paid_at[CALENDAR_TIME_SIZE], paid_at_utc[CALENDAR_UTC_SIZE];
    struct db_receipt_reversal reversal;
    char reversed_at_utc[CALENDAR_UTC_SIZE];
};

struct page {
    struct db_receipt_line line, *lines;
    size_t n;
};

static enum err line_keep(void *cls)
{
    struct page *p = cls;

    p->lines[p->n++] = p->line;
    return ERR_NONE;
}

static bool may(const struct scope *scope, const char *beneficiary, struct position_refusal *out)
{
    memset(out, 0, sizeof *out);
    out->code = "";
    return scope_allows(scope, beneficiary) ||
           position_refuse(out, "BENEFICIARY_UNKNOWN", "beneficiary",
                           "an Ente that you may speak for");
}

struct stamps {
    struct db_receipt_stamp row;
    struct arena *arena;
    struct db_payment *payment;
};

static enum err stamp_keep(void *cls)
{
    struct stamps *s = cls;
    const char **to = &s->payment->stamps[s->row.transfer];

    *to = arena_strdup(s->arena, buf_str(&s->row.attachment));
    buf_reset(&s->row.attachment);
    return *to ? ERR_NONE : err_set(ERR_LIMIT, "stamps");
}

static enum err stamps_read(struct env *env, struct arena *arena, struct db_payment *p)
{
    struct stamps s = {.row = {.attachment = BUF_INIT(STAMP_MAX)}, .arena = arena, .payment = p};
    enum err rc = db_receipt_stamps(env->db, p->id, &s.row, stamp_keep, &s);

    buf_free(&s.row.attachment);
    return rc;
}

/* Why is for the Ente of the notice: it may say something of whoever paid. */
static void reversal_tell(struct facts *f, const struct db_receipt_line *line, struct paid *out)
{
    out->reversed_at_utc = out->reversal_reference = out->reversal_reason = NULL;
    if (line->reversal.at_us == 0) return;
    f->reversal = line->reversal;
    calendar_utc_print(f->reversal.at_us, f->reversed_at_utc);
    out->reversed_at_utc = f->reversed_at_utc;
    out->reversal_reference = f->reversal.reference;
    if (!strcmp(f->beneficiary, f->payment.creditor)) out->reversal_reason = f->reversal.reason;
}

/* The payment is final, and its position stays as it is if it is reversed: what is read now is what
 * was told then. */
static enum err paid_read(struct env *env, struct arena *arena, const struct db_receipt_line *line,
                          struct paid *out)
{
    enum err rc;
    struct facts *f = arena_alloc(arena, sizeof *f);
    struct db_key none = {.found = false};
    const struct db_key_name no_key = {"", "", ""};

    if (!f) return err_set(ERR_LIMIT, "payments");
    TRY(db_payment_read(env->db, line->payment.psp, line->payment.token, &no_key, &f->payment,
                        &f->notice, &none));
    if (!f->payment.id) {
        rc = BUG("receipt without payment");
        goto out;
    }
    f->payment.payer = line->payment.payer;
#define KEEP(field) memcpy(f->payment.field, line->payment.field, sizeof f->payment.field)
    KEEP(application_date);
    KEEP(transfer_date);
    KEEP(method);
    KEEP(payment_channel);
#undef KEEP
    snprintf(f->beneficiary, sizeof f->beneficiary, "%s", line->beneficiary);
    snprintf(f->dedup_id, sizeof f->dedup_id, "%" PRId64, line->id);
    if (*f->payment.told_by) {
        TRY(db_told_get(env->db, f->payment.id, &f->told));
        f->payment.told = &f->told;
    }
    calendar_rome_time(service_notify_paid_us(&f->payment), f->paid_at);
    calendar_utc_print(service_notify_paid_us(&f->payment), f->paid_at_utc);
    service_notify_fill(env, &f->payment, &f->notice, &out->receipt);
    if (soap_receipt_has_stamp(&out->receipt)) TRY(stamps_read(env, arena, &f->payment));
    out->receipt.recipient = f->beneficiary;
    out->receipt.dedup_id = f->dedup_id;
    out->receipt.paid_at = f->paid_at;
    out->receipt.paid_at_utc = f->paid_at_utc;
    out->seq = line->seq;
    reversal_tell(f, line, out);
out:
    return rc;
}

enum err service_payments_list(struct env *env, const struct scope *scope, struct arena *arena,
                               const char *beneficiary, int64_t after, int limit,
                               struct paid *out_list, size_t *out_n,
                               struct position_refusal *out_refusal)
{
    enum err rc = ERR_NONE;
    struct page p = {.n = 0};

    *out_n = 0;
    ALWAYS(limit > 0 && limit <= PAYMENTS_PAGE_MAX);
    if (!may(scope, beneficiary, out_refusal)) goto out;
    p.lines = arena_alloc(arena, (size_t)limit * sizeof *p.lines);
    if (!p.lines) return err_set(ERR_LIMIT, "payments");
    TRY(db_receipt_list(env->db, beneficiary, after, limit, &p.line, line_keep, &p));
    for (size_t i = 0; i < p.n; i++)
        TRY(paid_read(env, arena, &p.lines[i], &out_list[i]));
    *out_n = p.n;
out:
    return rc;
}

enum err service_payments_get(struct env *env, const struct scope *scope, struct arena *arena,
                              const char *beneficiary, const char *receipt_id, struct paid *out,
                              struct position_refusal *out_refusal)
{
    enum err rc = ERR_NONE;
    struct db_receipt_line line;

    if (!may(scope, beneficiary, out_refusal)) goto out;
    TRY(db_receipt_find(env->db, beneficiary, receipt_id, &line));
    if (line.id)
        TRY(paid_read(env, arena, &line, out));
    else
        (void)position_refuse(out_refusal, "RECEIPT_UNKNOWN", "receiptId",
                              "the id of a receipt that this Ente has");
out:
    return rc;
}
