/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position.h"

#include "base/config.h"
#include "base/progress.h"
#include "cli/input.h"
#include "cli/operator.h"
#include "db/position.h"
#include "domain/amount.h"
#include "service/position_change.h"
#include "service/position_load.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { POSITION_MEMORY = 16 * 1024 * 1024, TEXT_MAX = 4 * 1024 * 1024 };

/* ---- load ---- */

struct loading {
    struct progress progress;
};

static bool load_progress(void *cls, const struct position_load *load)
{
    struct loading *l = cls;

    progress_read(&l->progress, load->read_bytes, load->size_bytes);
    progress_step(&l->progress, load->taken + load->unchanged + load->refused);
    return cli_stop_asked();
}

static enum err rejects_open(struct cli *cli, const struct cli_input *input, FILE **out)
{
    const char *path = cli->values[CLI_OPTION_REJECTS];

    *out = NULL;
    if (!path) return ERR_NONE;
    if (cli_input_is(input, path)) /* it would be emptied before it is read */
        return err_setf(ERR_USAGE, "--rejects %s: another file than the one that is read", path);
    *out = fopen(path, "wbe");
    return *out ? ERR_NONE : err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
}

static void load_print(struct cli *cli, const struct position_load *load, const char *done)
{
    struct buf text = BUF_INIT(4096);
    struct json j = JSON_INIT(&text);

    if (!cli->json) {
        cli_print(cli, "%s%" PRId64 " %s, %" PRId64 " unchanged, %" PRId64 " refused\n",
                  load->dry_run ? "dry run: " : "", load->taken, done, load->unchanged,
                  load->refused);
        return;
    }
    json_object(&j, NULL);
    json_int(&j, done, load->taken);
    json_int(&j, "unchanged", load->unchanged);
    json_int(&j, "refused", load->refused);
    json_bool(&j, "dry_run", load->dry_run);
    json_end(&j);
    if (json_finish(&j) == ERR_NONE) cli_write(cli, buf_str(&text), text.len);
    buf_free(&text);
}

typedef enum err load_fn(struct env *env, const struct scope *scope, struct position_load *load);

/* A file of positions: what it does with each of them is run's. */
static enum err file_run(struct cli *cli, load_fn *run, bool update, const char *done)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct cli_input input = {.kept = NULL};
    struct loading l;
    char schema[1024];
    struct position_load load = {.schema_path = schema,
                                 .update = update,
                                 .dry_run = cli->dry_run,
                                 .progress = load_progress,
                                 .progress_cls = &l};

    progress_begin(&l.progress, "positions", 0, cli->quiet);
    snprintf(schema, sizeof schema, "%s/wsdl/payer/position.xsd", config_text(CONFIG_HUB_SHARE));
    TRY(cli_input_open(cli->operands[0], &input));
    load.path = input.path;
    TRY(cli_operator_open(cli, &o));
    TRY(rejects_open(cli, &input, &load.rejects));
    (void)cli_stop_catch();
    rc = run(&o.env, &o.scope, &load);
    progress_end(&l.progress);
    if (rc == ERR_NONE || load.taken + load.unchanged + load.refused > 0)
        load_print(cli, &load, done);
    cli->findings = load.refused > 0;
    if (load.stopped)
        cli_say(cli, "stopped: what was counted is in; run the same command again to go on");
    if (load.refused > 0 && !load.rejects)
        cli_say(cli, "run it with --rejects FILE to have line, field, value and reason of each");
out:
    if (load.rejects && fclose(load.rejects) != 0 && rc == ERR_NONE)
        rc = err_set(ERR_IO_WRITE, "report of rejects");
    cli_operator_close(&o);
    cli_input_close(&input);
    return rc;
}

enum err cli_position_load(struct cli *cli)
{
    return file_run(cli, service_position_load, false, "created");
}

enum err cli_position_update(struct cli *cli)
{
    return file_run(cli, service_position_load, true, "updated");
}

enum err cli_position_cancel_file(struct cli *cli)
{
    enum err rc = ERR_NONE;
    char question[300];

    snprintf(question, sizeof question, "Cancel the positions that %.200s names", cli->operands[0]);
    if (!cli->dry_run) TRY(cli_confirm(cli, question));
    TRY(file_run(cli, service_position_cancel_file, false, "cancelled"));
out:
    return rc;
}

/* ---- show ---- */

/* What looks like a notice number may be an Ente's own id all the same. */
static enum err position_of(struct cli_operator *o, struct arena *arena, const char *creditor,
                            const char *what, struct debt_position *out)
{
    bool notice = strlen(what) == 18 && strspn(what, "0123456789") == 18;
    enum err rc =
        service_position_get(&o->env, &o->scope, arena, creditor, notice ? NULL : what, what, out);

    if (rc != ERR_NOT_FOUND || !notice) return rc;
    err_clear();
    return service_position_get(&o->env, &o->scope, arena, creditor, what, what, out);
}

