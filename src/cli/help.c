/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/parse.h"

#include <string.h>

const struct cli_option_row cli_options[CLI_OPTION_COUNT] = {
#define OPTION(id, name, letter, argument, help) {name, letter, argument, help},
#include "cli/option.def"
#undef OPTION
};

const struct cli_status cli_statuses[] = {
    {0, "done"},
    {1, "done with findings"},
    {64, "usage"},
    {65, "bad data"},
    {66, "no input"},
    {69, "a peer is unavailable"},
    {70, "a fault of the program"},
    {73, "cannot write"},
    {75, "try again"},
    {77, "forbidden"},
    {78, "configuration"},
    {-1, NULL},
};

static enum err print_option(struct buf *out, int i)
{
    char left[64];

    snprintf(left, sizeof left, "--%s%s%s", cli_options[i].name, cli_options[i].argument ? " " : "",
             cli_options[i].argument ? cli_options[i].argument : "");
    if (cli_options[i].letter)
        return buf_printf(out, "  -%c, %-24s %s\n", cli_options[i].letter, left,
                          cli_options[i].help);
    return buf_printf(out, "      %-24s %s\n", left, cli_options[i].help);
}

static enum err print_options(struct buf *out, uint64_t own)
{
    enum err rc;

    TRY(buf_text(out, "\nOptions:\n"));
    for (int i = CLI_OPTION_COLOR + 1; i < CLI_OPTION_COUNT; i++)
        if (own & (UINT64_C(1) << i)) TRY(print_option(out, i));
    for (int i = 0; i <= CLI_OPTION_COLOR; i++)
        TRY(print_option(out, i));
out:
    return rc;
}

static enum err print_examples(struct buf *out, const char *examples)
{
    enum err rc = ERR_NONE;

    while (*examples) {
        size_t len = strcspn(examples, "\n");

        TRY(buf_printf(out, "  %.*s\n", (int)len, examples));
        examples += len + (examples[len] == '\n');
    }
out:
    return rc;
}

static enum err help_verb(const struct cli_verb *v, struct buf *out)
{
    enum err rc;

    TRY(buf_printf(out, "payer %s%s%s: %s\n\nExamples:\n", v->noun, *v->verb ? " " : "", v->verb,
                   v->summary));
    TRY(print_examples(out, v->examples));
    TRY(buf_printf(out, "\nUsage: payer %s%s%s [options]%s%s\n", v->noun, *v->verb ? " " : "",
                   v->verb, *v->operands ? " " : "", v->operands));
    TRY(print_options(out, v->options));
out:
    return rc;
}

static enum err print_verb(const struct cli_verb *v, struct buf *out)
{
    char left[96];

    snprintf(left, sizeof left, "%s%s%s%s%s", v->noun, *v->verb ? " " : "", v->verb,
             *v->operands ? " " : "", v->operands);
    return buf_printf(out, "  %-34s %s\n", left, v->summary);
}

static enum err help_noun(const char *noun, struct buf *out)
{
    enum err rc = ERR_NONE;

    for (const struct cli_noun *n = cli_nouns; n->noun; n++)
        if (!strcmp(n->noun, noun)) TRY(buf_printf(out, "payer %s: %s\n\n", noun, n->summary));
    for (const struct cli_verb *v = cli_verbs; v->noun; v++)
        if (!strcmp(v->noun, noun)) TRY(print_verb(v, out));
    TRY(buf_printf(out, "\nMore on each: payer %s VERB --help\n", noun));
out:
    return rc;
}

/* Commands without verbs first, then by noun, in the table's order. */
static enum err help_all(struct buf *out)
{
    enum err rc;

    TRY(buf_text(out, "payer: a payment hub\n\nExamples:\n"
                      "  payer db start\n"
                      "  payer check\n"
                      "  payer db start --help\n"
                      "  payer help anomaly\n"
                      "\nUsage: payer COMMAND [VERB] [options] [operands]\n\nCommands:\n"));
    for (const struct cli_verb *v = cli_verbs; v->noun; v++)
        if (!*v->verb) TRY(print_verb(v, out));
    for (const struct cli_noun *n = cli_nouns; n->noun; n++) {
        TRY(buf_printf(out, "\n%s: %s\n", n->noun, n->summary));
        for (const struct cli_verb *v = cli_verbs; v->noun; v++)
            if (!strcmp(v->noun, n->noun)) TRY(print_verb(v, out));
    }
    TRY(print_options(out, 0));
    TRY(buf_text(out, "\nExit status:"));
    for (const struct cli_status *s = cli_statuses; s->text; s++)
        TRY(buf_printf(out, "%s%s%d %s", s == cli_statuses ? "" : ",",
                       s->code == 66 || s->code == 75 ? "\n  " : " ", s->code, s->text));
    TRY(buf_text(out, ".\n"));
out:
    return rc;
}

enum err cli_help(const char *noun, const struct cli_verb *verb, struct buf *out)
{
    if (verb) return help_verb(verb, out);
    return noun ? help_noun(noun, out) : help_all(out);
}
