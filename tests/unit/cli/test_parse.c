/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: what is typed becomes a row of verb.def, or a sentence that says what is wrong
 * and what was perhaps meant. */
#include "xml/scratch.h"

#include "cli/parse.h"

#include <inttypes.h>

#define WORDS_MAX 12

static char line[512];
static char *words[WORDS_MAX + 1];

/* Split at blanks, as a shell would. */
static enum err parse(const char *text, struct cli *cli)
{
    int argc = 0;
    char *rest = line;

    memset(cli, 0, sizeof *cli);
    err_clear();
    (void)snprintf(line, sizeof line, "payer %s", text);
    for (char *word = line; word && *word && argc < WORDS_MAX; word = rest) {
        rest = strchr(word, ' ');
        if (rest) *rest++ = '\0';
        words[argc++] = word;
    }
    words[argc] = NULL;
    return cli_parse(cli, argc, words);
}

static const struct {
    const char *typed, *noun, *verb; /* noun NULL: refused, verb is the sentence */
} cases[] = {
    {"db start", "db", "start"},
    {"db start -q --set a.b=c", "db", "start"},
    {"-q db --set a.b=c start", "db", "start"},
    {"db status --json", "db", "status"},
    {"check", "check", ""},
    {"check -o out.txt --json", "check", ""},
    {"db strat", NULL, "unknown verb \"strat\": did you mean \"start\"?"},
    {"dbb start", NULL, "unknown command \"dbb\": did you mean \"db\"?"},
    {"frobnicate", NULL, "unknown command \"frobnicate\""},
    {"db", NULL, "db: which verb?"},
    {"", NULL, "which command?"},
    {"db start --jsn", NULL, "unknown option --jsn: did you mean --json?"},
    {"db start --josn=1", NULL, "unknown option --josn: did you mean --json?"},
    {"db start -Z", NULL, "unknown option -Z"},
    {"db start --json", NULL, "--json is not for this command"},
    {"db status -n", NULL, "--dry-run is not for this command"},
    {"db status --json=yes", NULL, "--json takes no value"},
    {"db status -o", NULL, "-o needs a value"},
    {"db start now", NULL, "\"now\" is one operand too many"},
    {"registry import", NULL, "expected FILE"},
};

static void test_what_is_typed_finds_its_row(void **state)
{
    struct cli cli;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum err rc = parse(cases[i].typed, &cli);

        if (cases[i].noun) {
            if (rc != ERR_NONE) fail_msg("%s: %s", cases[i].typed, err_detail()->field);
            assert_string_equal(cli.verb->noun, cases[i].noun);
            assert_string_equal(cli.verb->verb, cases[i].verb);
        } else {
            if (rc != ERR_USAGE) fail_msg("%s: was taken", cases[i].typed);
            assert_string_equal(err_detail()->field, cases[i].verb);
        }
    }
}

static void test_options_and_operands_are_told_apart(void **state)
{
    struct cli cli;

    (void)state;
    assert_int_equal(parse("registry import -n a.xml --set x.y=1 -v -c my.conf --set x.z=2", &cli),
                     ERR_NONE);
    assert_int_equal(cli.n_operands, 1);
    assert_string_equal(cli.operands[0], "a.xml");
    assert_int_equal(cli.n_sets, 2);
    assert_string_equal(cli.sets[0], "x.y=1");
    assert_string_equal(cli.sets[1], "x.z=2");
    assert_string_equal(cli.values[CLI_OPTION_CONFIG], "my.conf");
    assert_true(cli.verbose && cli.dry_run && !cli.quiet && !cli.json);
    assert_true(cli_has(&cli, CLI_OPTION_DRY_RUN));
    assert_false(cli_has(&cli, CLI_OPTION_YES));
    assert_int_equal(parse("registry import -- -n", &cli), ERR_NONE);
    assert_string_equal(cli.operands[0], "-n");
    assert_false(cli.dry_run);
}

