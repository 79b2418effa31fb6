/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file cli.h
 * The operator's hand: `payer <noun> <verb>`, one .c a verb, and the composition root: the only
 * folder that sees all others. It holds no rule of the business: a verb reads its operands, calls
 * service/ or work/, and prints. Results go to stdout, everything else to stderr. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "base/buf.h"
#include "base/json.h"
#include "db/db.h"

#include <stdatomic.h>
#include <stdio.h>

enum cli_option {
#define OPTION(id, name, letter, argument, help) CLI_OPTION_##id,
#include "cli/option.def"
#undef OPTION
    CLI_OPTION_COUNT
};
_Static_assert(CLI_OPTION_COUNT <= 64, "a verb's options are a bit set");
#define CLI_TAKES(id) (UINT64_C(1) << CLI_OPTION_##id)

#define CLI_SETS_MAX 32

struct cli;
typedef enum err cli_fn(struct cli *cli);

/** One row of verb.def. */
struct cli_verb {
    const char *noun, *verb;
    cli_fn *run;
    uint64_t options;
    const char *operands, *summary, *examples;
};

/** One command being run. All texts are borrowed from argv. */
struct cli {
    const struct cli_verb *verb;
    int n_operands;
    char **operands;                      /* what stands after the verb */
    const char *values[CLI_OPTION_COUNT]; /* NULL: not given; "" for one without argument */
    const char *sets[CLI_SETS_MAX];       /* --set, in order */
    size_t n_sets;
    bool json, quiet, verbose, dry_run; /* the options of these names */
    bool color;                         /* stdout may be coloured */
    bool findings;    /* set by the verb: done, but something was found or refused: exit 1 */
    bool reader_gone; /* of stdout */
    FILE *out;        /* for cli_print() */
    char *out_part;   /* owned; -o writes here first */
    struct db *db[DB_ROLE_COUNT]; /* by cli_db() */
};

/** Is an option given? Its argument: cli->values[CLI_OPTION_X]. */
static inline bool cli_has(const struct cli *cli, enum cli_option option)
{
    return cli->values[option] != NULL;
}

/** The connection of a role, opened at the first call and closed when the command ends. */
MUST_USE enum err cli_db(struct cli *cli, enum db_role role, struct db **out);
/** Print a result, on stdout or into -o's file. A failed write is reported when the verb ends. */
void cli_print(struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** The same for bytes. */
void cli_write(struct cli *cli, const void *bytes, size_t len);
/** Finish a JSON document and print it. @return what json_finish() said */
MUST_USE enum err cli_write_json(struct cli *cli, struct json *json);
/** Say something to the operator on stderr, unless --quiet. */
void cli_say(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Report an error on stderr and go on, as for one line of many: "payer: position load: …". A verb
 * that returns an error need not call it. */
void cli_report(const struct cli *cli, enum err code);
/** Ask before money moves or something is lost. question ends without a mark.
 * @return ERR_NONE: yes | ERR_USAGE: no, or nobody to ask and no --yes */
MUST_USE enum err cli_confirm(const struct cli *cli, const char *question);
/** From now on Ctrl-C and SIGTERM only set what cli_stop_asked() says, and what is returned; the
 * second one kills. */
const atomic_bool *cli_stop_catch(void);
bool cli_stop_asked(void);

#define VERB(noun, verb, function, options, operands, summary, examples) cli_fn function;
#define NOUN(noun, summary)
#include "cli/verb.def"
#undef NOUN
#undef VERB

#endif
