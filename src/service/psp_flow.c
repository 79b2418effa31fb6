/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/psp_flow.h"

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "domain/amount.h"
#include "domain/calendar.h"
#include "service/check.h"
#include "service/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH_LINES = 800, BATCH_PARTS = 16, RIVALS_MAX = 3 };

struct receiving {
    struct env *env;
    const struct psp_flow_call *call;
    const struct check_facts *facts;
    struct psp_flow_head head;
    struct db_psp_flow flow;
    enum outcome outcome;
    /* what waits to be written */
    struct db_psp_flow_line lines[BATCH_LINES];
    struct db_psp_flow_part parts[BATCH_PARTS];
    char bytes[BATCH_PARTS][PSP_FLOW_PART];
    size_t n_lines, n_parts;
    int first_part;
};

/* ---- what it says [W5] ---- */

/* YYYY-MM-DD, the PSP's code, a hyphen, a progressive. */
static bool id_ok(const char *id, const char *psp)
{
    size_t len = strlen(id), psp_len = strlen(psp);
    char day[11] = "";
    int32_t number;

    if (len > 35 || len < 10 + psp_len + 2) return false;
    memcpy(day, id, 10);
    if (calendar_date_parse(day, &number) != ERR_NONE) {
        err_clear();
        return false;
    }
    return !memcmp(id + 10, psp, psp_len) && id[10 + psp_len] == '-' &&
           strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

/* A PSP names itself by its code here, or by what the registry knows it by: a fiscal or VAT code,
 * its ABI, its BIC. */
static bool sender_ok(const struct registry_psp *psp, const struct psp_flow_head *h)
{
    const char *const names[][3] = {{"GAB", psp->code, ""},
                                    {"G", psp->fiscal_code, psp->vat},
                                    {"A", psp->abi, ""},
                                    {"B", psp->bic, ""}};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strchr(names[i][0], *h->sender_kind) &&
            (!strcmp(h->sender, names[i][1]) || !strcmp(h->sender, names[i][2])))
            return true;
    return false;
}

/* A receiver that is another Ente of ours is another's flow. */
static bool receiver_ok(const struct receiving *r)
{
    return !strcmp(r->head.receiver, r->facts->creditor->code) ||
           !registry_creditor_find(r->env->registry, r->head.receiver);
}

static bool totals_ok(const struct psp_flow_head *h)
{
    char *end;
    int64_t cents, count = strtoll(h->said_count, &end, 10);

    if (amount_parse(h->said_total, &cents) != ERR_NONE) {
        err_clear();
        return false;
    }
    return *h->said_count && !*end && count == h->count && cents == h->total_cents;
}

static enum outcome head_check(const struct receiving *r)
{
    const struct psp_flow_head *h = &r->head;
    const struct psp_flow_call *c = r->call;
    int64_t time_us;
    bool time_ok = calendar_xml_time_parse(c->time, &time_us) == ERR_NONE && time_us == h->time_us;

    err_clear();
    if (!id_ok(c->flow_id, c->who.psp)) return OUTCOME_FLUSSO_ID;
    if (strcmp(c->flow_id, h->id) != 0 || !time_ok || !sender_ok(r->facts->psp, h) ||
        !receiver_ok(r))
        return OUTCOME_FLUSSO_DIVERSO;
    return totals_ok(h) ? OUTCOME_OK : OUTCOME_FLUSSO_TOTALI;
}

/* May this one follow the LIVE one? [W5] */
static enum outcome revision_check(const struct db_psp_flow *live, const struct db_psp_flow *f)
{
    if (live->id == 0 || live->id == f->id) return OUTCOME_OK;
    if (strcmp(live->creditor, f->creditor) != 0 || f->time_us <= live->time_us)
        return OUTCOME_FLUSSO_REVISIONE;
    return OUTCOME_OK;
}

static void flow_fill(struct receiving *r)
{
    struct db_psp_flow *f = &r->flow;
    const struct psp_flow_head *h = &r->head;

    f->id = clock_id_new();
    snprintf(f->psp, sizeof f->psp, "%s", r->facts->psp->code);
    snprintf(f->channel, sizeof f->channel, "%s", r->facts->channel->code);
    snprintf(f->creditor, sizeof f->creditor, "%s", r->facts->creditor->code);
    snprintf(f->flow_id, sizeof f->flow_id, "%.35s", h->id);
    snprintf(f->time, sizeof f->time, "%s", h->time);
    f->time_us = h->time_us;
    f->year = calendar_date_of(calendar_rome_day_number(h->time_us)).year;
    snprintf(f->reference, sizeof f->reference, "%s", h->reference);
    snprintf(f->settled_on, sizeof f->settled_on, "%s", h->settled_on);
    f->count = h->count;
    f->total_cents = h->total_cents;
    f->size = h->size;
    memcpy(f->sha256, h->sha256.bytes, sizeof f->sha256);
}

/* Read whole before a row is written: what is wrong costs the database nothing. */
static enum err document_check(struct receiving *r)
{
    enum err rc;
    const struct psp_flow_reader reader = {
        .pour = r->call->pour, .pour_cls = r->call->pour_cls, .schema = r->call->schema};
    struct db_psp_flow live;

    rc = psp_flow_read(&reader, &r->head);
    if (err_class(rc) == ERR_CLASS_CALLER) {
        log_err("psp_flow.document", rc);
        err_clear();
        r->outcome = OUTCOME_SINTASSI_XSD;
        return ERR_NONE;
    }
    TRY(rc);
    r->outcome = head_check(r);
    if (r->outcome != OUTCOME_OK) goto out;
    flow_fill(r);
    TRY(db_psp_flow_live(r->env->db, &r->flow, &live));
    r->outcome = revision_check(&live, &r->flow);
out:
    return rc;
}

