/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_change.h"

#include "db/journal.h"
#include "db/position.h"
#include "service/expire.h"
#include "service/position_check.h"
#include "service/position_content.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Positions in one transaction: each may write a row an instalment, and as many transfers [R13]. */
enum { TOGETHER = 100, STORED_MAX = 16 * 1024 * 1024 };

/* What a transaction works on; fine: what could be said before it is no refusal. */
struct changing {
    const struct scope *scope;
    struct position_submission *updates;
    struct position_withdrawal *withdrawals;
    bool fine[TOGETHER], dry_run;
    size_t n;
    struct arena arena;
};

__attribute__((format(printf, 4, 5))) static enum position_result
refuse(struct position_refusal *out, const char *code, const char *expected, const char *field, ...)
{
    va_list args;

    out->code = code;
    snprintf(out->expected, sizeof out->expected, "%s", expected);
    va_start(args, field);
    vsnprintf(out->field, sizeof out->field, field, args);
    va_end(args);
    return POSITION_REFUSED;
}

/* As it stands now, with who is paying; id 0: there is none that the caller may know of. A token
 * that ended holds nobody up. */
static enum err stored_read(struct db *db, struct changing *c, const char *creditor,
                            const char *own_id, const char *notice_number,
                            struct debt_position *out)
{
    enum err rc = ERR_NONE;
    unsigned char hash[32];
    int64_t id = 0, now_us;
    bool any;

    arena_reset(&c->arena);
    out->id = 0;
    if (!scope_allows(c->scope, creditor)) goto out;
    if (own_id && *own_id)
        TRY(db_position_find(db, creditor, own_id, &id, hash));
    else
        TRY(db_position_find_notice(db, creditor, notice_number, &id));
    if (!id) goto out;
    TRY(db_now(db, &now_us));
    if (!c->dry_run) TRY(service_expire_position_tx(db, id, now_us, &any));
    TRY(db_position_get(db, &c->arena, creditor, id, out));
    if (out->live_count) TRY(db_position_live(db, out));
out:
    return rc;
}

static void line_set(struct db_journal_row *row, const struct changing *c, const char *event,
                     const struct debt_position *p)
{
    db_journal_set(row, c->scope->actor, event, p->creditor, p->instalments[0].notice_number, "OK");
    row->object_id = p->id;
}

/* ---- update ---- */

static bool same_shape(const struct debt_position *a, const struct debt_position *b)
{
    if (a->n_options != b->n_options || a->n_instalments != b->n_instalments) return false;
    for (int o = 0; o < a->n_options; o++)
        if (strcmp(a->options[o].kind, b->options[o].kind) != 0 ||
            a->options[o].n_instalments != b->options[o].n_instalments)
            return false;
    return true;
}

/* Nobody may be asked for anything else than what they are paying, or paid. */
static enum position_result instalments_decide(const struct debt_position *stored,
                                               const struct debt_position *sent,
                                               struct position_refusal *out)
{
    for (int o = 0; o < sent->n_options; o++)
        for (int k = 0; k < sent->options[o].n_instalments; k++) {
            const struct debt_instalment *i = &stored->instalments[sent->options[o].first + k];
            const char *field =
                position_instalment_differs(i, &sent->instalments[sent->options[o].first + k]);

            if (!field) continue;
            if (!strcmp(field, "noticeNumber"))
                return refuse(out, "NOTICE_CHANGED", "the notice number that it has, or none",
                              "option[%d]/instalment[%d]/%s", o + 1, k + 1, field);
            if (i->live)
                return refuse(out, "PAYMENT_LIVE", "what it was: somebody is paying it just now",
                              "option[%d]/instalment[%d]/%s", o + 1, k + 1, field);
            if (i->state != POSITION_OPEN)
                return refuse(out, "INSTALMENT_PAID", "what it was: it is paid",
                              "option[%d]/instalment[%d]/%s", o + 1, k + 1, field);
        }
    return POSITION_CHANGED;
}

