/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/flow.h"

#include "cli/operator.h"
#include "cli/page.h"
#include "domain/amount.h"
#include "service/flow_hold.h"
#include "service/period.h"

#include <inttypes.h>
#include <string.h>

enum { TEXT_MAX = 64 * 1024 };

static void flow_print(struct cli *cli, const struct db_flow *f, const char *path)
{
    struct buf text = BUF_INIT(TEXT_MAX);
    struct json j = JSON_INIT(&text);
    char amount[AMOUNT_SIZE], created[CLI_TIME_SIZE], published[CLI_TIME_SIZE];

    amount_print(f->total_cents, amount);
    cli_time(cli, f->created_us, created);
    cli_time(cli, f->published_us, published);
    if (!cli->json) {
        cli_print(cli, "%" PRId64 "  %s #%d  %s  %" PRId64 " records  %s  %s  %s\n", f->id,
                  f->subscription, f->seq, f->format, f->count, amount, f->message_id,
                  path ? path : f->state);
        return;
    }
    json_object(&j, NULL);
    json_int(&j, "id", f->id);
    json_text(&j, "subscription", f->subscription);
    json_int(&j, "seq", f->seq);
    json_text(&j, "format", f->format);
    json_text(&j, "party", f->party);
    json_text(&j, "message_id", f->message_id);
    json_text(&j, "name", f->name);
    json_text(&j, "state", *f->state ? f->state : "PUBLISHED");
    json_int(&j, "count", f->count);
    json_int(&j, "total_cents", f->total_cents);
    json_text(&j, "created_at", created);
    if (*published) json_text(&j, "published_at", published);
    if (path) json_text(&j, "path", path);
    json_end(&j);
    if (json_finish(&j) == ERR_NONE) cli_write(cli, buf_str(&text), text.len);
    buf_free(&text);
}

static void flow_tell(void *cls, const struct db_flow *flow, const char *path)
{
    flow_print(cls, flow, path);
}

enum err cli_flow_release(struct cli *cli)
{
    enum err rc;
    struct db *db;
    char actor[70];

    TRY(cli_confirm(cli,
                    "Is it settled, with banks and Enti, which of the lost time's flows count"));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    cli_actor(actor, sizeof actor);
    TRY(service_flow_release(db, actor));
    cli_say(cli, "flows are made again, by payer work and payer flow run");
out:
    return rc;
}

enum err cli_flow_run(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct service_flow_run run = {.tell = flow_tell, .cls = cli};
    char total[AMOUNT_SIZE];

    if (cli->n_operands) run.subscription = cli->operands[0];
    TRY(cli_operator_open(cli, &o));
    TRY(service_flow_run(&o.env, &run));
    amount_print(run.settled.total_cents, total);
    cli_say(cli,
            "%" PRId64 " settlements of %" PRId64 " transfers, %s; %" PRId64 " flows published",
            run.settled.settlements, run.settled.entries, total, run.flows);
    if (run.settled.held)
        cli_say(cli, "%" PRId64 " accounts wait: their subscription holds reconciled money only",
                run.settled.held);
    if (run.settled.unowned)
        cli_say(cli, "%" PRId64 " accounts have money but no subscription of their bank or Ente",
                run.settled.unowned);
out:
    cli_operator_close(&o);
    return rc;
}

struct listing {
    struct cli *cli;
    struct db_flow row;
    struct cli_page page;
};

static enum err list_row(void *cls)
{
    struct listing *l = cls;

    l->page.n++;
    flow_print(l->cli, &l->row, NULL);
    return ERR_NONE;
}

enum err cli_flow_list(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct listing l = {.cli = cli};

    TRY(cli_page_open(cli, "MADE PUBLISHED", &l.page));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_flow_list(db, cli->n_operands ? cli->operands[0] : "", l.page.state, l.page.after,
                     CLI_PAGE, &l.row, list_row, &l));
    cli_page_end(&l.page, l.row.id, "no flows");
out:
    return rc;
}

struct settlement_listing {
    struct cli *cli;
    struct db_settlement row;
};

