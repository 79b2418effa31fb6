/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/anomaly.h"

#include "base/clock.h"
#include "cli/operator.h"
#include "cli/page.h"
#include "cli/row.h"
#include "domain/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HAD_SIZE = 360, KINDS_CHARS = 180 };
static const char ID[] = "the id of an anomaly";

struct listing {
    struct cli *cli;
    struct cli_page page;
    struct db_anomaly row;
    struct db_anomaly_note note;
};

/* The biggest unit of which it has two. */
static void age_print(int64_t seconds, char *out, size_t cap)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"d", 86400}, {"h", 3600}, {"min", 60}};

    snprintf(out, cap, "%" PRId64 " s", seconds);
    for (size_t i = 0; i < ARRAY_LEN(units); i++)
        if (seconds >= 2 * units[i].seconds) {
            snprintf(out, cap, "%" PRId64 " %s", seconds / units[i].seconds, units[i].name);
            return;
        }
}

static void about_print(const struct db_anomaly *a, char *out, size_t cap)
{
    if (a->flow_id)
        snprintf(out, cap, "line %d of %s", a->line, a->flow_name);
    else
        snprintf(out, cap, "notice %s", a->notice_number);
}

/* What a person reads first: since when it waits, or why it does not. */
static void stands_print(const struct db_anomaly *a, char *out, size_t cap)
{
    char age[32];

    age_print(a->age_s, age, sizeof age);
    if (anomaly_state_parse(a->state) == ANOMALY_OPEN)
        snprintf(out, cap, "for %s", age);
    else
        snprintf(out, cap, "%s", *a->reason ? a->reason : "by the hub");
}

static enum err anomaly_row(void *cls)
{
    struct listing *l = cls;
    const struct db_anomaly *a = &l->row;
    char about[80], stands[48];
    const struct cli_cell cells[] = {
        CELL_N("id", "", a->id),
        CELL_AT("created_at", "  ", a->created_us),
        {CELL_TEXT, "kind", "  ", a->kind, .width = 19},
        CELL_T("creditor", "  ", a->creditor),
        CELL_EUR("amount_cents", "  ", a->amount_cents),
        CELL_T(NULL, "  ", about),
        CELL_T("state", "  ", a->state),
        CELL_T(NULL, " ", stands),
        CELL_T_NULL("owner", "  ", a->owner),
        CELL_AT("taken_at", a->taken_us ? " since " : NULL, a->taken_us),
        CELL_N("age_seconds", NULL, a->age_s),
        CELL_T_NULL("reason", NULL, a->reason),
        CELL_T_NULL("closed_by", NULL, a->closed_by),
        CELL_AT("closed_at", NULL, a->closed_us),
        CELL_T_NULL("notice_number", NULL, a->notice_number),
        CELL_N(a->payment_id ? "payment" : NULL, NULL, a->payment_id),
        CELL_N(a->flow_id ? "psp_flow" : NULL, NULL, a->flow_id),
        CELL_N(a->flow_id ? "line" : NULL, NULL, a->line),
        CELL_T_IF("flow_id", NULL, a->flow_name),
        CELL_T_IF("line_state", NULL, a->line_state),
    };

    l->page.n++;
    about_print(a, about, sizeof about);
    stands_print(a, stands, sizeof stands);
    return cli_row(l->cli, NULL, cells, ARRAY_LEN(cells));
}

/* "-": nobody's. */
static const char *owner_read(const struct cli *cli, char *out, size_t cap)
{
    const char *name = cli->values[CLI_OPTION_OWNER];

    if (!name) return NULL;
    if (!strcmp(name, "-")) return "";
    snprintf(out, cap, "operator/%.50s", name);
    return out;
}

static enum err kind_check(const char *kind)
{
    char names[KINDS_CHARS] = "";

