/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/psp_flow.h"

#include "cli/page.h"
#include "cli/row.h"
#include "crypto/hash.h"

#include <string.h>

/* What is being printed: flows, the lines of one, or how many of them there are of each kind. */
struct showing {
    struct cli *cli;
    struct cli_page page;
    struct db_psp_flow flow;
    struct db_psp_flow_line line;
    struct db_psp_flow_tally tally;
};

static enum err flow_row(void *cls)
{
    struct showing *s = cls;
    const struct db_psp_flow *f = &s->flow;
    struct hash hash;
    char sha256[65];
    const struct cli_cell cells[] = {
        CELL_N("id", "", f->id),
        CELL_T("flow_id", "  ", f->flow_id),
        CELL_T("time", "  of ", f->time),
        CELL_T("psp", "  by ", f->psp),
        CELL_T("channel", NULL, f->channel),
        CELL_T("creditor", " for ", f->creditor),
        CELL_N("count", "  payments ", f->count),
        CELL_EUR("total_cents", "  ", f->total_cents),
        CELL_T("reference", "  transfer ", f->reference),
        CELL_T("settled_on", " of ", f->settled_on),
        CELL_T("state", "  ", f->state),
        CELL_T("matching", " ", f->matching),
        CELL_N("replaces", NULL, f->replaces),
        CELL_N("size", NULL, f->size),
        CELL_T("sha256", NULL, sha256),
        CELL_AT("received_at", "  came ", f->received_us),
    };

    s->page.n++;
    memcpy(hash.bytes, f->sha256, sizeof hash.bytes);
    crypto_hash_hex(&hash, sha256);
    return cli_row(s->cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_psp_flow_list(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct showing s = {.cli = cli};

    TRY(cli_page_open(cli, "LOADING LIVE REPLACED REFUSED", &s.page));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_psp_flow_list(db, s.page.state, s.page.after, CLI_PAGE, &s.flow, flow_row, &s));
    cli_page_end(&s.page, s.flow.id, "no flows of PSPs");
out:
    return rc;
}

static enum err tally_row(void *cls)
{
    struct showing *s = cls;
    const struct cli_cell cells[] = {
        CELL_T("lines", "  ", s->tally.state),
        CELL_N("count", "  ", s->tally.count),
        CELL_EUR("total_cents", "  ", s->tally.total_cents),
    };

    return cli_row(s->cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_psp_flow_show(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct showing s = {.cli = cli};
    int64_t id;

    TRY(cli_id(cli->operands[0], "the id of a flow of a PSP", &id));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_psp_flow_get(db, id, &s.flow));
    TRY(flow_row(&s));
    TRY(db_psp_flow_tallies(db, id, &s.tally, tally_row, &s));
out:
    return rc;
}

static enum err line_row(void *cls)
{
    struct showing *s = cls;
    const struct db_psp_flow_line *l = &s->line;
    const struct cli_cell cells[] = {
        CELL_N("n", "", l->n),
        CELL_T("iuv", "  IUV ", l->iuv),
        CELL_T("iur", "  IUR ", l->iur),
        CELL_N("index", NULL, l->index),
        CELL_EUR("amount_cents", "  ", l->amount_cents),
        CELL_T("outcome", "  outcome ", l->outcome),
        CELL_T("paid_on", " of ", l->paid_on),
        CELL_T("state", "  ", l->state),
        CELL_T_NULL("matched_by", " ", l->matched_by),
        CELL_N("payment", NULL, l->payment_id),
    };

    s->page.n++;
    return cli_row(s->cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_psp_flow_lines(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct showing s = {.cli = cli};
    int64_t id;

    TRY(cli_id(cli->operands[0], "the id of a flow of a PSP", &id));
    TRY(cli_page_open(cli, "NEW MATCHED DIFFERS UNKNOWN TWICE REVOKED", &s.page));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_psp_flow_get(db, id, &s.flow));
    TRY(db_psp_flow_lines(db, id, s.page.state, s.page.after, CLI_PAGE, &s.line, line_row, &s));
    cli_page_end(&s.page, s.line.n, "no lines");
out:
    return rc;
}
