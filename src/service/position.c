/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position.h"

#include "base/clock.h"
#include "db/journal.h"
#include "db/position.h"
#include "domain/notice.h"
#include "service/iuv.h"
#include "service/position_check.h"
#include "service/position_content.h"

#include <stdio.h>
#include <string.h>

/* Positions in one transaction: most have a row in each of five tables [R13]. */
enum { STORED_MAX = 16 * 1024 * 1024, NUMBER_TRIES = 20, TOGETHER_MAX = 200 };

bool position_refuse(struct position_refusal *out, const char *code, const char *field,
                     const char *expected)
{
    err_clear();
    out->code = code;
    snprintf(out->field, sizeof out->field, "%s", field);
    snprintf(out->expected, sizeof out->expected, "%s", expected);
    return false;
}

/* Own id known: the same content is a success, other content a refusal that names it. */
static enum err known(struct env *env, struct position_submission *s, int64_t id,
                      const unsigned char hash[32])
{
    enum err rc;
    struct arena arena = ARENA_INIT(STORED_MAX);
    struct debt_position stored;

    s->result = POSITION_UNCHANGED;
    TRY(db_position_get(env->db, &arena, s->position->creditor, id, &stored));
    if (memcmp(hash, s->position->content_hash, 32) != 0) {
        s->result = POSITION_REFUSED;
        position_difference(&stored, s->position, &s->refusal);
        goto out;
    }
    s->position->id = id;
    for (int i = 0; i < stored.n_instalments; i++) {
        memcpy(s->position->instalments[i].notice_number, stored.instalments[i].notice_number,
               sizeof stored.instalments[i].notice_number);
        memcpy(s->position->instalments[i].iuv, stored.instalments[i].iuv,
               sizeof stored.instalments[i].iuv);
    }
out:
    arena_free(&arena);
    return rc;
}

static void taken(struct position_submission *s)
{
    s->result = POSITION_REFUSED;
    (void)position_refuse(&s->refusal, "NOTICE_TAKEN", "noticeNumber",
                          "a notice number, and an IUV in it, that no other position has");
}

static void unrefuse(struct position_submission *s)
{
    memset(&s->refusal, 0, sizeof s->refusal);
    s->refusal.code = "";
}

static enum err notice_taken(struct env *env, struct position_submission *s)
{
    enum err rc = ERR_NONE;

    for (int i = 0; i < s->position->n_instalments; i++) {
        const char *given = s->position->instalments[i].notice_number;
        int64_t other = 0;

        if (!*given || s->position->instalments[i].numbered) continue;
        TRY(db_position_find_notice(env->db, s->position->creditor, given, &other));
        if (!other) continue;
        taken(s);
    }
out:
    return rc;
}

/* Everything that can be said without the database. */
static enum err check(struct env *env, const struct scope *scope, struct position_submission *s)
{
    enum err rc;

    memset(&s->refusal, 0, sizeof s->refusal);
    s->refusal.code = "";
    s->result = POSITION_CREATED;
    TRY(position_hash(s->position));
    if (!position_check(env->registry, scope, s->position, &s->refusal))
        s->result = POSITION_REFUSED;
out:
    return rc;
}

/* What is asked of the database before anything is stored: own ids and notice numbers that the Ente
 * gave, of submissions that follow each other with one Ente. */
struct asking {
    struct db_position_name *own, *notices;
    size_t *own_of, *notice_of; /* whose they are: places in the list */
    size_t n_own, n_notices;
};

static enum err asking_open(struct arena *arena, const struct position_submission *list, size_t n,
                            struct asking *out)
{
    size_t numbers = 0;

    for (size_t i = 0; i < n; i++)
        numbers += (size_t)list[i].position->n_instalments;
    out->own = arena_alloc(arena, n * sizeof *out->own);
    out->own_of = arena_alloc(arena, n * sizeof *out->own_of);
    out->notices = arena_alloc(arena, numbers * sizeof *out->notices);
    out->notice_of = arena_alloc(arena, numbers * sizeof *out->notice_of);
    return out->own && out->own_of && out->notices && out->notice_of
               ? ERR_NONE
               : err_set(ERR_LIMIT, "positions");
}

static void asking_add(struct asking *a, const struct position_submission *s, size_t place)
{
    a->own_of[a->n_own] = place;
    a->own[a->n_own++].text = s->position->own_id;
    for (int k = 0; k < s->position->n_instalments; k++) {
        const struct debt_instalment *i = &s->position->instalments[k];

        if (!*i->notice_number || i->numbered) continue;
        a->notice_of[a->n_notices] = place;
        a->notices[a->n_notices++].text = i->notice_number;
    }
}

