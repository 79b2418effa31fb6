/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/config.h"
#include "cli/docs.h"

#include <string.h>

/* Which words may follow: the tables go before it, as bash's own. */
static const char SCRIPT[] =
    "_payer() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local i word noun='' verb='' words=''\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if [[ $word == -* ]]; then\n"
    "            [[ -n ${_payer_argument[$word]-} ]] && ((i++))\n"
    "        elif [[ -z $noun ]]; then noun=$word\n"
    "        elif [[ -z $verb && -n ${_payer_verbs[${noun:-.}]-} ]]; then verb=$word\n"
    "        fi\n"
    "    done\n"
    "    COMPREPLY=()\n"
    "    case ${_payer_argument[${before:-.}]-} in\n"
    "    FILE) compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -f -- "
    "\"$current\"); "
    "return ;;\n"
    "    WHEN) words='auto always never' ;;\n"
    "    SECTION.KEY=VALUE) compopt -o nospace 2> /dev/null; words=$_payer_settings ;;\n"
    "    '') ;;\n"
    "    *) return ;;\n"
    "    esac\n"
    "    if [[ -n $words ]]; then :\n"
    "    elif [[ $current == -* ]]; then words=\"$_payer_common "
    "${_payer_options[${noun:-.}${verb:+ $verb}]-}\"\n"
    "    elif [[ -z $noun ]]; then words=$_payer_nouns\n"
    "    elif [[ -z $verb && -n ${_payer_verbs[${noun:-.}]-} ]]; then "
    "words=${_payer_verbs[${noun:-.}]-}\n"
    "    elif [[ -n ${_payer_files[$noun${verb:+ $verb}]-} ]]; then\n"
    "        compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -f -- "
    "\"$current\"); return\n"
    "    fi\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
    "}\n"
    "complete -F _payer payer\n";

static enum err option_add(struct buf *out, int i)
{
    return buf_printf(out, " --%s", cli_options[i].name);
}

/* Do the rows before this one have its noun already? */
static bool noun_seen(const struct cli_verb *v)
{
    return v > cli_verbs && !strcmp(v[-1].noun, v->noun);
}

static enum err nouns_add(struct buf *out)
{
    enum err rc;

    TRY(buf_text(out, "_payer_nouns='"));
    for (const struct cli_verb *v = cli_verbs; v->noun; v++)
        if (!noun_seen(v)) TRY(buf_printf(out, " %s", v->noun));
    TRY(buf_text(out, "'\ndeclare -gA _payer_verbs=("));
    for (const struct cli_verb *v = cli_verbs; v->noun; v++) {
        if (!*v->verb) continue;
        TRY(buf_printf(out, noun_seen(v) ? " %s" : "\n    [%s]='",
                       noun_seen(v) ? v->verb : v->noun));
        if (!noun_seen(v)) TRY(buf_text(out, v->verb));
        if (!v[1].noun || strcmp(v[1].noun, v->noun) != 0) TRY(buf_text(out, "'"));
    }
    TRY(buf_text(out, "\n)\n"));
out:
    return rc;
}

static enum err options_add(struct buf *out)
{
    char command[64];
    enum err rc;

    TRY(buf_text(out, "_payer_common='"));
    for (int i = 0; i <= CLI_OPTION_COLOR; i++)
        TRY(option_add(out, i));
    TRY(buf_text(out, "'\ndeclare -gA _payer_options=(\n"));
    for (const struct cli_verb *v = cli_verbs; v->noun; v++) {
        if (!v->options) continue;
        docs_command(v, command, sizeof command);
        TRY(buf_printf(out, "    ['%s']='", command));
        for (int i = CLI_OPTION_COLOR + 1; i < CLI_OPTION_COUNT; i++)
            if (v->options & (UINT64_C(1) << i)) TRY(option_add(out, i));
        TRY(buf_text(out, "'\n"));
    }
    TRY(buf_text(out, ")\ndeclare -gA _payer_argument=(\n"));
    for (int i = 0; i < CLI_OPTION_COUNT; i++) {
        if (!cli_options[i].argument) continue;
        TRY(buf_printf(out, "    [--%s]=%s", cli_options[i].name, cli_options[i].argument));
        if (cli_options[i].letter)
            TRY(buf_printf(out, " [-%c]=%s", cli_options[i].letter, cli_options[i].argument));
        TRY(buf_text(out, "\n"));
    }
    TRY(buf_text(out, ")\n"));
out:
    return rc;
}

static enum err operands_add(struct buf *out)
{
    char command[64];
    struct config_about a;
    enum err rc;

    TRY(buf_text(out, "declare -gA _payer_files=("));
    for (const struct cli_verb *v = cli_verbs; v->noun; v++) {
        docs_command(v, command, sizeof command);
        if (strstr(v->operands, "FILE")) TRY(buf_printf(out, " ['%s']=1", command));
    }
    TRY(buf_text(out, " )\n_payer_settings='"));
    for (int i = 0; i < CONFIG_COUNT; i++) {
        config_about((enum config_key)i, &a);
        TRY(buf_printf(out, " %s.%s=", a.section, a.key));
    }
    TRY(buf_text(out, "'\n"));
out:
    return rc;
}

enum err cli_docs_completion(struct cli *cli)
{
    struct buf text = BUF_INIT(DOCS_MAX);
    enum err rc;

    TRY(buf_text(&text, "# bash completion for payer, made by: payer docs completion\n"));
    TRY(nouns_add(&text));
    TRY(options_add(&text));
    TRY(operands_add(&text));
    TRY(buf_text(&text, SCRIPT));
    cli_write(cli, buf_str(&text), text.len);
out:
    buf_free(&text);
    return rc;
}
