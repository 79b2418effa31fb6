/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/anomaly.h"

#include "base/clock.h"
#include "db/psp_flow.h"

#include <stdio.h>
#include <string.h>

void service_anomaly_prepare(struct anomaly_act *act)
{
    act->note_id = clock_id_new();
    db_journal_set(&act->line, act->actor, anomaly_event_name(act->event), "", "", "OK");
    act->line.object_id = act->id;
}

/* Closed by the hub, or its line is not what it was opened for: there is nothing to look at. */
static bool is_over(const struct db_anomaly *a)
{
    if (!*a->reason) return true;
    return a->flow_id && (strcmp(a->flow_state, "LIVE") != 0 ||
                          strcmp(psp_flow_line_kind(a->line_state), a->kind) != 0);
}

/* What the table cannot know. */
static enum err answer_find(struct db *db, struct anomaly_act *act, enum anomaly_answer *out)
{
    enum err rc = ERR_NONE;
    const struct db_anomaly *a = &act->anomaly;
    struct db_anomaly_note last;

    switch (act->event) {
    case ANOMALY_ON_TAKE:
        if (*out != ANOMALY_IS_DONE || !*a->owner) break;
        if (!strcmp(a->owner, act->actor))
            *out = ANOMALY_IS_ALREADY;
        else if (!act->from || strcmp(a->owner, act->from) != 0)
            *out = ANOMALY_IS_REFUSED;
        break;
    case ANOMALY_ON_RELEASE:
        if (*out != ANOMALY_IS_DONE || !strcmp(a->owner, act->actor)) break;
        *out = *a->owner ? ANOMALY_IS_REFUSED : ANOMALY_IS_ALREADY;
        break;
    case ANOMALY_ON_NOTE:
        TRY(db_anomaly_note_last(db, a->id, &last));
        if (!strcmp(last.author, act->actor) && !strcmp(last.text, act->text))
            *out = ANOMALY_IS_ALREADY;
        break;
    case ANOMALY_ON_CLOSE:
        if (*out == ANOMALY_IS_ALREADY && strcmp(a->reason, anomaly_reason_name(act->reason)) != 0)
            *out = ANOMALY_IS_REFUSED;
        break;
    case ANOMALY_ON_REOPEN:
        if (*out == ANOMALY_IS_DONE && is_over(a)) *out = ANOMALY_IS_REFUSED;
        break;
    case ANOMALY_ON_NONE:
    case ANOMALY_ON_COUNT:
        rc = BUG("no event of an anomaly");
        break;
    }
out:
    return rc;
}

static void next_fill(const struct anomaly_act *act, enum anomaly_state next, int64_t now_us,
                      struct db_anomaly *a)
{
    snprintf(a->state, sizeof a->state, "%s", anomaly_state_name(next));
    if (act->event == ANOMALY_ON_TAKE) {
        snprintf(a->owner, sizeof a->owner, "%s", act->actor);
        a->taken_us = now_us;
    } else if (act->event == ANOMALY_ON_RELEASE) {
        *a->owner = '\0';
        a->taken_us = 0;
    }
    if (act->event != ANOMALY_ON_CLOSE && act->event != ANOMALY_ON_REOPEN) return;
    *a->reason = *a->closed_by = '\0';
    a->closed_us = 0;
    if (next != ANOMALY_CLOSED) return;
    snprintf(a->reason, sizeof a->reason, "%s", anomaly_reason_name(act->reason));
    snprintf(a->closed_by, sizeof a->closed_by, "%s", act->actor);
    a->closed_us = now_us;
}

static enum err note_tx(struct db *db, const struct anomaly_act *act, int64_t now_us)
{
    struct db_anomaly_note note = {.id = act->note_id, .at_us = now_us};

    snprintf(note.author, sizeof note.author, "%s", act->actor);
    snprintf(note.text, sizeof note.text, "%s", act->text);
    return db_anomaly_note_add(db, act->id, &note);
}

static enum err line_tx(struct db *db, struct anomaly_act *act, const char *had)
{
    const struct db_anomaly *a = &act->anomaly;
    struct db_journal_row *line = &act->line;

    snprintf(line->creditor, sizeof line->creditor, "%s", a->creditor);
    snprintf(line->notice_number, sizeof line->notice_number, "%s", a->notice_number);
    if (act->event == ANOMALY_ON_CLOSE)
        snprintf(line->detail, sizeof line->detail, "%s: %s", a->kind, a->reason);
    else if (act->event == ANOMALY_ON_TAKE && *had)
        snprintf(line->detail, sizeof line->detail, "%s: from %.70s", a->kind, had);
    else
        snprintf(line->detail, sizeof line->detail, "%s", a->kind);
    return db_journal_add(db, line, 1);
}

enum err service_anomaly_act_tx(struct db *db, void *cls)
{
    enum err rc;
    struct anomaly_act *act = cls;
    const struct anomaly_rule *rule;
    struct db_anomaly was;
    int64_t now_us;

    act->answer = ANOMALY_IS_REFUSED; /* forget the last try */
    TRY(db_now(db, &now_us));
    TRY(db_anomaly_get(db, act->id, &was));
    act->anomaly = was;
    rule = anomaly_rule_find(anomaly_state_parse(was.state), act->event);
    act->answer = rule->answer;
    TRY(answer_find(db, act, &act->answer));
    if (act->answer != ANOMALY_IS_DONE) goto out;
    next_fill(act, rule->next, now_us, &act->anomaly);
    TRY(db_anomaly_set(db, &was, &act->anomaly));
    if (act->event == ANOMALY_ON_NOTE) TRY(note_tx(db, act, now_us));
    TRY(line_tx(db, act, was.owner));
out:
    return rc;
}

enum err service_anomaly_act(struct db *db, struct anomaly_act *act)
{
    service_anomaly_prepare(act);
    return db_tx_run(db, "anomaly", service_anomaly_act_tx, act);
}