static void test_help_comes_before_everything_else(void **state)
{
    struct cli cli;

    (void)state;
    assert_int_equal(parse("registry import --help", &cli), ERR_NONE);
    assert_string_equal(cli.verb->verb, "import");
    assert_int_equal(parse("-h", &cli), ERR_NONE);
    assert_null(cli.verb);
    assert_int_equal(parse("db --help", &cli), ERR_NONE);
    assert_null(cli.verb);
    assert_int_equal(parse("dbb --help", &cli), ERR_USAGE);
    assert_int_equal(parse("help", &cli), ERR_NONE);
    assert_true(cli_has(&cli, CLI_OPTION_HELP) && !cli.verb);
    assert_int_equal(parse("help registry import", &cli), ERR_NONE);
    assert_true(cli_has(&cli, CLI_OPTION_HELP));
    assert_string_equal(cli.verb->verb, "import");
    assert_int_equal(parse("help dbb", &cli), ERR_USAGE);
    assert_int_equal(parse("registry import help", &cli), ERR_NONE);
    assert_false(cli_has(&cli, CLI_OPTION_HELP));
    assert_int_equal(parse("nothing --version", &cli), ERR_NONE);
}

static void test_help_shows_examples_first_and_own_options(void **state)
{
    struct buf text = BUF_INIT(1 << 20);
    struct cli cli;
    const char *examples, *options;

    (void)state;
    assert_int_equal(parse("db status -h", &cli), ERR_NONE);
    assert_int_equal(cli_help("db", cli.verb, &text), ERR_NONE);
    examples = strstr(buf_str(&text), "Examples:\n  payer db status\n  payer db status --json\n");
    options = strstr(buf_str(&text), "Options:\n      --json ");
    assert_true(examples && options && examples < options);
    assert_non_null(strstr(buf_str(&text), "Usage: payer db status [options]\n"));
    assert_null(strstr(buf_str(&text), "--dry-run"));
    buf_reset(&text);
    assert_int_equal(cli_help(NULL, NULL, &text), ERR_NONE);
    for (const struct cli_verb *v = cli_verbs; v->noun; v++)
        assert_non_null(strstr(buf_str(&text), v->summary));
    buf_free(&text);
}

/* An example that its own command refuses would be worse than none. Quotes and pipes are the
 * shell's: what stands behind them is not looked at. */
static void test_every_row_is_whole_and_its_examples_parse(void **state)
{
    char example[256];
    struct cli cli;

    (void)state;
    for (const struct cli_verb *v = cli_verbs; v->noun; v++) {
        bool noun_known = !*v->verb;

        for (const struct cli_noun *n = cli_nouns; n->noun; n++)
            if (!strcmp(n->noun, v->noun)) noun_known = true;
        assert_true(noun_known && v->run && *v->summary && *v->examples);
        for (const struct cli_verb *w = v + 1; w->noun; w++)
            assert_true(strcmp(v->noun, w->noun) != 0 || strcmp(v->verb, w->verb) != 0);
        for (const char *at = v->examples; *at; at += strcspn(at, "\n"), at += *at == '\n') {
            (void)snprintf(example, sizeof example, "%.*s", (int)strcspn(at, "\n|<>'"), at);
            assert_int_equal(strncmp(example, "payer ", 6), 0);
            while (example[strlen(example) - 1] == ' ')
                example[strlen(example) - 1] = '\0';
            if (strlen(example) < strcspn(at, "\n") && strchr(at, '\'')) continue;
            if (parse(example + 6, &cli) != ERR_NONE)
                fail_msg("%s: %s", example, err_detail()->field);
            assert_ptr_equal(cli.verb, v);
        }
    }
}

static void test_option_names_and_letters_are_unique(void **state)
{
    static const struct {
        const char *name;
        char letter;
    } options[] = {
#define OPTION(id, name, letter, argument, help) {name, letter},
#include "cli/option.def"
#undef OPTION
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(options[i].name, options[k].name);
            assert_true(!options[i].letter || options[i].letter != options[k].letter);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_typed_finds_its_row),
        cmocka_unit_test(test_options_and_operands_are_told_apart),
        cmocka_unit_test(test_help_comes_before_everything_else),
        cmocka_unit_test(test_help_shows_examples_first_and_own_options),
        cmocka_unit_test(test_every_row_is_whole_and_its_examples_parse),
        cmocka_unit_test(test_option_names_and_letters_are_unique),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
