/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position_list.h"

#include "base/clock.h"
#include "domain/calendar.h"
#include "domain/fiscal_code.h"

#include <string.h>

/* A statement reads WINDOW rows, a call so many windows: who asks for what hardly exists is given
 * a cursor, not a slow answer [I12]. */
enum { WINDOW = 500, WINDOWS = 40 };

/* An id is made before its transaction, by the clock of another machine maybe. */
#define CLOCKS_US INT64_C(3600000000)

/* What is asked for, ready to be compared, and the page in the making. */
struct search {
    const struct position_query *query;
    struct db_position_range range;
    int64_t created_from_us, created_to_us; /* from ≤ at < to */
    struct db_position_line *line;
    db_each_fn *each;
    void *cls;
    int seen, taken, limit; /* seen: in this window */
    int64_t last;           /* the last one that was looked at, or taken */
    bool left;              /* some stood behind the last one that was taken */
};

static bool differs(const char *wanted, const char *is)
{
    return wanted && *wanted && strcmp(wanted, is) != 0;
}

static bool fits(const struct search *s)
{
    const struct position_query *q = s->query;
    const struct db_position_line *l = s->line;

    return !differs(q->debtor, l->debtor_code) && !differs(q->state, l->state) &&
           !differs(q->debt_type, l->debt_type) && *l->due_date &&
           l->created_us >= s->created_from_us && l->created_us < s->created_to_us;
}

static enum err row(void *cls)
{
    struct search *s = cls;

    s->seen++;
    if (s->taken == s->limit) {
        s->left = true;
        return ERR_NONE;
    }
    s->last = s->line->id;
    if (!fits(s)) return ERR_NONE;
    s->taken++;
    return s->each(s->cls);
}

/* NULL or "" leaves *out_day as it is. */
static bool day_take(const char *text, const char *field, int32_t *out_day,
                     struct position_refusal *out)
{
    if (!text || !*text || calendar_date_parse(text, out_day) == ERR_NONE) return true;
    return position_refuse(out, "DATE_SYNTAX", field, "a date, YYYY-MM-DD");
}

/* What no position can have is a mistake of who asks, not a list without positions. */
static bool query_check(const struct registry *registry, const struct scope *scope,
                        const struct position_query *q, struct position_refusal *out)
{
    const struct registry_creditor *c = registry_creditor_find(registry, q->creditor);

    if (!scope_allows(scope, q->creditor))
        return position_refuse(out, "CREDITOR_UNKNOWN", "creditor",
                               "an Ente that you may speak for");
    if (q->state && *q->state && position_state_parse(q->state) == POSITION_NONE)
        return position_refuse(out, "STATE_UNKNOWN", "state", "OPEN, PAID or CANCELLED");
    if (q->debtor && *q->debtor && fiscal_code_check_party('G', q->debtor) != ERR_NONE)
        return position_refuse(out, "DEBTOR_CODE", "debtorCode",
                               "a fiscal code: digits and capital letters");
    if (c && q->debt_type && *q->debt_type && !registry_debt_type_find(c, q->debt_type))
        return position_refuse(out, "DEBT_TYPE_UNKNOWN", "debtType",
                               "a debt type registered for the Ente");
    return true;
}

/* Both are given, and the last day is before the first. */
static bool days_cross(const char *from, const char *to)
{
    return from && *from && to && *to && strcmp(to, from) < 0;
}

static bool days_check(const struct position_query *q, struct position_refusal *out)
{
    bool due = days_cross(q->due_from, q->due_to);

    if (!due && !days_cross(q->created_from, q->created_to)) return true;
    return position_refuse(out, "DATE_ORDER", due ? "dueTo" : "createdTo",
                           "a day that is not before the first");
}

static bool search_prepare(struct search *s, const struct registry *registry,
                           const struct scope *scope, struct position_refusal *out)
{
    const struct position_query *q = s->query;
    int32_t from = 0, to = INT32_MAX, due = 0;

    memset(out, 0, sizeof *out);
    out->code = "";
    if (!query_check(registry, scope, q, out)) return false;
    if (!day_take(q->due_from, "dueFrom", &due, out) || !day_take(q->due_to, "dueTo", &due, out) ||
        !day_take(q->created_from, "createdFrom", &from, out) ||
        !day_take(q->created_to, "createdTo", &to, out) || !days_check(q, out))
        return false;
    s->created_from_us = from ? calendar_rome_day_start(from) : 0;
    s->created_to_us = to == INT32_MAX ? INT64_MAX : calendar_rome_day_start(to + 1);
    s->limit = q->limit > 0 && q->limit < POSITION_PAGE_MAX ? q->limit : POSITION_PAGE_MAX;
    s->range = (struct db_position_range){.creditor = q->creditor,
                                          .debtor = q->debtor,
                                          .state = q->state,
                                          .due_from = q->due_from,
                                          .due_to = q->due_to,
                                          .after_id = q->after,
                                          .before_id = INT64_MAX,
                                          .limit = WINDOW};
    /* Ids are in order of time: what is too old or too new is not read at all. */
    if (s->created_from_us > CLOCKS_US) {
        int64_t first = clock_id_floor(s->created_from_us - CLOCKS_US);

        if (first > s->range.after_id) s->range.after_id = first;
    }
    if (to != INT32_MAX) s->range.before_id = clock_id_floor(s->created_to_us + CLOCKS_US);
    return true;
}

enum err service_position_list(struct env *env, const struct scope *scope,
                               const struct position_query *query, struct db_position_line *line,
                               db_each_fn *each, void *cls, int64_t *out_next,
                               struct position_refusal *out_refusal)
{
    enum err rc = ERR_NONE;
    struct search s = {.query = query, .line = line, .each = each, .cls = cls, .seen = WINDOW};

    *out_next = 0;
    if (!search_prepare(&s, env->registry, scope, out_refusal)) return ERR_NONE;
    for (int i = 0; i < WINDOWS && s.seen == WINDOW && s.taken < s.limit; i++) {
        s.seen = 0;
        TRY(db_position_list(env->db, &s.range, line, row, &s));
        s.range.after_id = s.last;
    }
    if (s.left || s.seen == WINDOW) *out_next = s.last;
out:
    return rc;
}
