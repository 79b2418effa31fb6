/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/reversal_close.h"

#include "cli/operator.h"
#include "cli/page.h"
#include "cli/row.h"
#include "domain/amount.h"
#include "domain/text.h"

#include <inttypes.h>
#include <string.h>

struct listing {
    struct cli *cli;
    struct cli_page page;
    struct db_reversal_wait row;
};

static enum err wait_row(void *cls)
{
    struct listing *l = cls;
    const struct db_reversal_wait *w = &l->row;
    const struct cli_cell cells[] = {
        CELL_N("id", "", w->id),
        CELL_AT("reversed_at", "  ", w->created_us),
        CELL_T("creditor", "  ", w->creditor),
        CELL_T("account", "  ", w->account),
        CELL_EUR("amount_cents", "  ", w->amount_cents),
        CELL_EUR("owed_cents", ", was credited: ", w->owed_cents),
        CELL_T("iuv", "  IUV ", w->iuv),
        CELL_T("notice_number", NULL, w->notice_number),
        CELL_T("token", "  ", w->token),
        CELL_T("reference", "  reference ", w->reference),
        CELL_N("age_seconds", NULL, w->age_s),
    };

    l->page.n++;
    return cli_row(l->cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_payment_reversals(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct listing l = {.cli = cli};
    struct db_reversal_wait_query query = {.creditor = cli->values[CLI_OPTION_CREDITOR]};

    TRY(cli_page_open(cli, "", &l.page));
    query.after_id = l.page.after;
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_reversal_wait_list(db, &query, CLI_PAGE, &l.row, wait_row, &l));
    if (l.page.n == 0) TRY(cli_ente_empty(cli, query.creditor));
    cli_page_end(&l.page, l.row.id, "no reversed transfer waits");
out:
    return rc;
}

static enum err reason_check(const char *reason)
{
    if (!reason || text_check(reason, 1, REVERSAL_REASON_MAX) != ERR_NONE) {
        err_clear();
        return err_setf(ERR_USAGE, "--reason: 1 to %d characters, how it was settled",
                        REVERSAL_REASON_MAX);
    }
    if (text_has_card(reason))
        return err_set(ERR_USAGE, "--reason must not hold the number of a card");
    return ERR_NONE;
}

static enum err ask(const struct cli *cli, struct db *db, int64_t id)
{
    enum err rc;
    struct db_reversal_wait w;
    char question[300], amount[AMOUNT_SIZE];

    TRY(db_reversal_wait_find(db, id, &w));
    if (!w.id) goto out; /* closing it says why not */
    amount_print(w.owed_cents, amount);
    snprintf(question, sizeof question,
             "Take %s back from %s of %s by no flow, as it was settled otherwise", amount,
             w.account, w.creditor);
    TRY(cli_confirm(cli, question));
out:
    return rc;
}

enum err cli_payment_close_reversal(struct cli *cli)
{
    static const char *const done[] = {
        [REVERSAL_CLOSED] = "closed", [REVERSAL_CLOSED_BEFORE] = "closed already"};
    enum err rc;
    struct db *db;
    char actor[70];
    struct reversal_closing c = {.reason = cli->values[CLI_OPTION_REASON], .actor = actor};

    cli_actor(actor, sizeof actor);
    TRY(cli_id(cli->operands[0], "the id of a reversed transfer", &c.id));
    TRY(reason_check(c.reason));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(ask(cli, db, c.id));
    TRY(service_reversal_close(db, &c));
    if (c.result == REVERSAL_CLOSED_OTHERWISE)
        rc = err_setf(ERR_DATA, "%s closed reversed transfer %" PRId64 " with another reason: %s",
                      c.closed.closed_by, c.id, c.closed.reason);
    else
        cli_print(cli, "reversed transfer %" PRId64 " is %s\n", c.id, done[c.result]);
out:
    return rc;
}
