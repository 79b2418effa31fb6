/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/payments.h"

#include "cli/operator.h"
#include "cli/page.h"
#include "domain/amount.h"

#include <inttypes.h>

enum { MEMORY_MAX = 32 * 1024 * 1024 };

static enum err receipt_print(struct cli *cli, const struct paid *p)
{
    const struct soap_receipt *r = &p->receipt;
    struct buf text = BUF_INIT(8192);
    struct json j = JSON_INIT(&text);
    char amount[AMOUNT_SIZE];
    enum err rc = ERR_NONE;

    amount_print(r->amount_cents, amount);
    if (!cli->json) {
        cli_print(cli, "%" PRId64 "  %s  %s  notice %s of %s  %s  by %s at %s\n", p->seq,
                  r->paid_at_utc, r->token, r->instalment->notice_number, r->creditor, amount,
                  r->psp, r->channel);
        goto out;
    }
    json_object(&j, NULL);
    json_int(&j, "seq", p->seq);
    json_text(&j, "receipt_id", r->token);
    json_text(&j, "beneficiary", r->recipient);
    json_text(&j, "creditor", r->creditor);
    json_text(&j, "own_id", r->own_id);
    json_text(&j, "debt_type", r->debt_type);
    json_text(&j, "notice_number", r->instalment->notice_number);
    json_text(&j, "iuv", r->instalment->iuv);
    json_int(&j, "amount_cents", r->amount_cents);
    json_text(&j, "paid_at", r->paid_at_utc);
    json_text(&j, "psp", r->psp);
    json_text(&j, "channel", r->channel);
    json_end(&j);
    TRY(json_finish(&j));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

static enum err refused(const struct position_refusal *r)
{
    return *r->code ? err_setf(ERR_NOT_FOUND, "%s", r->expected) : ERR_NONE;
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
    TRY(service_payments_list(&o.env, &o.scope, &arena, cli->operands[0], page.after, CLI_PAGE,
                              list, &n, &refusal));
    TRY(refused(&refusal));
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
    TRY(service_payments_get(&o.env, &o.scope, &arena, cli->operands[0], cli->operands[1], &paid,
                             &refusal));
    TRY(refused(&refusal));
    TRY(receipt_print(cli, &paid));
out:
    arena_free(&arena);
    cli_operator_close(&o);
    return rc;
}
