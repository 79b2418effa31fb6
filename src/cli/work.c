/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/work.h"

#include "cli/cli.h"

enum err cli_work(struct cli *cli)
{
    const struct work_options options = {.once = cli_has(cli, CLI_OPTION_ONCE)};

    return work_run(&options);
}
