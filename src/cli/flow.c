/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/flow.h"

#include "cli/operator.h"
#include "cli/page.h"
#include "cli/row.h"
#include "db/reversal.h"
#include "domain/amount.h"
#include "service/flow_hold.h"
#include "service/period.h"

#include <inttypes.h>

static enum err flow_print(struct cli *cli, const struct db_flow *f, const char *path)
{
    const struct cli_cell cells[] = {
        CELL_N("id", "", f->id),
        CELL_T("subscription", "  ", f->subscription),
        CELL_N("seq", " #", f->seq),
        CELL_T("format", "  ", f->format),
        CELL_N("count", "  ", f->count),
        CELL_EUR("total_cents", " records  ", f->total_cents),
        CELL_T("message_id", "  ", f->message_id),
        CELL_T(NULL, "  ", path ? path : f->state),
        CELL_T("state", NULL, f->state),
        CELL_T_IF("path", NULL, path),
        CELL_T("party", NULL, f->party),
        CELL_T("name", NULL, f->name),
        CELL_AT("created_at", NULL, f->created_us),
        CELL_AT_IF("published_at", NULL, f->published_us),
    };

    return cli_row(cli, NULL, cells, ARRAY_LEN(cells));
}

struct telling {
    struct cli *cli;
    enum err rc;
};

/* It is published already: what cannot be printed ends nothing. */
static void flow_tell(void *cls, const struct db_flow *flow, const char *path)
{
    struct telling *t = cls;

    if (t->rc == ERR_NONE) t->rc = flow_print(t->cli, flow, path);
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

/* Of all accounts: what an Ente was credited and is to give back stays with it until more comes. */
static enum err reversals_tell(const struct cli *cli, struct db *db)
{
    enum err rc;
    int64_t n, cents, age_s;
    char amount[AMOUNT_SIZE];

    TRY(db_reversal_waiting(db, &n, &cents, &age_s));
    amount_print(cents, amount);
    if (n)
        cli_say(cli,
                "%" PRId64 " reversed transfers wait until their accounts are credited more; of "
                "money that was credited, %s: payer payment reversals lists them",
                n, amount);
out:
    return rc;
}

enum err cli_flow_run(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct telling telling = {cli, ERR_NONE};
    struct service_flow_run run = {.tell = flow_tell, .cls = &telling};
    char total[AMOUNT_SIZE];

    if (cli->n_operands) run.subscription = cli->operands[0];
    TRY(cli_confirm(cli, "Order from the banks what is owed to the Enti, and publish the flows"));
    TRY(cli_operator_open(cli, &o));
    o.env.stop = cli_stop_catch();
    TRY(service_flow_run(&o.env, &run));
    rc = telling.rc;
    amount_print(run.settled.total_cents, total);
    cli_say(cli,
            "%" PRId64 " settlements of %" PRId64 " transfers, %s; %" PRId64 " flows published",
            run.settled.settlements, run.settled.entries, total, run.flows);
    if (run.settled.held)
        cli_say(cli,
                "%" PRId64 " accounts wait, as the registry says: their subscription holds"
                " reconciled money only",
                run.settled.held);
    if (run.settled.unowned)
        cli_say(cli,
                "%" PRId64 " accounts have money but no subscription of their bank or Ente that is"
                " enabled, with its bank: see to it in the registry",
                run.settled.unowned);
    if (run.left_out)
        cli_say(cli, "%" PRId64 " flows could not be made: mend what is said above, and run again",
                run.left_out);
    cli->findings = run.settled.unowned > 0 || run.left_out > 0;
    if (rc == ERR_NONE) TRY(reversals_tell(cli, o.env.db));
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
    return flow_print(l->cli, &l->row, NULL);
}

/* One that left the registry may have flows still; of one that never was there are none. */
static enum err subscription_empty(struct cli *cli, const char *code)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};

    TRY(cli_operator_open(cli, &o));
    if (!registry_subscription_find(o.registry, code))
        rc = err_setf(ERR_NOT_FOUND,
                      "subscription %.40s; those that there are: payer registry show subscription",
                      code);
out:
    cli_operator_close(&o);
    return rc;
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
    if (l.page.n == 0 && cli->n_operands) TRY(subscription_empty(cli, cli->operands[0]));
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
    const struct cli_cell cells[] = {
        CELL_T("settlement", "  settlement ", s->flow_id),
        CELL_T("creditor", "  ", s->creditor),
        CELL_T("account", "  ", s->account),
        CELL_N("count", "  ", s->count),
        CELL_EUR("total_cents", " transfers  ", s->total_cents),
        CELL_AT("cut_off", "  until ", s->cut_off_us),
    };

    return cli_row(l->cli, NULL, cells, ARRAY_LEN(cells));
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
    TRY(flow_print(cli, &f, NULL));
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

static enum err verified_print(const struct verifying *v)
{
    const struct cli_cell cells[] = {
        CELL_N("files", "", v->files),
        CELL_N("wrong", " published files, ", v->wrong),
        CELL_T(NULL, " wrong", ""),
    };

    return cli_row(v->cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_flow_verify(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct verifying v = {.cli = cli};

    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(db_flow_targets(db, &v.row, v.target, sizeof v.target, verify_row, &v));
    cli->findings = v.wrong > 0;
    TRY(verified_print(&v));
out:
    return rc;
}

static void period_print(void *cls, const struct service_period *p)
{
    struct telling *l = cls;
    bool ended = p->last.ends_us != 0;
    const struct cli_cell cells[] = {
        CELL_T("subscription", "", p->subscription->code),
        CELL_T("period", "  ", p->subscription->period),
        CELL_T_IF("state", NULL, ended ? p->last.state : ""),
        CELL_T(NULL, "  ", ended ? p->last.state : "-"),
        CELL_AT_IF("last_end", ended ? " " : NULL, p->last.ends_us),
        CELL_AT_IF("last_cut_off", NULL, p->last.cut_off_us),
        CELL_AT_IF("next_end", p->next_us ? "  next " : NULL, p->next_us),
    };

    if (l->rc == ERR_NONE) l->rc = cli_row(l->cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_flow_periods(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct telling l = {cli, ERR_NONE};

    TRY(cli_operator_open(cli, &o));
    TRY(service_period_list(&o.env, period_print, &l));
    rc = l.rc;
out:
    cli_operator_close(&o);
    return rc;
}
