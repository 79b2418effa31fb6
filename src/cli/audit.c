/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/audit.h"

#include "base/config.h"
#include "cli/row.h"

#include <inttypes.h>

struct telling {
    struct cli *cli;
    enum err rc; /* of what could not be printed */
};

static void finding_print(void *cls, const struct service_audit_finding *f)
{
    struct telling *t = cls;
    const struct cli_cell cells[] = {
        CELL_T("rule", "", f->rule),   CELL_T("table", " ", f->table),    CELL_N("id", " ", f->id),
        CELL_T("what", ": ", f->what), CELL_T("detail", " (", f->detail), CELL_T(NULL, ")", ""),
    };

    t->cli->findings = true;
    if (t->rc == ERR_NONE) t->rc = cli_row(t->cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_audit(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct telling t = {cli, ERR_NONE};
    struct service_audit audit = {.tell = finding_print, .cls = &t};

    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(service_audit_run(db, &audit));
    TRY(t.rc);
    cli_say(cli,
            "%d questions, %" PRId64 " published files, %" PRId64 " sealed lines, %" PRId64
            " signed heads, %" PRId64 " findings",
            audit.questions, audit.files, audit.sealed, audit.heads, audit.findings);
    if (audit.sealed && !audit.heads)
        cli_say(cli, "Nothing proves how far the journal went: no signed head is in %s.",
                config_text(CONFIG_JOURNAL_HEADS));
out:
    return rc;
}
