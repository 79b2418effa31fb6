/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static atomic_bool stop_asked; /* free of locks: a signal may set it */

enum err cli_db(struct cli *cli, enum db_role role, struct db **out)
{
    enum err rc = ERR_NONE;

    if (!cli->db[role]) TRY(db_open(role, &cli->db[role]));
    *out = cli->db[role];
out:
    return rc;
}

/* Whether it was written is looked at once, when the command ends: the stream remembers. */
void cli_print(struct cli *cli, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vfprintf(cli->out, fmt, args);
    va_end(args);
}

void cli_write(struct cli *cli, const void *bytes, size_t len)
{
    (void)fwrite(bytes, 1, len, cli->out);
}

enum err cli_write_json(struct cli *cli, struct json *json)
{
    enum err rc;

    TRY(json_finish(json));
    cli_write(cli, buf_str(json->out), json->out->len);
out:
    return rc;
}

void cli_say(const struct cli *cli, const char *fmt, ...)
{
    va_list args;

    if (cli->quiet) return;
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

enum err cli_confirm(const struct cli *cli, const char *question)
{
    char answer[16] = "";

    if (cli_has(cli, CLI_OPTION_YES)) return ERR_NONE;
    if (cli_has(cli, CLI_OPTION_NO_INPUT) || !isatty(STDIN_FILENO))
        return err_setf(ERR_USAGE, "say --yes, as nobody can be asked here: %s?", question);
    (void)fprintf(stderr, "%s? [y/N] ", question);
    if (!fgets(answer, sizeof answer, stdin)) answer[0] = '\0';
    if (!strcmp(answer, "y\n") || !strcmp(answer, "yes\n")) return ERR_NONE;
    return err_set(ERR_USAGE, "not confirmed: nothing was done");
}

static void stop_note(int signal_number)
{
    (void)signal_number;
    atomic_store(&stop_asked, true);
}

const atomic_bool *cli_stop_catch(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = stop_note;
    action.sa_flags = (int)SA_RESETHAND; /* the second one ends the process */
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    return &stop_asked;
}

bool cli_stop_asked(void)
{
    return atomic_load(&stop_asked);
}