static enum err settlement_row(void *cls)
{
    struct settlement_listing *l = cls;
    const struct db_settlement *s = &l->row;
    struct buf text = BUF_INIT(TEXT_MAX);
    struct json j = JSON_INIT(&text);
    char amount[AMOUNT_SIZE], cut_off[CLI_TIME_SIZE];

    amount_print(s->total_cents, amount);
    cli_time(l->cli, s->cut_off_us, cut_off);
    if (!l->cli->json) {
        cli_print(l->cli, "  settlement %s  %s  %s  %" PRId64 " transfers  %s  until %s\n",
                  s->flow_id, s->creditor, s->account, s->count, amount, cut_off);
        return ERR_NONE;
    }
    json_object(&j, NULL);
    json_text(&j, "settlement", s->flow_id);
    json_text(&j, "creditor", s->creditor);
    json_text(&j, "account", s->account);
    json_int(&j, "count", s->count);
    json_int(&j, "total_cents", s->total_cents);
    json_text(&j, "cut_off", cut_off);
    json_end(&j);
    if (json_finish(&j) == ERR_NONE) cli_write(l->cli, buf_str(&text), text.len);
    buf_free(&text);
    return ERR_NONE;
}

enum err cli_flow_show(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct db_flow f;
    struct settlement_listing l = {.cli = cli};
    int64_t id;

    TRY(cli_id(cli->operands[0], "the id of a flow", &id));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_flow_get(db, id, &f));
    flow_print(cli, &f, NULL);
    TRY(db_settlement_of_flow(db, f.id, &l.row, settlement_row, &l));
out:
    return rc;
}

struct verifying {
    struct cli *cli;
    struct db_flow row;
    char target[2001];
    int64_t files, wrong;
};

static enum err verify_row(void *cls)
{
    struct verifying *v = cls;
    enum err rc = service_flow_verify(v->target, &v->row);

    v->files++;
    if (rc == ERR_NONE) return ERR_NONE;
    v->wrong++;
    cli_report(v->cli, rc);
    err_clear();
    return ERR_NONE;
}

enum err cli_flow_verify(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct verifying v = {.cli = cli};
    struct buf text = BUF_INIT(TEXT_MAX);
    struct json j = JSON_INIT(&text);

    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(db_flow_targets(db, &v.row, v.target, sizeof v.target, verify_row, &v));
    cli->findings = v.wrong > 0;
    if (!cli->json) {
        cli_print(cli, "%" PRId64 " published files, %" PRId64 " wrong\n", v.files, v.wrong);
        goto out;
    }
    json_object(&j, NULL);
    json_int(&j, "files", v.files);
    json_int(&j, "wrong", v.wrong);
    json_end(&j);
    TRY(json_finish(&j));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

static void period_print(void *cls, const struct service_period *p)
{
    struct cli *cli = cls;
    struct buf text = BUF_INIT(TEXT_MAX);
    struct json j = JSON_INIT(&text);
    char last[CLI_TIME_SIZE], cut_off[CLI_TIME_SIZE], next[CLI_TIME_SIZE];

    cli_time(cli, p->last.ends_us, last);
    cli_time(cli, p->last.cut_off_us, cut_off);
    cli_time(cli, p->next_us, next);
    if (!cli->json) {
        cli_print(cli, "%s  %s  %s%s%s  %s%s\n", p->subscription->code, p->subscription->period,
                  *last ? p->last.state : "-", *last ? " " : "", last, *next ? "next " : "", next);
        return;
    }
    json_object(&j, NULL);
    json_text(&j, "subscription", p->subscription->code);
    json_text(&j, "period", p->subscription->period);
    if (*last) {
        json_text(&j, "state", p->last.state);
        json_text(&j, "last_end", last);
        json_text(&j, "last_cut_off", cut_off);
    }
    if (*next) json_text(&j, "next_end", next);
    json_end(&j);
    if (json_finish(&j) == ERR_NONE) cli_write(cli, buf_str(&text), text.len);
    buf_free(&text);
}

enum err cli_flow_periods(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};

    TRY(cli_operator_open(cli, &o));
    TRY(service_period_list(&o.env, period_print, cli));
out:
    cli_operator_close(&o);
    return rc;
}
