/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/outbox.h"

#include "cli/operator.h"
#include "cli/page.h"

#include <inttypes.h>
#include <string.h>

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
    struct buf text = BUF_INIT(8192 + 6 * PAYLOAD_MAX); /* a byte may take six to escape */
    struct json j = JSON_INIT(&text);
    char at[CLI_TIME_SIZE], next[CLI_TIME_SIZE], done[CLI_TIME_SIZE];
    enum err rc = ERR_NONE;

    l->page.n++;
    cli_time(l->cli, o->created_us, at);
    cli_time(l->cli, o->next_us, next);
    cli_time(l->cli, o->done_us, done);
    if (!l->cli->json) {
        cli_print(l->cli, "%" PRId64 "  %s  %-7s  %s  %s  %s  try %d  %s\n", o->id, at, o->state,
                  o->creditor, o->destination, o->kind, o->attempts, o->last_error);
        return ERR_NONE;
    }
    json_object(&j, NULL);
    json_int(&j, "id", o->id);
    json_text(&j, "state", o->state);
    json_text(&j, "creditor", o->creditor);
    json_text(&j, "destination", o->destination);
    json_text(&j, "kind", o->kind);
    json_text(&j, "dedup_id", o->dedup_id);
    json_int(&j, "payment", o->payment_id);
    json_int(&j, "attempts", o->attempts);
    json_text(&j, "created_at", at);
    json_text(&j, "next_at", next);
    json_text(&j, "done_at", *done ? done : NULL);
    json_text(&j, "last_error", *o->last_error ? o->last_error : NULL);
    if (l->payload.len) json_text(&j, "message", buf_str(&l->payload));
    json_end(&j);
    TRY(json_finish(&j));
    cli_write(l->cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
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

    c->waiting += w->waiting;
    c->held += w->held;
    c->parked += w->parked;
    if (w->oldest_s > c->oldest_s) c->oldest_s = w->oldest_s;
    if (!c->json) {
        cli_print(c->cli,
                  "%s  %s  %" PRId64 " waiting, %" PRId64 " of them held, %" PRId64
                  " parked; the oldest for %" PRId64 " s; %d failures in a row\n",
                  w->creditor, w->destination, w->waiting, w->held, w->parked, w->oldest_s,
                  w->failures);
        return ERR_NONE;
    }
    json_object(c->json, NULL);
    json_text(c->json, "creditor", w->creditor);
    json_text(c->json, "destination", w->destination);
    json_int(c->json, "waiting", w->waiting);
    json_int(c->json, "held", w->held);
    json_int(c->json, "parked", w->parked);
    json_int(c->json, "oldest_seconds", w->oldest_s);
    json_int(c->json, "failures", w->failures);
    json_end(c->json);
    return ERR_NONE;
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
    TRY(json_finish(&j));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

struct retrying {
    int64_t id, rows;
};

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
out:
    return rc;
}

enum err cli_outbox_retry(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct retrying r = {0, 0};
    int64_t rows = 0;

    if (cli->n_operands) TRY(cli_id(cli->operands[0], ID, &r.id));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    do {
        TRY(db_tx_run(db, "outbox.retry", retry_tx, &r));
        rows += r.rows;
    } while (r.rows == RETRY_BATCH);
    cli_print(cli, "%" PRId64 " notifications are due now\n", rows);
    if (r.id && rows == 0) rc = err_set(ERR_NOT_FOUND, "a notification that waits or is parked");
out:
    return rc;
}
