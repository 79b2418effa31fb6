/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/parse.h"

#include "base/nearest.h"

#include <getopt.h>
#include <string.h>

const struct cli_verb cli_verbs[] = {
#define VERB(noun, verb, function, options, operands, summary, examples)                           \
    {noun, verb, function, options, operands, summary, examples},
#define NOUN(noun, summary)
#include "cli/verb.def"
#undef NOUN
#undef VERB
    {NULL, NULL, NULL, 0, NULL, NULL, NULL},
};

const struct cli_noun cli_nouns[] = {
#define VERB(noun, verb, function, options, operands, summary, examples)
#define NOUN(noun, summary) {noun, summary},
#include "cli/verb.def"
#undef NOUN
#undef VERB
    {NULL, NULL},
};

/* Values above every character, so that a long option is told from its letter. */
#define LONG_BASE 256

static const struct option long_options[] = {
#define OPTION(id, name, letter, argument, help)                                                   \
    {name, (argument) ? required_argument : no_argument, NULL, LONG_BASE + CLI_OPTION_##id},
#include "cli/option.def"
#undef OPTION
    {NULL, 0, NULL, 0},
};

static const struct {
    char letter;
    bool takes_argument;
} letters[CLI_OPTION_COUNT] = {
#define OPTION(id, name, letter, argument, help) {letter, (argument) != NULL},
#include "cli/option.def"
#undef OPTION
};

static void letters_list(char out[2 * CLI_OPTION_COUNT + 2])
{
    size_t n = 0;

    out[n++] = ':'; /* a missing argument is told from an unknown option */
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        if (!letters[i].letter) continue;
        out[n++] = letters[i].letter;
        if (letters[i].takes_argument) out[n++] = ':';
    }
    out[n] = '\0';
}

static enum cli_option option_of(int found)
{
    for (int i = 0; i < CLI_OPTION_COUNT; i++)
        if (found == LONG_BASE + i || (letters[i].letter && found == letters[i].letter))
            return (enum cli_option)i;
    return CLI_OPTION_COUNT;
}

static enum err option_unknown(const char *typed)
{
    char name[64];
    struct nearest near = {name, NULL, 0};

    if (typed[0] != '-' || typed[1] != '-') return err_setf(ERR_USAGE, "unknown option %s", typed);
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(typed + 2, "="), typed + 2);
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++)
        nearest_offer(&near, long_options[i].name);
    return err_setf(ERR_USAGE, "unknown option --%s%s%s%s", name,
                    near.found ? ": did you mean --" : "", near.found ? near.found : "",
                    near.found ? "?" : "");
}

static enum err options_parse(struct cli *cli, int argc, char **argv)
{
    char list[2 * CLI_OPTION_COUNT + 2];
    enum cli_option option;
    int found;

    letters_list(list);
    optind = 0; /* glibc: forget an earlier parse */
    opterr = 0;
    while ((found = getopt_long(argc, argv, list, long_options, NULL)) != -1) {
        if (found == ':') return err_setf(ERR_USAGE, "%s needs a value", argv[optind - 1]);
        if (found == '?' && optopt > 0 && optopt < LONG_BASE)
            return err_setf(ERR_USAGE, "unknown option -%c", optopt);
        if (found == '?' && optopt >= LONG_BASE)
            return err_setf(ERR_USAGE, "%.*s takes no value", (int)strcspn(argv[optind - 1], "="),
                            argv[optind - 1]);
        if (found == '?') return option_unknown(argv[optind - 1]);
        option = option_of(found);
        if (option == CLI_OPTION_SET) {
            if (cli->n_sets == CLI_SETS_MAX) return err_set(ERR_USAGE, "too many --set");
            cli->sets[cli->n_sets++] = optarg;
        }
        cli->values[option] = optarg ? optarg : "";
    }
    return ERR_NONE;
}

