/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/docs.h"

#include "base/config.h"

#include <string.h>

/* A hyphen is typed by the reader, so it must stay one; a point or quote that begins a line would
 * be a request. */
enum err docs_roff(struct buf *out, const char *text)
{
    bool line_begins = true;
    enum err rc = ERR_NONE;

    for (; *text; text++) {
        if (line_begins && (*text == '.' || *text == '\'')) TRY(buf_text(out, "\\&"));
        line_begins = *text == '\n';
        if (*text == '\\')
            TRY(buf_text(out, "\\e"));
        else if (*text == '-')
            TRY(buf_text(out, "\\-"));
        else if (*text == '\'')
            TRY(buf_text(out, "\\(aq"));
        else if (*text == '`')
            TRY(buf_text(out, "\\(ga"));
        else
            TRY(buf_add(out, text, 1));
    }
out:
    return rc;
}

void docs_command(const struct cli_verb *v, char *out, size_t size)
{
    (void)snprintf(out, size, "%s%s%s", v->noun, *v->verb ? " " : "", v->verb);
}

static enum err page_begin(struct buf *out, const char *name, int section, const char *what)
{
    enum err rc;

    TRY(buf_printf(out, ".TH %s %d \"\" \"PayER %s\" \"PayER\"\n.SH NAME\n", name, section,
                   PAYER_VERSION));
    TRY(docs_roff(out, what));
    TRY(buf_text(out, "\n"));
out:
    return rc;
}

static enum err option_add(struct buf *out, const struct cli_option_row *o)
{
    enum err rc;

    TRY(buf_text(out, ".TP\n"));
    if (o->letter) TRY(buf_printf(out, "\\fB\\-%c\\fR, ", o->letter));
    TRY(buf_text(out, "\\fB"));
    TRY(docs_roff(out, "--"));
    TRY(docs_roff(out, o->name));
    TRY(buf_printf(out, "\\fR%s\\fI%s\\fR\n", o->argument ? " " : "",
                   o->argument ? o->argument : ""));
    TRY(docs_roff(out, o->help));
    TRY(buf_text(out, "\n"));
out:
    return rc;
}

static enum err verb_add(struct buf *out, const struct cli_verb *v)
{
    char command[64];
    enum err rc;

    docs_command(v, command, sizeof command);
    TRY(buf_text(out, ".SS \""));
    TRY(docs_roff(out, command));
    TRY(buf_printf(out, "%s", *v->operands ? " " : ""));
    TRY(docs_roff(out, v->operands));
    TRY(buf_text(out, "\"\n"));
    TRY(docs_roff(out, v->summary));
    TRY(buf_text(out, ".\n"));
    for (int i = CLI_OPTION_COLOR + 1; i < CLI_OPTION_COUNT; i++)
        if (v->options & (UINT64_C(1) << i)) TRY(option_add(out, &cli_options[i]));
    TRY(buf_text(out, ".PP\n.nf\n.RS\n"));
    TRY(docs_roff(out, v->examples));
    TRY(buf_text(out, "\n.RE\n.fi\n"));
out:
    return rc;
}

static const char DESCRIPTION[] =
    ".SH SYNOPSIS\n.B payer\n.I COMMAND\n.RI [ VERB ]\n.RI [ options ]\n.RI [ operands ]\n"
    ".SH DESCRIPTION\nPayER takes debt positions of public bodies, lets channels collect them, "
    "tells the bodies of each payment, and makes the files by which banks and accountants move and "
    "match the money. \\fBpayer serve\\fR answers, \\fBpayer work\\fR acts; every other command "
    "is for a person or a timer.\n.PP\nResults go to standard output, everything else to standard "
    "error. What cannot be undone asks first, and without a terminal needs \\fB\\-\\-yes\\fR.\n";

