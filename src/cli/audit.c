/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/audit.h"
#include "cli/cli.h"

#include <inttypes.h>

static void finding_print(void *cls, const struct service_audit_finding *f)
{
    struct cli *cli = cls;
    struct buf text = BUF_INIT(4096);
    struct json j = JSON_INIT(&text);

    cli->findings = true;
    if (!cli->json) {
        cli_print(cli, "%s %s %" PRId64 ": %s (%s)\n", f->rule, f->table, f->id, f->what,
                  f->detail);
        return;
    }
    json_object(&j, NULL);
    json_text(&j, "rule", f->rule);
    json_text(&j, "table", f->table);
    json_int(&j, "id", f->id);
    json_text(&j, "what", f->what);
    json_text(&j, "detail", f->detail);
    json_end(&j);
    if (json_finish(&j) == ERR_NONE) cli_write(cli, buf_str(&text), text.len);
    buf_free(&text);
}

enum err cli_audit(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct service_audit audit = {.tell = finding_print, .cls = cli};

    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(service_audit_run(db, &audit));
    cli_say(cli,
            "%d questions, %" PRId64 " published files, %" PRId64 " sealed lines, %" PRId64
            " signed heads, %" PRId64 " findings",
            audit.questions, audit.files, audit.sealed, audit.heads, audit.findings);
out:
    return rc;
}
