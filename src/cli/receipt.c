/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/payments.h"

#include "cli/operator.h"
#include "cli/page.h"
#include "cli/row.h"

enum { MEMORY_MAX = 32 * 1024 * 1024 };

static enum err receipt_print(struct cli *cli, const struct paid *p)
{
    const struct soap_receipt *r = &p->receipt;
    const struct cli_cell cells[] = {
        CELL_N("seq", "", p->seq),
        CELL_T("paid_at", NULL, r->paid_at_utc),
        CELL_T(NULL, "  ", r->paid_at),
        CELL_T("receipt_id", "  ", r->token),
        CELL_T("notice_number", "  notice ", r->instalment->notice_number),
        CELL_T("creditor", " of ", r->creditor),
        CELL_EUR("amount_cents", "  ", r->amount_cents),
        CELL_T("psp", "  by ", r->psp),
        CELL_T("channel", " at ", r->channel),
        CELL_T("beneficiary", NULL, r->recipient),
        CELL_T("own_id", NULL, r->own_id),
        CELL_T("debt_type", NULL, r->debt_type),
        CELL_T("iuv", NULL, r->instalment->iuv),
        CELL_T(NULL, p->reversed_at_utc ? "  reversed: " : "", p->reversal_reference),
        CELL_T_IF("reversed_at", NULL, p->reversed_at_utc),
        CELL_T_IF("reversal_reference", NULL, p->reversal_reference),
        CELL_T_IF("reversal_reason", NULL, p->reversal_reason),
    };

    return cli_row(cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_receipt_list(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct cli_page page;
    struct arena arena = ARENA_INIT(MEMORY_MAX);
    struct paid list[CLI_PAGE];
    struct position_refusal refusal;
    size_t n = 0;

    TRY(cli_page_open(cli, "", &page));
    TRY(cli_operator_open(cli, &o));
    TRY(cli_ente_check(&o, cli->operands[0]));
    TRY(service_payments_list(&o.env, &o.scope, &arena, cli->operands[0], page.after, CLI_PAGE,
                              list, &n, &refusal));
    for (size_t i = 0; i < n; i++)
        TRY(receipt_print(cli, &list[i]));
    page.n = (int)n;
    cli_page_end(&page, n ? list[n - 1].seq : 0, "no receipts");
out:
    arena_free(&arena);
    cli_operator_close(&o);
    return rc;
}

enum err cli_receipt_show(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct arena arena = ARENA_INIT(MEMORY_MAX);
    struct paid paid;
    struct position_refusal refusal;

    TRY(cli_operator_open(cli, &o));
    TRY(cli_ente_check(&o, cli->operands[0]));
    TRY(service_payments_get(&o.env, &o.scope, &arena, cli->operands[0], cli->operands[1], &paid,
                             &refusal));
    if (*refusal.code) {
        rc = err_setf(ERR_NOT_FOUND, "receipt %.40s of %.40s", cli->operands[1], cli->operands[0]);
        goto out;
    }
    TRY(receipt_print(cli, &paid));
out:
    arena_free(&arena);
    cli_operator_close(&o);
    return rc;
}