/* Without --creditor every Ente is asked: two may have given the same number to something. */
static enum err position_find(struct cli *cli, struct cli_operator *o, struct arena *arena,
                              struct debt_position *out)
{
    const char *creditor = cli->values[CLI_OPTION_CREDITOR], *what = cli->operands[0];
    struct debt_position found;
    size_t n = 0;
    enum err rc;

    for (size_t i = 0; i < o->registry->n_creditors; i++) {
        const char *code = o->registry->creditors[i].code;

        if (creditor && strcmp(creditor, code) != 0) continue;
        rc = position_of(o, arena, code, what, &found);
        if (rc == ERR_NONE && n++ == 0) *out = found;
        if (rc != ERR_NONE && rc != ERR_NOT_FOUND) return rc;
        err_clear();
    }
    if (n > 1) return err_setf(ERR_USAGE, "%.40s: %zu Enti have one: say --creditor", what, n);
    return n == 1 ? ERR_NONE : err_setf(ERR_NOT_FOUND, "position %.40s", what);
}

struct showing {
    struct cli *cli;
    struct json *json;
    struct db_payment_line line;
    const struct debt_position *position;
    int64_t now_us;
};

static const char *notice_of(const struct showing *s)
{
    for (int i = 0; i < s->position->n_instalments; i++)
        if (s->position->instalments[i].id == s->line.instalment_id)
            return s->position->instalments[i].notice_number;
    return "";
}

/* What the channel said of it, where it did. */
static void payment_facts(const struct showing *s)
{
    const struct db_payment_line *l = &s->line;
    const struct {
        const char *name, *value;
    } facts[] = {{"method", l->method},
                 {"payment_channel", l->payment_channel},
                 {"touch_point", l->touch_point},
                 {"note", l->note}};

    for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
        if (!*facts[i].value) continue;
        if (s->json)
            json_text(s->json, facts[i].name, facts[i].value);
        else
            cli_print(s->cli, "    %s: %s\n", facts[i].name, facts[i].value);
    }
    if (!l->collected_with) return;
    if (s->json)
        json_int(s->json, "collected_with", l->collected_with);
    else if (l->collected_with != l->id)
        cli_print(s->cli, "    fee with payment %" PRId64 "\n", l->collected_with);
}

static enum err payment_row(void *cls)
{
    struct showing *s = cls;
    char from[CLI_TIME_SIZE], to[CLI_TIME_SIZE], end[CLI_TIME_SIZE], amount[AMOUNT_SIZE],
        fee[AMOUNT_SIZE];
    int64_t left_s =
        s->line.expires_us > s->now_us ? (s->line.expires_us - s->now_us + 999999) / 1000000 : 0;

    cli_time(s->cli, s->line.activated_us, from);
    cli_time(s->cli, s->line.expires_us, to);
    cli_time(s->cli, s->line.closed_us, end);
    amount_print(s->line.amount_cents, amount);
    amount_print(s->line.fee_cents, fee);
    if (!s->json) {
        cli_print(s->cli, "  payment %" PRId64 "  %s  notice %s  %s + %s  by %s at %s  from %s",
                  s->line.id, s->line.state, notice_of(s), amount, fee, s->line.psp,
                  s->line.channel, from);
        if (*end)
            cli_print(s->cli, " to %s\n", end);
        else
            cli_print(s->cli, " lives until %s: %" PRId64 " min %02d s still\n", to, left_s / 60,
                      (int)(left_s % 60));
        payment_facts(s);
        return ERR_NONE;
    }
    json_object(s->json, NULL);
    json_int(s->json, "id", s->line.id);
    json_text(s->json, "state", s->line.state);
    json_text(s->json, "notice_number", notice_of(s));
    json_int(s->json, "amount_cents", s->line.amount_cents);
    json_int(s->json, "fee_cents", s->line.fee_cents);
    json_text(s->json, "psp", s->line.psp);
    json_text(s->json, "channel", s->line.channel);
    json_text(s->json, "activated_at", from);
    json_text(s->json, "expires_at", to);
    json_text(s->json, "closed_at", *end ? end : NULL);
    if (!*end) json_int(s->json, "seconds_left", left_s);
    payment_facts(s);
    json_end(s->json);
    return ERR_NONE;
}

static void metadata_show(const struct showing *s, const char *indent, const char *metadata)
{
    const char *end;

    if (s->json) json_text(s->json, "metadata", metadata && *metadata ? metadata : NULL);
    if (s->json || !metadata) return;
    for (; (end = strchr(metadata, '\n')); metadata = end + 1) {
        int key = (int)strcspn(metadata, "\t");

        cli_print(s->cli, "%s%.*s = %.*s\n", indent, key, metadata, (int)(end - metadata) - key - 1,
                  metadata + key + 1);
    }
}

