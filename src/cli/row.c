/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/row.h"

#include "cli/operator.h"
#include "domain/amount.h"

#include <inttypes.h>

enum {
    ROW_MAX = 2 * 1024 * 1024, /* a message of 256 KiB, escaped */
    ROOM = CLI_TIME_SIZE + AMOUNT_SIZE
};

/* A value as text, in room where it is not one already. */
static const char *cell_text(const struct cli *cli, const struct cli_cell *c, char room[ROOM])
{
    switch (c->kind) {
    case CELL_TEXT:
        return c->text ? c->text : "";
    case CELL_TIME:
        cli_time(cli, c->number, room);
        break;
    case CELL_CENTS:
        amount_print(c->number, room);
        break;
    case CELL_INT:
        (void)snprintf(room, ROOM, "%" PRId64, c->number);
        break;
    }
    return room;
}

static void object_write(const struct cli *cli, struct json *j, const struct cli_cell *cells,
                         size_t n)
{
    char room[ROOM];

    json_object(j, NULL);
    for (const struct cli_cell *c = cells; c < cells + n; c++) {
        const char *text = cell_text(cli, c, room);

        if (!c->key || (!*text && c->empty == EMPTY_ABSENT)) continue;
        if (c->kind == CELL_INT || c->kind == CELL_CENTS)
            json_int(j, c->key, c->number);
        else
            json_text(j, c->key, !*text && c->empty == EMPTY_NULL ? NULL : text);
    }
    json_end(j);
}

static void line_print(struct cli *cli, const struct cli_cell *cells, size_t n)
{
    char room[ROOM];

    for (const struct cli_cell *c = cells; c < cells + n; c++)
        if (c->before) cli_print(cli, "%s%-*s", c->before, c->width, cell_text(cli, c, room));
    cli_print(cli, "\n");
}

enum err cli_row(struct cli *cli, struct json *inside, const struct cli_cell *cells, size_t n)
{
    enum err rc = ERR_NONE;
    struct buf text = BUF_INIT(ROW_MAX);
    struct json j = JSON_INIT(&text);

    if (!cli->json) {
        line_print(cli, cells, n);
        goto out;
    }
    object_write(cli, inside ? inside : &j, cells, n);
    if (inside) goto out;
    TRY(cli_write_json(cli, &j));
out:
    buf_free(&text);
    return rc;
}
