/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/journal_story.h"

#include "base/clock.h"
#include "base/config.h"
#include "cli/operator.h"
#include "cli/page.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "domain/calendar.h"
#include "domain/notice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_US (INT64_C(86400) * 1000000)

static void line_text(struct cli *cli, const struct db_journal_line *l, const char *at)
{
    const struct db_journal_row *r = &l->row;

    cli_print(cli, "%" PRId64 "  %s  %-22s %-26s %s %s", r->id, at, r->actor, r->event, r->outcome,
              r->notice_number);
    if (*r->detail) cli_print(cli, "  %s", r->detail);
    cli_print(cli, "%s%s\n", l->message ? "  (message kept)" : "",
              l->seq ? "" : "  (not sealed yet)");
}

static void hash_json(struct json *j, const char *name, const unsigned char bytes[32])
{
    static const struct hash none;
    struct hash hash;
    char hex[65];

    memcpy(hash.bytes, bytes, sizeof hash.bytes);
    if (crypto_hash_equal(&hash, &none)) return;
    crypto_hash_hex(&hash, hex);
    json_text(j, name, hex);
}

static void line_print(void *cls, const struct db_journal_line *l)
{
    struct cli *cli = cls;
    const struct db_journal_row *r = &l->row;
    struct buf text = BUF_INIT(8192);
    struct json j = JSON_INIT(&text);
    char at[CLI_TIME_SIZE];

    cli_time(cli, l->at_us, at);
    if (!cli->json) {
        line_text(cli, l, at);
        return;
    }
    json_object(&j, NULL);
    json_int(&j, "id", r->id);
    json_text(&j, "at", at);
    json_text(&j, "actor", r->actor);
    json_text(&j, "event", r->event);
    json_text(&j, "outcome", r->outcome);
    json_text(&j, "detail", *r->detail ? r->detail : NULL);
    json_text(&j, "creditor", *r->creditor ? r->creditor : NULL);
    json_text(&j, "notice_number", *r->notice_number ? r->notice_number : NULL);
    if (r->object_id) json_int(&j, "object", r->object_id);
    if (r->duration_us >= 0) json_int(&j, "duration_us", r->duration_us);
    hash_json(&j, "request_sha256", r->request_hash);
    hash_json(&j, "answer_sha256", r->answer_hash);
    if (l->seq) json_int(&j, "seal", l->seq);
    if (l->message) json_bool(&j, "message", true);
    json_end(&j);
    if (json_finish(&j) == ERR_NONE) cli_write(cli, buf_str(&text), text.len);
    buf_free(&text);
}

enum err cli_journal_show(struct cli *cli)
{
    enum err rc;
    struct db *db;

    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(service_journal_story(db, cli->operands[0], line_print, cli));
out:
    return rc;
}

struct grepping {
    struct cli_page page;
    struct db_journal_line line; /* the one that comes */
    int64_t last_id;
    char actor[71];
    unsigned char token_hash[8];
};

static void grep_tell(void *cls, const struct db_journal_line *line)
{
    struct grepping *g = cls;

    g->page.n++;
    g->last_id = line->row.id;
    line_print(g->page.cli, line);
}

static enum err grep_row(void *cls)
{
    struct grepping *g = cls;

    grep_tell(g, &g->line);
    return ERR_NONE;
}

static enum err times_read(struct cli *cli, const struct grepping *g,
                           struct db_journal_query *query)
{
    enum err rc = ERR_NONE;
    const char *since = cli->values[CLI_OPTION_SINCE], *until = cli->values[CLI_OPTION_UNTIL];
    int64_t since_us = 0, until_us = 0;

    if (since)
        TRY(cli_time_read("--since", since, &since_us));
    else if (!until && !g->page.after && !query->notice_number && !cli_has(cli, CLI_OPTION_IUV))
        since_us = clock_wall_us() - DAY_US;
    if (until) TRY(cli_time_read("--until", until, &until_us));
    query->after_id = clock_id_floor(since_us);
    query->until_id = clock_id_floor(until_us);
    if (g->page.after > query->after_id) query->after_id = g->page.after;
out:
    return rc;
}

/* The index is on whole numbers: a part of one would find nothing, as if nothing had happened. */
static enum err numbers_check(const char *notice, const char *iuv)
{
    char first[NOTICE_LEN + 1];

    if (notice && iuv) return err_set(ERR_USAGE, "--notice and --iuv: expected one of them");
    if (notice && (strlen(notice) != NOTICE_LEN || strspn(notice, "0123456789") != NOTICE_LEN))
        return err_setf(ERR_USAGE, "--notice \"%.40s\": expected %d digits; of an IUV: --iuv IUV",
                        notice, NOTICE_LEN);
    if (iuv && !notice_of_iuv(iuv, 0, first))
        return err_setf(ERR_USAGE,
                        "--iuv \"%.40s\": expected 15 or 17 digits; of a notice number: --notice "
                        "NUMBER",
                        iuv);
    return ERR_NONE;
}

enum err cli_journal_grep(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct grepping g = {.actor = ""};
    const char *channel = cli->values[CLI_OPTION_CHANNEL], *token = cli->values[CLI_OPTION_TOKEN];
    const char *iuv = cli->values[CLI_OPTION_IUV];
    struct db_journal_query query = {.notice_number = cli->values[CLI_OPTION_NOTICE],
                                     .creditor = cli->values[CLI_OPTION_CREDITOR],
                                     .event = cli->values[CLI_OPTION_EVENT],
                                     .outcome = cli->values[CLI_OPTION_OUTCOME]};

    TRY(cli_page_open(cli, "", &g.page));
    TRY(numbers_check(query.notice_number, iuv));
    TRY(times_read(cli, &g, &query));
    if (channel) snprintf(g.actor, sizeof g.actor, "channel/%.60s", channel);
    query.actor = g.actor;
    if (token) {
        service_journal_token(token, g.token_hash);
        query.token_hash = g.token_hash;
    }
    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    if (iuv)
        TRY(service_journal_grep_iuv(db, iuv, &query, CLI_PAGE, grep_tell, &g));
    else
        TRY(db_journal_search(db, &query, CLI_PAGE, &g.line, grep_row, &g));
    cli_page_end(&g.page, g.last_id, "no such lines");
out:
    return rc;
}

enum err cli_journal_key(struct cli *cli)
{
    enum err rc;
    struct signer *signer = NULL;
    struct buf text = BUF_INIT(4096);

    TRY(crypto_signer_open(config_text(CONFIG_JOURNAL_KEY_FILE), &signer));
    TRY(crypto_signer_public(signer, &text));
    cli_print(cli, "%s", buf_str(&text));
out:
    buf_free(&text);
    crypto_signer_close(&signer);
    return rc;
}
