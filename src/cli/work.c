/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "work/work.h"

#include "base/notify.h"
#include "cli/cli.h"
#include "cli/reload.h"

/* Every setting that may change is read where it is used. */
static enum err work_apply(void *cls)
{
    (void)cls;
    return ERR_NONE;
}

static void work_hangup(void)
{
    cli_reload(work_apply, NULL);
}

static void work_started(void *cls, int metrics_port)
{
    struct cli *cli = cls;

    cli_print(cli, "working metrics=%d\n", metrics_port);
    fflush(cli->out);
    notify_send("READY=1");
}

enum err cli_work(struct cli *cli)
{
    const struct work_options options = {.once = cli_has(cli, CLI_OPTION_ONCE),
                                         .hangup = work_hangup,
                                         .started = work_started,
                                         .cls = cli};

    return work_run(&options);
}