static enum position_result update_decide(const struct debt_position *stored,
                                          const struct position_submission *s,
                                          struct position_refusal *out)
{
    const struct debt_position *sent = s->position;
    const char *field;

    if (!stored->id)
        return refuse(out, "POSITION_UNKNOWN", "the own id of a position that was loaded", "ownId");
    if (!memcmp(stored->content_hash, sent->content_hash, sizeof sent->content_hash))
        return POSITION_UNCHANGED;
    if (s->version >= 0 && s->version != stored->ver)
        return refuse(out, "VERSION_OTHER", "the version that the position has now: read it again",
                      "version");
    if (stored->state == POSITION_CANCELLED)
        return refuse(out, "POSITION_CANCELLED", "a position that is not withdrawn", "%s", "");
    if (stored->state != POSITION_OPEN)
        return refuse(out, "POSITION_PAID", "a position that is not paid", "%s", "");
    if (stored->reversed_count) /* receipts of what was reversed tell what it says */
        return refuse(out, "POSITION_REVERSED",
                      "what it was, as a payment of it was reversed: withdraw it, and send another",
                      "%s", "");
    if (!same_shape(stored, sent))
        return refuse(out, "OPTIONS_OTHER",
                      "the options and instalments that it has: withdraw it, and send another",
                      "option");
    field = position_head_differs(stored, sent);
    if (field && stored->live_count)
        return refuse(out, "PAYMENT_LIVE", "what it was: somebody is paying just now", "%s", field);
    if (field && stored->paid_count)
        return refuse(out, "POSITION_PAID", "what it was: an instalment is paid", "%s", field);
    return instalments_decide(stored, sent, out);
}

/* For the journal: which elements. */
__attribute__((format(printf, 2, 3))) static void name_add(char names[201], const char *format, ...)
{
    size_t len = strlen(names);
    va_list args;

    va_start(args, format);
    vsnprintf(names + len, 201 - len, format, args);
    va_end(args);
}

static enum err update_write(struct db *db, const struct changing *c,
                             const struct debt_position *stored, const struct debt_position *sent)
{
    enum err rc;
    char names[201] = "";
    struct db_journal_row row;
    const char *field = position_head_differs(stored, sent);

    if (field) name_add(names, "%s ", field);
    TRY(db_position_update(db, stored, sent));
    for (int o = 0; o < sent->n_options; o++) {
        const struct debt_option *option = &sent->options[o];

        if (option->amount_cents != stored->options[o].amount_cents)
            TRY(db_option_update(db, &stored->options[o], option->amount_cents));
        for (int k = 0; k < option->n_instalments; k++) {
            const struct debt_instalment *now = &stored->instalments[option->first + k];
            const struct debt_instalment *next = &sent->instalments[option->first + k];

            field = position_instalment_differs(now, next);
            if (!field) continue;
            TRY(db_instalment_update(db, now, next));
            name_add(names, "option[%d]/instalment[%d]/%s ", o + 1, k + 1, field);
        }
    }
    line_set(&row, c, "position.updated", stored);
    memcpy(row.detail, names, sizeof row.detail);
    TRY(position_claim(stored, sent, row.request_hash));
    TRY(db_journal_add(db, &row, 1));
out:
    return rc;
}

static enum err update_tx(struct db *db, void *cls)
{
    enum err rc = ERR_NONE;
    struct changing *c = cls;
    struct debt_position stored;

    for (size_t i = 0; i < c->n; i++) {
        struct position_submission *s = &c->updates[i];

        if (!c->fine[i]) continue;
        memset(&s->refusal, 0, sizeof s->refusal);
        s->refusal.code = "";
        TRY(stored_read(db, c, s->position->creditor, s->position->own_id, NULL, &stored));
        s->result = update_decide(&stored, s, &s->refusal);
        s->version_now = stored.id ? stored.ver : -1;
        if (s->result != POSITION_CHANGED) continue;
        s->version_now++;
        if (!c->dry_run) TRY(update_write(db, c, &stored, s->position));
    }
out:
    return rc;
}

