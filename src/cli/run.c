/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "base/log.h"
#include "cli/parse.h"
#include "domain/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)1 << 20)

/* These errors' details are whole sentences; the catalogue's text would only blur them. */
static bool says_all(enum err code)
{
    return code == ERR_USAGE || code == ERR_CONFIG || code == ERR_DATA || code == ERR_REGISTRY;
}

/* What to do next, where it is nearly always the same; remote: with a database elsewhere. */
static const struct {
    enum err code;
    const char *text, *remote;
} cures[] = {
    {ERR_DB_OPEN,
     "is it running? `payer db start` starts the private one, `payer db migrate` makes its "
     "accounts; `payer check` says more",
     "does it run there, does its certificate name db.host and come from an authority of "
     "db.tls_ca, is the password in db.password_dir right? `payer check` says more"},
    {ERR_DB_SCHEMA, "`payer db status` shows where it stands", NULL},
};

static const char *verb_space(const struct cli *cli)
{
    return cli->verb && *cli->verb->verb ? " " : "";
}

void cli_report(const struct cli *cli, enum err code)
{
    const struct err_detail *d = err_detail();
    char field[sizeof d->field]; /* it may quote a file: no terminal is to obey that */

    text_mend(d->code == code ? d->field : "", field, sizeof field);
    if (cli->reader_gone) return;
    (void)fprintf(stderr, "payer: ");
    if (cli->verb)
        (void)fprintf(stderr, "%s%s%s: ", cli->verb->noun, verb_space(cli), cli->verb->verb);
    if (*field && says_all(code))
        (void)fprintf(stderr, "%s\n", field);
    else
        (void)fprintf(stderr, "%s%s%s\n", err_text(code), *field ? ": " : "", field);
    if (cli->verbose && d->code != ERR_NONE)
        (void)fprintf(stderr, "payer: %s at %s:%d\n", err_name(code), d->file, d->line);
}

/* What there is instead: the list of the same noun, where it has one. */
static void list_say(const struct cli *cli)
{
    if (!cli->verb || !strcmp(cli->verb->verb, "list")) return;
    for (const struct cli_verb *v = cli_verbs; v->noun; v++)
        if (!strcmp(v->noun, cli->verb->noun) && !strcmp(v->verb, "list"))
            (void)fprintf(stderr, "payer: those that there are: payer %s list%s%s\n", v->noun,
                          *v->operands ? " " : "", v->operands);
}

static void cure_say(const struct cli *cli, enum err code)
{
    for (size_t i = 0; i < ARRAY_LEN(cures); i++)
        if (cures[i].code == code)
            (void)fprintf(stderr, "payer: %s\n",
                          cures[i].remote && *config_text(CONFIG_DB_HOST) ? cures[i].remote
                                                                          : cures[i].text);
    if (code == ERR_NOT_FOUND) list_say(cli);
    if (code != ERR_USAGE) return;
    (void)fprintf(stderr, "payer: see: payer");
    if (cli->verb)
        (void)fprintf(stderr, " %s%s%s", cli->verb->noun, verb_space(cli), cli->verb->verb);
    else if (cli->n_operands > 0 && cli->operands)
        for (const struct cli_noun *n = cli_nouns; n->noun; n++)
            if (!strcmp(n->noun, cli->operands[0])) (void)fprintf(stderr, " %s", n->noun);
    (void)fprintf(stderr, " --help\n");
}

static enum err config_open(struct cli *cli)
{
    struct buf problems = BUF_INIT(TEXT_MAX);
    enum err rc = config_load(cli->values[CLI_OPTION_CONFIG], cli->sets, cli->n_sets, &problems);

    if (rc == ERR_CONFIG) {
        (void)fprintf(stderr, "%s", buf_str(&problems));
        err_clear();
        rc = err_set(ERR_CONFIG, "the configuration is not right: see above; `payer config "
                                 "example` prints every setting");
    } else {
        log_set_level(cli->verbose ? LOG_DEBUG : (enum log_level)config_int(CONFIG_LOG_LEVEL));
    }
    buf_free(&problems);
    return rc;
}

/* A result in a file is whole or absent: it is written beside and renamed at the end. */
static enum err out_open(struct cli *cli)
{
    const char *path = cli->values[CLI_OPTION_OUTPUT];
    size_t size;

    cli->out = stdout;
    if (!path || !strcmp(path, "-")) return ERR_NONE;
    size = strlen(path) + sizeof ".part";
    cli->out_part = malloc(size);
    if (!cli->out_part) return err_set(ERR_MEMORY, "-o");
    snprintf(cli->out_part, size, "%s.part", path);
    cli->out = fopen(cli->out_part, "we");
    return cli->out ? ERR_NONE : err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
}

static enum err out_close(struct cli *cli, enum err rc)
{
    bool bad = cli->out && (ferror(cli->out) || fflush(cli->out) != 0);
    const char *path = cli->out_part ? cli->values[CLI_OPTION_OUTPUT] : "stdout";

    if (cli->out_part && cli->out) {
        if (fclose(cli->out) != 0) bad = true;
        if (rc != ERR_NONE || bad)
            (void)unlink(cli->out_part);
        else if (rename(cli->out_part, path) != 0)
            bad = true;
    }
    free(cli->out_part);
    /* `payer … | head` is no failure that anybody wants to read about. */
    cli->reader_gone = rc == ERR_NONE && bad && errno == EPIPE;
    if (rc == ERR_NONE && bad) rc = err_setf(ERR_IO_WRITE, "%s: %s", path, strerror(errno));
    return rc;
}

static void color_decide(struct cli *cli)
{
    const char *when = cli->values[CLI_OPTION_COLOR], *term = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");

    cli->color =
        isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
    if (when && !strcmp(when, "always")) cli->color = true;
    if (when && !strcmp(when, "never")) cli->color = false;
    if (cli->out_part) cli->color = false;
}

static enum err verb_run(struct cli *cli)
{
    const char *when = cli->values[CLI_OPTION_COLOR];
    enum err rc;

    if (when && strcmp(when, "auto") != 0 && strcmp(when, "always") != 0 &&
        strcmp(when, "never") != 0)
        return err_setf(ERR_USAGE, "--color \"%.20s\": expected auto, always or never", when);
    TRY(config_open(cli));
    TRY(out_open(cli));
    color_decide(cli);
    TRY(cli->verb->run(cli));
out:
    for (int i = 0; i < DB_ROLE_COUNT; i++)
        db_close(&cli->db[i]);
    return out_close(cli, rc);
}

static enum err help_show(const struct cli *cli)
{
    struct buf text = BUF_INIT(TEXT_MAX);
    enum err rc;

    TRY(cli_help(cli->n_operands > 0 ? cli->operands[0] : NULL, cli->verb, &text));
    if (fwrite(buf_str(&text), 1, text.len, stdout) != text.len || fflush(stdout) != 0)
        rc = err_set(ERR_IO_WRITE, "stdout");
out:
    buf_free(&text);
    return rc;
}

int cli_run(int argc, char **argv)
{
    struct cli cli = {0};
    enum err rc = cli_parse(&cli, argc, argv);

    if (rc == ERR_NONE && cli_has(&cli, CLI_OPTION_VERSION)) {
        puts("payer " PAYER_VERSION);
        return 0;
    }
    if (rc == ERR_NONE) rc = cli_has(&cli, CLI_OPTION_HELP) ? help_show(&cli) : verb_run(&cli);
    if (rc != ERR_NONE) {
        cli_report(&cli, rc);
        cure_say(&cli, rc);
        return err_exit_code(rc);
    }
    return cli.findings ? 1 : 0;
}