    if (!kind || anomaly_kind_find(kind)) return ERR_NONE;
    for (size_t i = 0; i < anomaly_n_kinds; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), " %s", anomaly_kinds[i].name);
    return err_setf(ERR_USAGE, "--kind \"%.32s\": expected one of%s", kind, names);
}

static enum err times_read(const struct cli *cli, struct db_anomaly_query *query)
{
    enum err rc = ERR_NONE;
    const char *since = cli->values[CLI_OPTION_SINCE], *until = cli->values[CLI_OPTION_UNTIL];
    int64_t since_us = 0, until_us = 0;

    if (since) TRY(cli_time_read("--since", since, &since_us));
    if (until) TRY(cli_time_read("--until", until, &until_us));
    if (since && clock_id_floor(since_us) > query->after_id)
        query->after_id = clock_id_floor(since_us);
    if (until) query->until_id = clock_id_floor(until_us);
out:
    return rc;
}

enum err cli_anomaly_list(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct listing l = {.cli = cli};
    struct db_anomaly_query query = {.kind = cli->values[CLI_OPTION_KIND],
                                     .creditor = cli->values[CLI_OPTION_CREDITOR]};
    char owner[70];

    TRY(cli_page_open(cli, ANOMALY_STATES, &l.page));
    TRY(kind_check(query.kind));
    query.state = l.page.state;
    query.after_id = l.page.after;
    query.owner = owner_read(cli, owner, sizeof owner);
    TRY(times_read(cli, &query));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_anomaly_list(db, &query, CLI_PAGE, &l.row, anomaly_row, &l));
    if (l.page.n == 0) TRY(cli_ente_empty(cli, query.creditor));
    cli_page_end(&l.page, l.row.id, "no anomalies");
out:
    return rc;
}

static enum err note_row(void *cls)
{
    struct listing *l = cls;
    const struct cli_cell cells[] = {
        CELL_N("note", NULL, l->note.id),
        CELL_AT("at", "  ", l->note.at_us),
        CELL_T("author", "  ", l->note.author),
        CELL_T("text", ": ", l->note.text),
    };

    return cli_row(l->cli, NULL, cells, ARRAY_LEN(cells));
}

enum err cli_anomaly_show(struct cli *cli)
{
    enum err rc;
    struct db *db;
    struct listing l = {.cli = cli};
    const struct anomaly_kind *kind;
    int64_t id;

    TRY(cli_id(cli->operands[0], ID, &id));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(db_anomaly_get(db, id, &l.row));
    TRY(anomaly_row(&l));
    kind = anomaly_kind_find(l.row.kind);
    if (!cli->json && kind) cli_print(cli, "  %s\n  To do: %s\n", kind->what, kind->todo);
    if (!cli->json && anomaly_state_parse(l.row.state) == ANOMALY_CLOSED)
        cli_print(cli, "  Closed: %s\n", anomaly_reason_what(anomaly_reason_parse(l.row.reason)));
    TRY(db_anomaly_notes(db, id, &l.note, note_row, &l));
out:
    return rc;
}

/* "operator/anna has anomaly 17 since 2026-11-26T09:30:00". */
static void had_print(const struct cli *cli, const struct db_anomaly *a, char out[HAD_SIZE])
{
    char at[CLI_TIME_SIZE];

    cli_time(cli, a->taken_us, at);
    snprintf(out, HAD_SIZE, "%s has anomaly %" PRId64 "%s%s", a->owner, a->id, *at ? " since " : "",
             at);
}

static enum err refused(const struct cli *cli, const struct anomaly_act *act)
{
    const struct db_anomaly *a = &act->anomaly;
    char had[HAD_SIZE];

