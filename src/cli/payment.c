/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/reverse.h"

#include "cli/operator.h"
#include "cli/row.h"
#include "domain/amount.h"

#include <string.h>

static enum err payment_print(struct cli *cli, const struct reversal_payment *p, const char *result)
{
    const struct db_payment *y = &p->payment;
    const struct db_reversal *r = &p->reversal;
    const struct cli_cell cells[] = {
        CELL_T_IF("result", NULL, result),
        CELL_N("id", "payment ", y->id),
        CELL_T("state", "  ", payment_state_name(y->state)),
        CELL_T("notice_number", "  notice ", y->notice_number),
        CELL_T("creditor", " of ", y->creditor),
        CELL_T("iuv", "  IUV ", p->notice.instalment.iuv),
        CELL_T("token", "  ", y->token),
        CELL_EUR("amount_cents", "  ", y->amount_cents),
        CELL_EUR("fee_cents", " + ", y->fee_cents),
        CELL_T("psp", "  by ", y->psp),
        CELL_T("channel", " at ", y->channel),
        CELL_AT("closed_at", "  ", y->closed_us),
        CELL_T_IF("was", NULL, r->was),
        CELL_AT_IF("reversed_at", NULL, r->created_us),
        CELL_T_IF("reversed_by", NULL, r->made_by),
        CELL_T_IF("reference", NULL, r->reference),
        CELL_T_IF("reason", NULL, r->reason),
        CELL(CELL_TEXT, r->id ? "reversed_on" : NULL, NULL, r->day, 0, EMPTY_TEXT),
        CELL_EUR(r->id ? "waiting_cents" : NULL, NULL, p->waiting_cents),
    };
    const struct cli_cell reversed[] = {
        CELL_N(NULL, "  reversal ", r->id),
        CELL_EUR(NULL, "  ", r->amount_cents),
        CELL_T(NULL, " given back, was ", r->was),
        CELL_AT(NULL, "  ", r->created_us),
        CELL_T(NULL, " by ", r->made_by),
        CELL_T(NULL, "  reference ", r->reference),
        CELL_T(NULL, ": ", r->reason),
    };
    const struct cli_cell waiting[] = {
        CELL_EUR(NULL, "  ", p->waiting_cents),
        CELL_T(NULL, " of it waits for money of its account: ", "payer payment reversals"),
    };
    enum err rc;

    TRY(cli_row(cli, NULL, cells, ARRAY_LEN(cells)));
    if (r->id && !cli->json) TRY(cli_row(cli, NULL, reversed, ARRAY_LEN(reversed)));
    if (p->waiting_cents && !cli->json) TRY(cli_row(cli, NULL, waiting, ARRAY_LEN(waiting)));
out:
    return rc;
}

enum err cli_payment_show(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct reversal_payment p;

    TRY(cli_operator_open(cli, &o));
    TRY(service_reverse_look(&o.env, cli->operands[0], cli->values[CLI_OPTION_CREDITOR], &p));
    TRY(payment_print(cli, &p, ""));
out:
    cli_operator_close(&o);
    return rc;
}

static enum err ask(const struct cli *cli, const struct reversal_payment *p)
{
    char question[300], amount[AMOUNT_SIZE];

    amount_print(p->payment.amount_cents, amount);
    snprintf(question, sizeof question,
             "Reverse %s, paid on notice %s of %s by %s: the notice is owed again", amount,
             p->payment.notice_number, p->payment.creditor, p->payment.psp);
    if (p->payment.state == PAYMENT_DUPLICATE)
        snprintf(question, sizeof question, "Give back %s, paid once too often on notice %s by %s",
                 amount, p->payment.notice_number, p->payment.psp);
    return cli_confirm(cli, question);
}

/* First what would be done, then, confirmed, the same: what changed meanwhile is found again. */
enum err cli_payment_reverse(struct cli *cli)
{
    static const char *const done[] = {[REVERSAL_MADE] = "reversed", [REVERSAL_SAID] = "known"};
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct reversal_payment p;
    enum reversal_result result;
    const char *refusal;
    struct reversal_order order = {.what = cli->operands[0],
                                   .creditor = cli->values[CLI_OPTION_CREDITOR],
                                   .reason = cli->values[CLI_OPTION_REASON],
                                   .reference = cli->values[CLI_OPTION_REFERENCE],
                                   .key = cli->values[CLI_OPTION_KEY],
                                   .dry_run = true};

    TRY(cli_operator_open(cli, &o));
    order.actor = o.actor;
    TRY(service_reverse(&o.env, &order, &p, &result, &refusal));
    if (result == REVERSAL_MADE && !cli->dry_run) {
        TRY(ask(cli, &p));
        order.dry_run = false;
        TRY(service_reverse(&o.env, &order, &p, &result, &refusal));
    }
    if (result == REVERSAL_REFUSED) {
        rc = err_setf(ERR_DATA, "payment %.40s: %s", order.what, refusal);
        goto out;
    }
    if (order.dry_run && result == REVERSAL_MADE) p.reversal.id = 0;
    TRY(payment_print(cli, &p, order.dry_run && result == REVERSAL_MADE ? "would" : done[result]));
out:
    cli_operator_close(&o);
    return rc;
}