static const char AFTER[] =
    ".SH SIGNALS\n.TP\nSIGTERM, SIGINT\n\\fBpayer serve\\fR and \\fBpayer work\\fR take nothing "
    "new, finish what they hold and end, within 30 seconds.\n.TP\nSIGHUP\nthey read their settings "
    "again, with certificates and passwords; when something in them is wrong, all stay as they "
    "were and the log says what it is.\n"
    ".SH ENVIRONMENT\n.TP\nPAYER_CONFIG\nthe configuration file, where \\fB\\-\\-config\\fR names "
    "none.\n.TP\nPAYER_\\fISECTION\\fR_\\fIKEY\\fR\na setting: stronger than the files, weaker "
    "than \\fB\\-\\-set\\fR.\n.TP\nNO_COLOR\nno colours.\n"
    ".SH FILES\n.TP\n.I ./payer.conf\nthe configuration, else\n.TP\n.I /etc/payer/payer.conf\nand "
    "with either the \\fI*.conf\\fR of the folder \\fIpayer.conf.d\\fR beside it.\n"
    ".SH SEE ALSO\n.BR payer.conf (5)\n";

static enum err man_make(struct buf *out)
{
    enum err rc;

    TRY(page_begin(out, "PAYER", 1, "payer - a payment hub for public bodies"));
    TRY(buf_text(out, DESCRIPTION));
    TRY(buf_text(out, ".SH COMMANDS\n"));
    for (const struct cli_verb *v = cli_verbs; v->noun; v++)
        TRY(verb_add(out, v));
    TRY(buf_text(out, ".SH OPTIONS\nEvery command takes these:\n"));
    for (int i = 0; i <= CLI_OPTION_COLOR; i++)
        TRY(option_add(out, &cli_options[i]));
    TRY(buf_text(out, ".SH EXIT STATUS\n"));
    for (const struct cli_status *s = cli_statuses; s->text; s++)
        TRY(buf_printf(out, ".TP\n%d\n%s\n", s->code, s->text));
    TRY(buf_text(out, AFTER));
out:
    return rc;
}

static const char CONF_BEGINS[] =
    ".SH DESCRIPTION\nLines \\fIkey\\fR = \\fIvalue\\fR in sections; a comment begins with # and "
    "stands on a line of its own. Times have a unit (ms, s, m, h, d), sizes too (KiB, MiB, GiB); "
    "switches are yes or no; paths begin at \\fIhub.home\\fR. An unknown key is an error. What has "
    "structure, such as bodies, channels and accounts, is not here but in the registry "
    "(\\fBpayer registry\\fR).\n.PP\nLater wins: the file, the \\fI*.conf\\fR of the folder "
    "\\fIpayer.conf.d\\fR beside it in order of name, variables like PAYER_SERVE_PORT, "
    "\\fB\\-\\-set serve.port=8080\\fR. \\fBpayer config describe\\fR says where each value came "
    "from, \\fBpayer config example\\fR prints a file to begin with, \\fBpayer check\\fR tries "
    "them all.\n";

static enum err setting_add(struct buf *out, const struct config_about *a)
{
    enum err rc;

    TRY(buf_printf(out, ".TP\n.BI \"%s \" \"= %s\"\n", a->key, a->type));
    TRY(docs_roff(out, a->help));
    TRY(buf_printf(out, ".\nDefault: \\fB"));
    TRY(docs_roff(out, *a->preset ? a->preset : "empty"));
    TRY(buf_printf(out, "\\fR%s", *a->range ? "; " : ""));
    TRY(docs_roff(out, a->range));
    TRY(buf_printf(out, ".%s\n", a->live ? "\nSIGHUP changes it." : ""));
out:
    return rc;
}

static enum err conf_make(struct buf *out)
{
    const char *section = "";
    struct config_about a;
    enum err rc;

    TRY(page_begin(out, "PAYER.CONF", 5, "payer.conf - the settings of payer"));
    TRY(buf_text(out, CONF_BEGINS));
    for (int i = 0; i < CONFIG_COUNT; i++) {
        config_about((enum config_key)i, &a);
        if (strcmp(section, a.section) != 0) TRY(buf_printf(out, ".SH [%s]\n", a.section));
        section = a.section;
        TRY(setting_add(out, &a));
    }
    TRY(buf_text(out, ".SH SEE ALSO\n.BR payer (1)\n"));
out:
    return rc;
}

static enum err print(struct cli *cli, enum err make(struct buf *out))
{
    struct buf text = BUF_INIT(DOCS_MAX);
    enum err rc;

    TRY(make(&text));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}

enum err cli_docs_man(struct cli *cli)
{
    return print(cli, man_make);
}

enum err cli_docs_conf(struct cli *cli)
{
    return print(cli, conf_make);
}