enum err service_position_update(struct env *env, const struct scope *scope,
                                 struct position_submission *list, size_t n, bool dry_run)
{
    enum err rc = ERR_NONE;
    struct changing c = {.scope = scope, .dry_run = dry_run, .arena = ARENA_INIT(STORED_MAX)};

    for (size_t done = 0; done < n; done += c.n) {
        c.updates = list + done;
        c.n = n - done < TOGETHER ? n - done : TOGETHER;
        for (size_t i = 0; i < c.n; i++) {
            struct position_submission *s = &c.updates[i];

            s->version_now = -1;
            TRY(position_hash(s->position));
            c.fine[i] = position_check(env->registry, scope, s->position, &s->refusal);
            if (!c.fine[i]) s->result = POSITION_REFUSED;
        }
        TRY(db_tx_run(env->db, "position.update", update_tx, &c));
    }
out:
    arena_free(&c.arena);
    return rc;
}

/* ---- withdraw ---- */

static bool has_notice(const struct debt_position *p, const char *notice_number)
{
    for (int i = 0; i < p->n_instalments; i++)
        if (!strcmp(p->instalments[i].notice_number, notice_number)) return true;
    return false;
}

/* Who names one position by its own id and another by a notice made a mistake: neither is
 * withdrawn. */
static enum position_result cancel_decide(const struct debt_position *stored,
                                          const struct position_withdrawal *w,
                                          struct position_refusal *out)
{
    if (!stored->id)
        return refuse(out, "POSITION_UNKNOWN", "a position of an Ente that you may speak for", "%s",
                      "");
    if (w->notice_number && *w->notice_number && !has_notice(stored, w->notice_number))
        return refuse(out, "NOTICE_OTHER", "a notice of the position of that own id, or none",
                      "noticeNumber");
    if (stored->state == POSITION_CANCELLED) return POSITION_UNCHANGED;
    if (stored->live_count)
        return refuse(out, "PAYMENT_LIVE", "a position that nobody is paying just now", "%s", "");
    if (stored->state != POSITION_OPEN || stored->paid_count)
        return refuse(out, "POSITION_PAID", "a position on which nothing was paid", "%s", "");
    return POSITION_CHANGED;
}

static enum err cancel_tx(struct db *db, void *cls)
{
    enum err rc = ERR_NONE;
    struct changing *c = cls;
    struct debt_position stored;
    struct db_journal_row row;

    for (size_t i = 0; i < c->n; i++) {
        struct position_withdrawal *w = &c->withdrawals[i];

        memset(&w->refusal, 0, sizeof w->refusal);
        w->refusal.code = "";
        TRY(stored_read(db, c, w->creditor, w->own_id, w->notice_number, &stored));
        w->result = cancel_decide(&stored, w, &w->refusal);
        if (w->result != POSITION_CHANGED || c->dry_run) continue;
        TRY(db_position_cancel(db, &stored));
        line_set(&row, c, "position.cancelled", &stored);
        TRY(db_journal_add(db, &row, 1));
    }
out:
    return rc;
}

enum err service_position_cancel(struct env *env, const struct scope *scope,
                                 struct position_withdrawal *list, size_t n, bool dry_run)
{
    enum err rc = ERR_NONE;
    struct changing c = {.scope = scope, .dry_run = dry_run, .arena = ARENA_INIT(STORED_MAX)};

    for (size_t done = 0; done < n; done += c.n) {
        c.withdrawals = list + done;
        c.n = n - done < TOGETHER ? n - done : TOGETHER;
        TRY(db_tx_run(env->db, "position.cancel", cancel_tx, &c));
    }
out:
    arena_free(&c.arena);
    return rc;
}
