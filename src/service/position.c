/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/position.h"

#include "base/clock.h"
#include "db/journal.h"
#include "db/position.h"
#include "domain/notice.h"
#include "service/iuv.h"
#include "service/position_check.h"

#include <stdio.h>
#include <string.h>

enum { STORED_MAX = 16 * 1024 * 1024, NUMBER_TRIES = 20 };

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
    s->refusal.code = "NOTICE_TAKEN";
    snprintf(s->refusal.field, sizeof s->refusal.field, "noticeNumber");
    snprintf(s->refusal.expected, sizeof s->refusal.expected,
             "a notice number, and an IUV in it, that no other position has");
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

/* Everything that can be said without storing. POSITION_CREATED: it may be stored. */
static enum err prepare(struct env *env, const struct scope *scope, struct position_submission *s)
{
    enum err rc;
    int64_t id;
    unsigned char hash[32];

    memset(&s->refusal, 0, sizeof s->refusal);
    s->refusal.code = "";
    s->result = POSITION_CREATED;
    TRY(position_hash(s->position));
    if (!position_check(env->registry, scope, s->position, &s->refusal)) {
        s->result = POSITION_REFUSED;
        goto out;
    }
    TRY(db_position_find(env->db, s->position->creditor, s->position->own_id, &id, hash));
    if (id)
        TRY(known(env, s, id, hash));
    else
        TRY(notice_taken(env, s));
out:
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
};

static enum err store_tx(struct db *db, void *cls)
{
    enum err rc;
    const struct storing *c = cls;
    int64_t now_us;
    struct db_journal_row row;

    TRY(db_now(db, &now_us));
    for (size_t i = 0; i < c->n; i++) {
        const struct debt_position *p = c->list[i].position;

        if (c->list[i].result != POSITION_CREATED) continue;
        TRY(db_position_add(db, p, c->scope->actor, now_us));
        db_journal_set(&row, c->scope->actor, "position.created", p->creditor,
                       p->instalments[0].notice_number, "OK");
        row.object_id = p->id;
        TRY(db_journal_add(db, &row, 1));
    }
out:
    return rc;
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
        TRY(db_position_find(env->db, s->position->creditor, s->position->own_id, &id, hash));
        if (id) return known(env, s, id, hash);
        TRY(notice_taken(env, s));
        if (s->result == POSITION_REFUSED) return ERR_NONE;
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
        struct storing one = {all->scope, &all->list[i], 1};

        if (one.list->result == POSITION_CREATED) TRY(store_one(env, &one));
    }
out:
    return rc;
}

static bool same_own_id(const struct position_submission *a, const struct position_submission *b)
{
    return !strcmp(a->position->own_id, b->position->own_id) &&
           !strcmp(a->position->creditor, b->position->creditor);
}

enum err service_position_submit(struct env *env, const struct scope *scope,
                                 struct position_submission *list, size_t n)
{
    enum err rc = ERR_NONE;
    struct storing all = {scope, list, n};
    bool twice = false;
    size_t new = 0;

    for (size_t i = 0; i < n; i++) {
        TRY(prepare(env, scope, &list[i]));
        if (list[i].result != POSITION_CREATED) continue;
        TRY(number(env, list[i].position));
        for (size_t k = 0; k < i; k++)
            twice |= list[k].result == POSITION_CREATED && same_own_id(&list[k], &list[i]);
        new ++;
    }
    if (new == 0) goto out;
    rc = twice ? ERR_DB_DUPLICATE : db_tx_run(env->db, "positions", store_tx, &all);
    if (rc != ERR_DB_DUPLICATE) goto out;
    err_clear();
    TRY(store_each(env, &all));
out:
    return rc;
}

enum err service_position_try(struct env *env, const struct scope *scope,
                              struct position_submission *list, size_t n)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < n; i++)
        TRY(prepare(env, scope, &list[i]));
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