/* ---- keeping it: nobody sees it before it is LIVE ---- */

static enum err add_tx(struct db *db, void *cls)
{
    enum err rc;
    struct receiving *r = cls;

    TRY(db_now(db, &r->flow.received_us));
    TRY(db_psp_flow_add(db, &r->flow));
out:
    return rc;
}

static enum err fill_tx(struct db *db, void *cls)
{
    struct receiving *r = cls;

    return db_psp_flow_fill(db, r->flow.id, r->lines, r->n_lines, r->parts, r->n_parts,
                            r->first_part);
}

static enum err batch_write(struct receiving *r)
{
    enum err rc;

    TRY(db_tx_run(r->env->db, "psp_flow.fill", fill_tx, r));
    r->first_part += (int)r->n_parts;
    r->n_lines = r->n_parts = 0;
    CRASHPOINT("P1.filled");
out:
    return rc;
}

static enum err on_line(void *cls, const struct db_psp_flow_line *line)
{
    struct receiving *r = cls;
    enum err rc = ERR_NONE;

    if (r->n_lines == BATCH_LINES) TRY(batch_write(r));
    r->lines[r->n_lines++] = *line;
out:
    return rc;
}

static enum err on_part(void *cls, const char *bytes, size_t len)
{
    struct receiving *r = cls;
    enum err rc = ERR_NONE;

    if (r->n_parts == BATCH_PARTS) TRY(batch_write(r));
    memcpy(r->bytes[r->n_parts], bytes, len);
    r->parts[r->n_parts] = (struct db_psp_flow_part){r->bytes[r->n_parts], len};
    r->n_parts++;
out:
    return rc;
}

static enum err store(struct receiving *r)
{
    enum err rc;
    struct psp_flow_head again;
    const struct psp_flow_reader reader = {.pour = r->call->pour,
                                           .pour_cls = r->call->pour_cls,
                                           .line = on_line,
                                           .part = on_part,
                                           .cls = r};

    TRY(db_tx_run(r->env->db, "psp_flow.add", add_tx, r));
    TRY(psp_flow_read(&reader, &again));
    TRY(batch_write(r));
    if (!crypto_hash_equal(&again.sha256, &r->head.sha256)) rc = BUG("a flow read twice differs");
out:
    return rc;
}

/* The answer, and its line in the journal. */
static enum err answer_write(const struct receiving *r, struct db_journal_row *out_line)
{
    enum err rc;

    buf_reset(r->call->answer); /* forget the last try */
    TRY(r->call->write(r->outcome, r->call->answer));
    service_journal_psp(out_line, &r->call->who, r->outcome, r->call->answer);
    out_line->object_id = r->flow.id;
    if (r->outcome == OUTCOME_OK)
        snprintf(out_line->detail, sizeof out_line->detail, "%s", r->flow.flow_id);
out:
    return rc;
}

/* All of it becomes visible at once, and the former revision stops being so. */
static enum err decide_tx(struct db *db, void *cls)
{
    enum err rc;
    struct receiving *r = cls;
    struct db_psp_flow live;
    struct db_journal_row line;

    TRY(db_psp_flow_live(db, &r->flow, &live));
    r->outcome = revision_check(&live, &r->flow);
    r->flow.replaces = live.id;
    if (r->outcome != OUTCOME_OK) {
        TRY(db_psp_flow_set_refused(db, &r->flow));
    } else {
        if (live.id) TRY(db_psp_flow_set_replaced(db, &live));
        TRY(db_psp_flow_set_live(db, &r->flow));
    }
    TRY(answer_write(r, &line));
    TRY(db_journal_add(db, &line, 1));
out:
    return rc;
}

/* Of two that come at once the second meets the first one's key, and looks again. */
static enum err decide(struct receiving *r)
{
    enum err rc = ERR_NONE;

    for (int i = 0; i < RIVALS_MAX; i++) {
        rc = db_tx_run(r->env->db, "psp_flow.decide", decide_tx, r);
        if (rc != ERR_DB_DUPLICATE) break;
        err_clear();
    }
    return rc;
}

/* Nothing was changed. */
static enum err refuse(struct receiving *r)
{
    enum err rc;
    struct db_journal_row line;

    r->flow.id = 0;
    TRY(answer_write(r, &line));
    TRY(service_journal_note(r->env->db, &line));
out:
    return rc;
}

enum err service_psp_flow_receive(struct env *env, const struct psp_flow_call *call,
                                  enum outcome *out_outcome)
{
    enum err rc = ERR_NONE;
    struct check_facts facts;
    struct receiving *r = calloc(1, sizeof *r);

    if (!r) return err_set(ERR_MEMORY, "flow");
    service_check_prepare(&call->who, env->registry, &facts);
    r->env = env;
    r->call = call;
    r->facts = &facts;
    r->outcome = service_check_run(CHECK_REGISTRY, &facts);
    if (r->outcome == OUTCOME_OK) TRY(document_check(r));
    if (r->outcome == OUTCOME_OK) {
        TRY(store(r));
        TRY(decide(r));
        CRASHPOINT("P2.post");
    } else {
        TRY(refuse(r));
    }
    *out_outcome = r->outcome;
out:
    free(r);
    return rc;
}
