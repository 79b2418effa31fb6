/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/message.h"

#include "cli/operator.h"
#include "cli/page.h"
#include "domain/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A terminal is shown no control character of somebody else's; lines stay lines. */
static enum err part_print(struct cli *cli, const char *name, const struct buf *part)
{
    enum err rc = ERR_NONE;
    struct buf line = BUF_INIT(DB_MESSAGE_MAX + 1);
    char *mended = malloc(part->len + 1);

    if (!mended) return err_set(ERR_MEMORY, name);
    cli_print(cli, "--- %s: %zu bytes\n", name, part->len);
    for (const char *at = buf_str(part), *end; *at; at = *end ? end + 1 : end) {
        end = at + strcspn(at, "\n");
        buf_reset(&line);
        TRY(buf_add(&line, at, (size_t)(end - at) - (end > at && end[-1] == '\r')));
        text_mend(buf_str(&line), mended, part->len + 1);
        cli_print(cli, "%s\n", mended);
    }
out:
    buf_free(&line);
    free(mended);
    return rc;
}

static enum err message_json(struct cli *cli, const struct db_message *m, const char *at)
{
    enum err rc;
    struct buf text = BUF_INIT(12 * DB_MESSAGE_MAX + 8192); /* a byte may take six to escape */
    struct json j = JSON_INIT(&text);

    json_object(&j, NULL);
    json_int(&j, "id", m->id);
    json_text(&j, "at", at);
    json_text(&j, "family", m->family);
    json_bool(&j, "encrypted", m->encrypted);
    json_text(&j, "request", buf_str(&m->request));
    json_text(&j, "answer", m->answer.len ? buf_str(&m->answer) : NULL);
    json_end(&j);
    TRY(cli_write_json(cli, &j));
out:
    buf_free(&text);
    return rc;
}

enum err cli_journal_message(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct db_message m = {.id = 0};
    int64_t id;
    char at[CLI_TIME_SIZE];

    TRY(cli_id(cli->operands[0], "the id of a line of the journal", &id));
    TRY(service_message_init());
    TRY(cli_db(cli, DB_ROLE_AUDIT, &db));
    TRY(service_message_read(db, id, &m));
    cli_time(cli, m.at_us, at);
    if (cli->json) {
        TRY(message_json(cli, &m, at));
        goto out;
    }
    cli_print(cli, "%" PRId64 "  %s  %s%s\n", m.id, at, m.family,
              m.encrypted ? "  (encrypted)" : "");
    TRY(part_print(cli, "request", &m.request));
    TRY(part_print(cli, "answer", &m.answer));
out:
    buf_free(&m.request);
    buf_free(&m.answer);
    service_message_forget();
    return rc;
}