static void transfer_show(const struct showing *s, const struct debt_transfer *t)
{
    char amount[AMOUNT_SIZE];

    amount_print(t->amount_cents, amount);
    if (!s->json) {
        cli_print(s->cli, "    transfer %d  %s  %s%s  %s\n", t->number, t->creditor,
                  *t->stamp.hash ? "stamp of " : t->iban, t->stamp.province, amount);
        metadata_show(s, "      ", t->metadata);
        return;
    }
    json_object(s->json, NULL);
    json_int(s->json, "number", t->number);
    json_text(s->json, "creditor", t->creditor);
    json_text(s->json, "iban", *t->iban ? t->iban : NULL);
    json_text(s->json, "stamp_hash", *t->stamp.hash ? t->stamp.hash : NULL);
    json_text(s->json, "stamp_province", *t->stamp.hash ? t->stamp.province : NULL);
    json_int(s->json, "amount_cents", t->amount_cents);
    metadata_show(s, "", t->metadata);
    json_end(s->json);
}

static void instalment_show(const struct showing *s, const struct debt_option *option,
                            const struct debt_instalment *i)
{
    char amount[AMOUNT_SIZE];

    amount_print(i->amount_cents, amount);
    if (!s->json) {
        cli_print(s->cli, "  %s %d  notice %s  IUV %s  %s  due %s  %s\n", option->kind, i->number,
                  i->notice_number, i->iuv, amount, i->due_date, position_state_name(i->state));
        metadata_show(s, "    ", i->metadata);
        for (int t = 0; t < i->n_transfers; t++)
            transfer_show(s, &i->transfers[t]);
        return;
    }
    json_object(s->json, NULL);
    json_text(s->json, "option", option->kind);
    json_int(s->json, "option_number", option->number);
    json_int(s->json, "number", i->number);
    json_text(s->json, "notice_number", i->notice_number);
    json_text(s->json, "iuv", i->iuv);
    json_int(s->json, "amount_cents", i->amount_cents);
    json_text(s->json, "due_date", i->due_date);
    json_text(s->json, "state", position_state_name(i->state));
    metadata_show(s, "", i->metadata);
    json_array(s->json, "transfers");
    for (int t = 0; t < i->n_transfers; t++)
        transfer_show(s, &i->transfers[t]);
    json_end(s->json);
    json_end(s->json);
}

static void head_show(const struct showing *s)
{
    const struct debt_position *p = s->position;

    if (!s->json) {
        cli_print(s->cli, "position %s of %s  %s  %s  %s\n", p->own_id, p->creditor, p->debt_type,
                  position_state_name(p->state), p->description);
        metadata_show(s, "  ", p->metadata);
        return;
    }
    json_object(s->json, NULL);
    json_int(s->json, "id", p->id);
    json_text(s->json, "creditor", p->creditor);
    json_text(s->json, "own_id", p->own_id);
    json_text(s->json, "debt_type", p->debt_type);
    json_text(s->json, "state", position_state_name(p->state));
    json_text(s->json, "description", p->description);
    metadata_show(s, "", p->metadata);
    json_int(s->json, "live_payments", p->live_count);
    json_int(s->json, "paid_instalments", p->paid_count);
    json_array(s->json, "instalments");
}

enum err cli_position_show(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct arena arena = ARENA_INIT(POSITION_MEMORY);
    struct debt_position p;
    struct buf text = BUF_INIT(TEXT_MAX);
    struct json j = JSON_INIT(&text);
    struct showing s = {.cli = cli, .json = cli->json ? &j : NULL, .position = &p};

    TRY(cli_operator_open(cli, &o));
    TRY(position_find(cli, &o, &arena, &p));
    head_show(&s);
    for (int k = 0; k < p.n_options; k++)
        for (int i = 0; i < p.options[k].n_instalments; i++)
            instalment_show(&s, &p.options[k], &p.instalments[p.options[k].first + i]);
    if (s.json) {
        json_end(&j);
        json_array(&j, "payments");
    }
    TRY(db_now(o.env.db, &s.now_us));
    TRY(db_position_payments(o.env.db, p.creditor, p.id, &s.line, payment_row, &s));
    if (!s.json) goto out;
    json_end(&j);
    json_end(&j);
    TRY(cli_write_json(cli, &j));
out:
    buf_free(&text);
    arena_free(&arena);
    cli_operator_close(&o);
    return rc;
}

/* ---- cancel ---- */

enum err cli_position_cancel(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct arena arena = ARENA_INIT(POSITION_MEMORY);
    struct debt_position p;
    struct position_withdrawal w = {.notice_number = ""};
    char question[300];

    TRY(cli_operator_open(cli, &o));
    TRY(position_find(cli, &o, &arena, &p));
    snprintf(question, sizeof question, "Cancel position %.100s of %s", p.own_id, p.creditor);
    TRY(cli_confirm(cli, question));
    w.creditor = p.creditor;
    w.own_id = p.own_id;
    TRY(service_position_cancel(&o.env, &o.scope, &w, 1, false));
    if (*w.refusal.code) {
        rc = err_setf(ERR_DATA, "%s: expected %s", w.refusal.code, w.refusal.expected);
        goto out;
    }
    cli_print(cli, "position %s of %s is cancelled\n", p.own_id, p.creditor);
out:
    arena_free(&arena);
    cli_operator_close(&o);
    return rc;
}