    if (anomaly_state_parse(a->state) == ANOMALY_OPEN) {
        had_print(cli, a, had);
        return err_setf(ERR_DATA, "%s: %s", had,
                        act->event == ANOMALY_ON_TAKE ? "somebody else had it when you were asked"
                                                      : "take it first");
    }
    if (!*a->reason)
        return err_setf(ERR_DATA, "the hub closed anomaly %" PRId64 ": later facts agree", a->id);
    if (act->event == ANOMALY_ON_REOPEN)
        return err_setf(ERR_DATA, "what anomaly %" PRId64 " was about is %s by now", a->id,
                        strcmp(a->flow_state, "LIVE") != 0 ? a->flow_state : a->line_state);
    return err_setf(ERR_DATA, "%s closed anomaly %" PRId64 " as %s: reopen it first", a->closed_by,
                    a->id, a->reason);
}

/* Somebody else has it: from whom it is taken is what was asked about, and no one else. */
static enum err take_over(const struct cli *cli, struct db *db, struct anomaly_act *act)
{
    enum err rc;
    const struct db_anomaly was = act->anomaly;
    char had[HAD_SIZE], question[HAD_SIZE + 20];

    had_print(cli, &was, had);
    snprintf(question, sizeof question, "%s: take it over", had);
    TRY(cli_confirm(cli, question));
    act->from = was.owner;
    TRY(service_anomaly_act(db, act));
    act->from = NULL;
out:
    return rc;
}

/* @param done  what is said when it was done, or was so before */
static enum err work_on(struct cli *cli, struct anomaly_act *act, const char *done)
{
    enum err rc;
    struct db *db;
    char actor[70];

    cli_actor(actor, sizeof actor);
    act->actor = actor;
    TRY(cli_id(cli->operands[0], ID, &act->id));
    TRY(cli_db(cli, DB_ROLE_WORK, &db));
    TRY(service_anomaly_act(db, act));
    if (act->answer == ANOMALY_IS_REFUSED && act->event == ANOMALY_ON_TAKE &&
        anomaly_state_parse(act->anomaly.state) == ANOMALY_OPEN)
        TRY(take_over(cli, db, act));
    if (act->answer == ANOMALY_IS_REFUSED)
        rc = refused(cli, act);
    else
        cli_print(cli, "anomaly %" PRId64 " is %s%s\n", act->id, done,
                  act->answer == ANOMALY_IS_ALREADY ? " already" : "");
out:
    return rc;
}

enum err cli_anomaly_take(struct cli *cli)
{
    struct anomaly_act act = {.event = ANOMALY_ON_TAKE};

    return work_on(cli, &act, "yours");
}

enum err cli_anomaly_release(struct cli *cli)
{
    struct anomaly_act act = {.event = ANOMALY_ON_RELEASE};

    return work_on(cli, &act, "nobody's");
}

enum err cli_anomaly_note(struct cli *cli)
{
    struct anomaly_act act = {.event = ANOMALY_ON_NOTE, .text = cli->operands[1]};

    if (text_check(act.text, 1, ANOMALY_NOTE_CHARS) != ERR_NONE) {
        err_clear();
        return err_setf(ERR_USAGE, "a note has 1 to %d characters, on one line",
                        ANOMALY_NOTE_CHARS);
    }
    if (text_has_card(act.text))
        return err_setf(ERR_USAGE, "a note must not hold the number of a card");
    return work_on(cli, &act, "noted");
}

enum err cli_anomaly_close(struct cli *cli)
{
    const char *reason = cli->values[CLI_OPTION_REASON];
    struct anomaly_act act = {.event = ANOMALY_ON_CLOSE,
                              .reason = anomaly_reason_parse(reason ? reason : "")};
    char names[200] = "";

    if (act.reason) return work_on(cli, &act, "closed");
    for (enum anomaly_reason r = ANOMALY_REASON_NONE + 1; r < ANOMALY_REASON_COUNT; r++)
        snprintf(names + strlen(names), sizeof names - strlen(names), " %s",
                 anomaly_reason_name(r));
    return err_setf(ERR_USAGE, "--reason: expected one of%s", names);
}

enum err cli_anomaly_reopen(struct cli *cli)
{
    struct anomaly_act act = {.event = ANOMALY_ON_REOPEN};

    return work_on(cli, &act, "open");
}
