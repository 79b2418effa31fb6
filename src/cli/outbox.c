/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/outbox.h"

#include "cli/operator.h"
#include "cli/page.h"
#include "cli/row.h"
#include "db/journal.h"

#include <inttypes.h>

enum { RETRY_BATCH = 1000, PAYLOAD_MAX = 256 * 1024, STATS_MAX = 4 * 1024 * 1024 };

static const char ID[] = "the id of a notification";

struct listing {
    struct cli *cli;
    struct db_outbox row;
    struct cli_page page;
    struct buf payload; /* of one that is shown; empty in a list */
};

static enum err outbox_row(void *cls)
{
    struct listing *l = cls;
    const struct db_outbox *o = &l->row;
    const struct cli_cell cells[] = {
        CELL_N("id", "", o->id),
        CELL_AT("created_at", "  ", o->created_us),
        {CELL_TEXT, "state", "  ", o->state, .width = 7},
        CELL_T("creditor", "  ", o->creditor),
        CELL_T("destination", "  ", o->destination),
        CELL_T("kind", "  ", o->kind),
        CELL_N("attempts", "  try ", o->attempts),
        CELL_T_NULL("last_error", "  ", o->last_error),
        CELL_T("dedup_id", NULL, o->dedup_id),
        CELL_N("payment", NULL, o->payment_id),
        CELL_AT("next_at", NULL, o->next_us),
        CELL_AT("done_at", NULL, o->done_us),
        CELL_T(l->payload.len ? "message" : NULL, NULL, buf_str(&l->payload)),
    };

    l->page.n++;
    return cli_row(l->cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_outbox_list(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct listing l = {.cli = cli};

    TRY(cli_page_open(cli, "READY CLAIMED HELD DONE PARKED", &l.page));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_outbox_list(db, l.page.state, l.page.after, CLI_PAGE, &l.row, outbox_row, &l));
    cli_page_end(&l.page, l.row.id, "no notifications");
out:
    return rc;
}

enum err cli_outbox_show(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct listing l = {.cli = cli, .payload = BUF_INIT(PAYLOAD_MAX)};
    int64_t id;

    TRY(cli_id(cli->operands[0], ID, &id));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_outbox_get(db, id, &l.row, &l.payload));
    TRY(outbox_row(&l));
    if (!cli->json) cli_print(cli, "%s\n", buf_str(&l.payload));
out:
    buf_free(&l.payload);
    return rc;
}

struct counting {
    struct cli *cli;
    struct json *json;
    struct db_outbox_waiting row;
    int64_t waiting, held, parked, oldest_s;
};

static enum err waiting_row(void *cls)
{
    struct counting *c = cls;
    const struct db_outbox_waiting *w = &c->row;
    const struct cli_cell cells[] = {
        CELL_T("creditor", "", w->creditor),
        CELL_T("destination", "  ", w->destination),
        CELL_N("waiting", "  ", w->waiting),
        CELL_N("held", " waiting, ", w->held),
        CELL_N("parked", " of them held, ", w->parked),
        CELL_N("oldest_seconds", " parked; the oldest for ", w->oldest_s),
        CELL_N("failures", " s; ", w->failures),
        CELL_T(NULL, " failures in a row", ""),
    };

    c->waiting += w->waiting;
    c->held += w->held;
    c->parked += w->parked;
    if (w->oldest_s > c->oldest_s) c->oldest_s = w->oldest_s;
    return cli_row(c->cli, c->json, cells, ARRAY_LEN(cells));
}

enum err cli_outbox_stats(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct buf text = BUF_INIT(STATS_MAX);
    struct json j = JSON_INIT(&text);
    struct counting c = {.cli = cli, .json = cli->json ? &j : NULL};
    int64_t p50_us, p95_us;

    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_outbox_delivered(db, &p50_us, &p95_us));
    if (c.json) {
        json_object(&j, NULL);
        json_array(&j, "destinations");
    }
    TRY(db_outbox_waiting(db, &c.row, waiting_row, &c));
    cli->findings = c.parked > 0;
    if (!c.json) {
        cli_print(cli,
                  "%" PRId64 " waiting, %" PRId64 " of them held, %" PRId64
                  " parked; the oldest for %" PRId64 " s; the last thousand took %" PRId64
                  " ms (half), %" PRId64 " ms (95 of 100)\n",
                  c.waiting, c.held, c.parked, c.oldest_s, p50_us / 1000, p95_us / 1000);
        goto out;
    }
    json_end(&j);
    json_int(&j, "waiting", c.waiting);
    json_int(&j, "held", c.held);
    json_int(&j, "parked", c.parked);
    json_int(&j, "oldest_seconds", c.oldest_s);
    json_int(&j, "p50_ms", p50_us / 1000);
    json_int(&j, "p95_ms", p95_us / 1000);
    json_end(&j);
    TRY(cli_write_json(cli, &j));
out:
    buf_free(&text);
    return rc;
}

struct retrying {
    int64_t id, rows;
    struct db_journal_row line; /* made before, as its id must be [R1] */
};

static void line_set(struct retrying *r)
{
    char actor[70];

    cli_actor(actor, sizeof actor);
    db_journal_set(&r->line, actor, "outbox.retry", "", "", "OK");
    r->line.object_id = r->id;
}

static enum err retry_tx(struct db *db, void *cls)
{
    enum err rc;
    struct retrying *r = cls;
    int64_t now_us;

    TRY(db_now(db, &now_us));
    if (r->id)
        TRY(db_outbox_retry(db, r->id, now_us, &r->rows));
    else
        TRY(db_outbox_retry_parked(db, now_us, RETRY_BATCH, &r->rows));
    if (r->rows == 0) goto out;
    snprintf(r->line.detail, sizeof r->line.detail, "%" PRId64 " notifications", r->rows);
    TRY(db_journal_add(db, &r->line, 1));
out:
    return rc;
}

enum err cli_outbox_retry(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct retrying r = {0};
    int64_t rows = 0;

    if (cli->n_operands) TRY(cli_id(cli->operands[0], ID, &r.id));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    do {
        line_set(&r);
        TRY(db_tx_run(db, "outbox.retry", retry_tx, &r));
        rows += r.rows;
    } while (r.rows == RETRY_BATCH);
    if (r.id && rows == 0)
        rc = err_setf(ERR_NOT_FOUND, "notification %" PRId64 " that waits or is parked", r.id);
    else
        cli_print(cli, "%" PRId64 " notifications are due now\n", rows);
out:
    return rc;
}