static enum err name_unknown(const char *what, struct nearest *near)
{
    return err_setf(ERR_USAGE, "unknown %s \"%.60s\"%s%s%s", what, near->typed,
                    near->found ? ": did you mean \"" : "", near->found ? near->found : "",
                    near->found ? "\"?" : "");
}

/* @param out_used  how many words name the command: 1 or 2; 0 while they do not name one yet */
static enum err verb_find(struct cli *cli, int n, char **words, int *out_used)
{
    struct nearest near_noun = {n > 0 ? words[0] : "", NULL, 0};
    struct nearest near_verb = {n > 1 ? words[1] : "", NULL, 0};
    bool noun_known = false;

    *out_used = 0;
    if (n == 0) return ERR_NONE;
    for (const struct cli_verb *v = cli_verbs; v->noun; v++) {
        nearest_offer(&near_noun, v->noun);
        if (strcmp(v->noun, words[0]) != 0) continue;
        noun_known = true;
        if (*v->verb) nearest_offer(&near_verb, v->verb);
        if (*v->verb && (n < 2 || strcmp(v->verb, words[1]) != 0)) continue;
        cli->verb = v;
        *out_used = *v->verb ? 2 : 1;
        return ERR_NONE;
    }
    if (!noun_known) return name_unknown("command", &near_noun);
    return n > 1 ? name_unknown("verb", &near_verb) : ERR_NONE;
}

static enum err options_allow(const struct cli *cli)
{
    for (int i = CLI_OPTION_COLOR + 1; i < CLI_OPTION_COUNT; i++)
        if (cli->values[i] && !(cli->verb->options & (UINT64_C(1) << i)))
            return err_setf(ERR_USAGE, "--%s is not for this command", long_options[i].name);
    return ERR_NONE;
}

/* The operands' text is the rule: brackets are optional, dots repeat. */
static enum err operands_count(const struct cli *cli)
{
    int least = 0, most = 0;

    for (const char *word = cli->verb->operands; *word;) {
        size_t len = strcspn(word, " ");

        if (*word != '[') least++;
        if (len > 3 && (!strncmp(word + len - 3, "...", 3) || !strncmp(word + len - 4, "...]", 4)))
            most = INT32_MAX - 1;
        if (most < INT32_MAX - 1) most++;
        word += len + (word[len] == ' ');
    }
    if (cli->n_operands < least) return err_setf(ERR_USAGE, "expected %s", cli->verb->operands);
    if (cli->n_operands > most)
        return err_setf(ERR_USAGE, "\"%.60s\" is one operand too many", cli->operands[most]);
    return ERR_NONE;
}

enum err cli_parse(struct cli *cli, int argc, char **argv)
{
    enum err rc;
    int used = 0;

    TRY(options_parse(cli, argc, argv));
    cli->operands = argv + optind;
    cli->n_operands = argc - optind;
    if (cli_has(cli, CLI_OPTION_VERSION)) goto out;
    if (cli->n_operands > 0 && !strcmp(cli->operands[0], "help")) {
        cli->values[CLI_OPTION_HELP] = "";
        cli->operands++;
        cli->n_operands--;
    }
    TRY(verb_find(cli, cli->n_operands, cli->operands, &used));
    if (cli_has(cli, CLI_OPTION_HELP)) goto out;
    if (!cli->verb && cli->n_operands > 0) {
        rc = err_setf(ERR_USAGE, "%s: which verb?", cli->operands[0]);
        goto out;
    }
    if (!cli->verb) {
        rc = err_set(ERR_USAGE, "which command?");
        goto out;
    }
    cli->operands += used;
    cli->n_operands -= used;
    TRY(options_allow(cli));
    TRY(operands_count(cli));
    cli->json = cli_has(cli, CLI_OPTION_JSON);
    cli->quiet = cli_has(cli, CLI_OPTION_QUIET);
    cli->verbose = cli_has(cli, CLI_OPTION_VERBOSE);
    cli->dry_run = cli_has(cli, CLI_OPTION_DRY_RUN);
out:
    return rc;
}
