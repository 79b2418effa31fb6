/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_list.h"

#include "cli/operator.h"
#include "cli/page.h"
#include "cli/row.h"

#include <inttypes.h>
#include <string.h>

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
    const struct cli_cell cells[] = {
        CELL_N("id", "", p->id),
        CELL_AT("created_at", "  ", p->created_us),
        {CELL_TEXT, "debt_type", "  ", p->debt_type, .width = 10},
        {CELL_TEXT, "state", "  ", p->state, .width = 9},
        CELL_T("due_date", "  due ", p->due_date),
        CELL_T("debtor_code", "  ", p->debtor_code),
        CELL_T("own_id", "  ", p->own_id),
        CELL_T("description", "  ", p->description),
        CELL_T("creditor", NULL, p->creditor),
        CELL_N("version", NULL, p->ver),
    };

    l->page.n++;
    return cli_row(l->cli, NULL, cells, ARRAY_LEN(cells));
}

/* What an operator typed, by what the contract calls it. */
static const char *option_of(const char *field)
{
    static const struct {
        const char *field, *option;
    } names[] = {{"debtorCode", "--debtor"},        {"debtType", "--type"},
                 {"dueFrom", "--due-from"},         {"dueTo", "--due-to"},
                 {"createdFrom", "--created-from"}, {"createdTo", "--created-to"}};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (!strcmp(names[i].field, field)) return names[i].option;
    return field;
}

/* A fiscal code, as people type it. */
static void capitals(const char *text, char *out, size_t cap)
{
    snprintf(out, cap, "%s", text ? text : "");
    for (; *out; out++)
        if (*out >= 'a' && *out <= 'z') *out = (char)(*out - 'a' + 'A');
}

enum err cli_position_list(struct cli *cli)
{
    enum err rc;
    char debtor[40];
    struct cli_operator o = {.registry = NULL};
    struct listing l = {.cli = cli};
    struct position_query query = {
        .creditor = cli->operands[0],
        .debtor = debtor,
        .debt_type = cli->values[CLI_OPTION_DEBT_TYPE],
        .due_from = cli->values[CLI_OPTION_DUE_FROM],
        .due_to = cli->values[CLI_OPTION_DUE_TO],
        .created_from = cli->values[CLI_OPTION_CREATED_FROM],
        .created_to = cli->values[CLI_OPTION_CREATED_TO],
        .limit = CLI_PAGE,
    };
    struct position_refusal refusal;
    int64_t next = 0;

    capitals(cli->values[CLI_OPTION_DEBTOR], debtor, sizeof debtor);
    TRY(cli_page_open(cli, STATES + 1, &l.page));
    TRY(cli_operator_open(cli, &o));
    query.state = l.page.state;
    query.after = l.page.after;
    TRY(service_position_list(&o.env, &o.scope, &query, &l.line, line_row, &l, &next, &refusal));
    if (*refusal.code) {
        rc = err_setf(ERR_USAGE, "%s: expected %s", option_of(refusal.field), refusal.expected);
        goto out;
    }
    if (l.page.n == 0) TRY(cli_ente_check(&o, query.creditor));
    if (next) cli_say(cli, "more: --after %" PRId64, next);
    if (l.page.n == 0 && !next) cli_say(cli, "no positions");
out:
    cli_operator_close(&o);
    return rc;
}
