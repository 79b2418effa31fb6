/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_list.h"

#include "cli/operator.h"
#include "cli/page.h"

#include <inttypes.h>

struct listing {
    struct cli *cli;
    struct db_position_line line;
    struct cli_page page;
};

static const char STATES[] = {
#define STATE(name, meaning) " " #name
#include "domain/position_state.def"
#undef STATE
};

static enum err line_row(void *cls)
{
    struct listing *l = cls;
    const struct db_position_line *p = &l->line;
    struct buf text = BUF_INIT(8192);
    struct json j = JSON_INIT(&text);
    char at[CLI_TIME_SIZE];
    enum err rc = ERR_NONE;

    l->page.n++;
    cli_time(l->cli, p->created_us, at);
    if (!l->cli->json) {
        cli_print(l->cli, "%" PRId64 "  %s  %-10s  %-9s  due %s  %s  %s  %s\n", p->id, at,
                  p->debt_type, p->state, p->due_date, p->debtor_code, p->own_id, p->description);
        return ERR_NONE;
    }
    json_object(&j, NULL);
    json_int(&j, "id", p->id);
    json_text(&j, "creditor", p->creditor);
    json_text(&j, "own_id", p->own_id);
    json_text(&j, "debt_type", p->debt_type);
    json_text(&j, "debtor_code", p->debtor_code);
    json_text(&j, "state", p->state);
    json_int(&j, "version", p->ver);
    json_text(&j, "description", p->description);
    json_text(&j, "due_date", p->due_date);
    json_text(&j, "created_at", at);
    json_end(&j);
    TRY(json_finish(&j));
    cli_write(l->cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

enum err cli_position_list(struct cli *cli)
{
    enum err rc;
    struct cli_operator o = {.registry = NULL};
    struct listing l = {.cli = cli};
    struct position_query query = {
        .creditor = cli->operands[0],
        .debtor = cli->values[CLI_OPTION_DEBTOR],
        .debt_type = cli->values[CLI_OPTION_DEBT_TYPE],
        .due_from = cli->values[CLI_OPTION_DUE_FROM],
        .due_to = cli->values[CLI_OPTION_DUE_TO],
        .created_from = cli->values[CLI_OPTION_CREATED_FROM],
        .created_to = cli->values[CLI_OPTION_CREATED_TO],
        .limit = CLI_PAGE,
    };
    struct position_refusal refusal;
    int64_t next = 0;

    TRY(cli_page_open(cli, STATES + 1, &l.page));
    TRY(cli_operator_open(cli, &o));
    query.state = l.page.state;
    query.after = l.page.after;
    TRY(service_position_list(&o.env, &o.scope, &query, &l.line, line_row, &l, &next, &refusal));
    if (*refusal.code) {
        rc = err_setf(ERR_USAGE, "%s: expected %s", refusal.field, refusal.expected);
        goto out;
    }
    if (l.page.n == 0 && !registry_creditor_find(o.registry, query.creditor)) {
        rc = err_setf(ERR_NOT_FOUND, "Ente %.40s", query.creditor);
        goto out;
    }
    if (next) cli_say(cli, "more: --after %" PRId64, next);
    if (l.page.n == 0 && !next) cli_say(cli, "no positions");
out:
    cli_operator_close(&o);
    return rc;
}