static enum err asking_end(struct env *env, struct position_submission *list, const char *creditor,
                           bool quiet, struct asking *a)
{
    enum err rc;

    /* Notices first: of one that another commits between the two, the own id is seen as well. */
    TRY(db_position_find_many(env->db, creditor, true, a->notices, a->n_notices));
    TRY(db_position_find_many(env->db, creditor, false, a->own, a->n_own));
    for (size_t i = 0; i < a->n_notices; i++)
        if (a->notices[i].id) taken(&list[a->notice_of[i]]);
    for (size_t i = 0; i < a->n_own; i++) {
        struct position_submission *s = &list[a->own_of[i]];

        if (!a->own[i].id) continue;
        unrefuse(s); /* its own notice numbers, maybe */
        s->result = POSITION_UNCHANGED;
        if (!quiet || memcmp(a->own[i].hash, s->position->content_hash, 32) != 0)
            TRY(known(env, s, a->own[i].id, a->own[i].hash));
    }
    a->n_own = a->n_notices = 0;
out:
    return rc;
}

/* POSITION_CREATED after it: it may be stored. */
static enum err look(struct env *env, struct position_submission *list, size_t n, bool quiet)
{
    enum err rc;
    struct arena arena = ARENA_INIT(STORED_MAX);
    struct asking a = {.n_own = 0};
    const char *creditor = NULL;

    TRY(asking_open(&arena, list, n, &a));
    for (size_t i = 0; i < n; i++) {
        if (list[i].result != POSITION_CREATED) continue;
        if (creditor && strcmp(creditor, list[i].position->creditor) != 0)
            TRY(asking_end(env, list, creditor, quiet, &a));
        creditor = list[i].position->creditor;
        asking_add(&a, &list[i], i);
    }
    if (creditor) TRY(asking_end(env, list, creditor, quiet, &a));
out:
    arena_free(&arena);
    return rc;
}

/* Ids and numbers, before the transaction [R1] [R12]. */
static enum err number(struct env *env, struct debt_position *p)
{
    enum err rc = ERR_NONE;
    const struct registry_creditor *creditor = registry_creditor_find(env->registry, p->creditor);

    p->id = clock_id_new();
    for (int o = 0; o < p->n_options; o++) {
        p->options[o].id = clock_id_new();
        for (int i = 0; i < p->options[o].n_instalments; i++) {
            struct debt_instalment *in = &p->instalments[p->options[o].first + i];
            struct notice parts;

            in->id = clock_id_new();
            in->option_id = p->options[o].id;
            in->position_id = p->id;
            if (!*in->notice_number || in->numbered) {
                TRY(service_iuv_next(env, creditor, in->notice_number, in->iuv));
                in->numbered = true;
                continue;
            }
            TRY(notice_parse(in->notice_number, &parts));
            memcpy(in->iuv, parts.iuv, sizeof parts.iuv);
        }
    }
out:
    return rc;
}

struct storing {
    const struct scope *scope;
    struct position_submission *list;
    size_t n;
    const struct debt_position **positions; /* those that are new */
    struct db_journal_row *rows;
};

static enum err store_tx(struct db *db, void *cls)
{
    enum err rc;
    const struct storing *c = cls;
    int64_t now_us;
    size_t n = 0;

    TRY(db_now(db, &now_us));
    for (size_t i = 0; i < c->n; i++) {
        const struct debt_position *p = c->list[i].position;

        if (c->list[i].result != POSITION_CREATED) continue;
        c->positions[n] = p;
        db_journal_set(&c->rows[n], c->scope->actor, "position.created", p->creditor,
                       p->instalments[0].notice_number, "OK");
        c->rows[n].object_id = p->id;
        TRY(position_claim(p, p, c->rows[n].request_hash));
        n++;
    }
    TRY(db_position_add(db, c->positions, n, c->scope->actor, now_us));
    TRY(db_journal_add(db, c->rows, n));
out:
    return rc;
}

static bool numbered_here(const struct debt_position *p)
{
    for (int i = 0; i < p->n_instalments; i++)
        if (p->instalments[i].numbered) return true;
    return false;
}

/* Another sent the same own id or notice number in this moment: look again. A number that the hub
 * gave may be one that the Ente gave before, an id one that another process made in the same
 * millisecond: the next ones are tried. */
static enum err store_one(struct env *env, struct storing *one)
{
    enum err rc = ERR_NONE;
    struct position_submission *s = one->list;
    int64_t id;
    unsigned char hash[32];

    for (int try = 0; try < NUMBER_TRIES; try++) {
        rc = db_tx_run(env->db, "position", store_tx, one);
        if (rc != ERR_DB_DUPLICATE) return rc;
        err_clear();
        TRY(notice_taken(env, s)); /* first: as in asking_end() */
        TRY(db_position_find(env->db, s->position->creditor, s->position->own_id, &id, hash));
        if (id) {
            unrefuse(s);
            return known(env, s, id, hash);
        }
        if (s->result == POSITION_REFUSED) return ERR_NONE;
        if (!numbered_here(s->position)) break; /* the next try would be this one */
        TRY(number(env, s->position));
    }
    taken(s); /* the number is free, the IUV in it is not */
out:
    return rc;
}

