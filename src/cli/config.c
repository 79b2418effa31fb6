/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"

#include "cli/cli.h"

#define TEXT_MAX ((size_t)1 << 20)

enum err cli_config_describe(struct cli *cli)
{
    struct buf text = BUF_INIT(TEXT_MAX);
    enum err rc;

    TRY(config_describe(&text, cli->json));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

enum err cli_config_example(struct cli *cli)
{
    struct buf text = BUF_INIT(TEXT_MAX);
    enum err rc;

    TRY(config_example(&text));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}