static enum err store_each(struct env *env, struct storing *all)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < all->n; i++) {
        struct storing one = {all->scope, &all->list[i], 1, all->positions, all->rows};

        if (one.list->result == POSITION_CREATED) TRY(store_one(env, &one));
    }
out:
    return rc;
}

static bool names_notice(const struct debt_position *p, const char *number)
{
    for (int i = 0; i < p->n_instalments; i++)
        if (!strcmp(p->instalments[i].notice_number, number)) return true;
    return false;
}

/* Two that could not both be stored. */
static bool collide(const struct debt_position *a, const struct debt_position *b)
{
    if (strcmp(a->creditor, b->creditor) != 0) return false;
    if (!strcmp(a->own_id, b->own_id)) return true;
    for (int i = 0; i < b->n_instalments; i++)
        if (*b->instalments[i].notice_number && names_notice(a, b->instalments[i].notice_number))
            return true;
    return false;
}

static size_t new_ones(const struct storing *all)
{
    size_t n = 0;

    for (size_t i = 0; i < all->n; i++)
        n += all->list[i].result == POSITION_CREATED;
    return n;
}

/* What another process stored meanwhile is looked up at once, and what is left tried together
 * again: one by one only when that finds none. */
static enum err store(struct env *env, struct storing *all, bool quiet)
{
    enum err rc = ERR_NONE;
    size_t new = new_ones(all), before;

    do {
        before = new;
        if (new == 0) goto out;
        rc = db_tx_run(env->db, "positions", store_tx, all);
        if (rc != ERR_DB_DUPLICATE) goto out;
        err_clear();
        TRY(look(env, all->list, all->n, quiet));
        new = new_ones(all);
    } while (new < before);
    TRY(store_each(env, all));
out:
    return rc;
}

/* How many from the first on may be stored together: none names what another of them names. */
static size_t together(const struct position_submission *list, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (list[i].result == POSITION_CREATED && list[k].result == POSITION_CREATED &&
                collide(list[k].position, list[i].position))
                return i;
    return n;
}

static enum err submit_some(struct env *env, struct storing *some, bool quiet)
{
    enum err rc;

    TRY(look(env, some->list, some->n, quiet));
    for (size_t i = 0; i < some->n; i++)
        if (some->list[i].result == POSITION_CREATED) TRY(number(env, some->list[i].position));
    TRY(store(env, some, quiet));
out:
    return rc;
}

enum err service_position_submit(struct env *env, const struct scope *scope,
                                 struct position_submission *list, size_t n, bool quiet)
{
    enum err rc = ERR_NONE;
    struct arena arena = ARENA_INIT(STORED_MAX);
    struct storing some = {.scope = scope};

    some.positions = arena_alloc(&arena, TOGETHER_MAX * sizeof *some.positions);
    some.rows = arena_alloc(&arena, TOGETHER_MAX * sizeof *some.rows);
    if (!some.rows) {
        rc = err_set(ERR_LIMIT, "positions");
        goto out;
    }
    for (size_t i = 0; i < n; i++)
        TRY(check(env, scope, &list[i]));
    for (some.list = list; some.list < list + n; some.list += some.n) {
        size_t left = (size_t)(list + n - some.list);

        some.n = together(some.list, left < TOGETHER_MAX ? left : TOGETHER_MAX);
        TRY(submit_some(env, &some, quiet));
    }
out:
    arena_free(&arena);
    return rc;
}

enum err service_position_try(struct env *env, const struct scope *scope,
                              struct position_submission *list, size_t n)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < n; i++)
        TRY(check(env, scope, &list[i]));
    TRY(look(env, list, n, true));
out:
    return rc;
}

enum err service_position_get(struct env *env, const struct scope *scope, struct arena *arena,
                              const char *creditor, const char *own_id, const char *notice_number,
                              struct debt_position *out)
{
    enum err rc;
    int64_t id = 0;
    unsigned char hash[32];

    if (!scope_allows(scope, creditor)) return err_set(ERR_NOT_FOUND, "position");
    if (own_id && *own_id)
        TRY(db_position_find(env->db, creditor, own_id, &id, hash));
    else
        TRY(db_position_find_notice(env->db, creditor, notice_number, &id));
    if (!id) {
        rc = err_set(ERR_NOT_FOUND, "position");
        goto out;
    }
    TRY(db_position_get(env->db, arena, creditor, id, out));
out:
    return rc;
}
