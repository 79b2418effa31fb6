/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/journal_story.h"

#include "crypto/hash.h"
#include "domain/notice.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OBJECTS_MAX = 200 };

struct story {
    struct db *db;
    struct db_journal_line line; /* the one that comes */
    struct db_journal_line *lines;
    size_t n, cap;
    int64_t objects[OBJECTS_MAX];
    size_t n_objects;
};

void service_journal_token(const char *token, unsigned char out[8])
{
    struct hash hash;

    crypto_hash(token, strlen(token), &hash);
    memcpy(out, hash.bytes, 8);
}

static void object_note(struct story *s, int64_t id)
{
    for (size_t i = 0; i < s->n_objects; i++)
        if (s->objects[i] == id) return;
    if (id && s->n_objects < OBJECTS_MAX) s->objects[s->n_objects++] = id;
}

static enum err story_row(void *cls)
{
    struct story *s = cls;

    if (s->n == JOURNAL_STORY_MAX) return ERR_NONE;
    if (s->n == s->cap) {
        size_t cap = s->cap ? 2 * s->cap : 64;
        struct db_journal_line *lines = realloc(s->lines, cap * sizeof *lines);

        if (!lines) return err_set(ERR_MEMORY, "lines of the journal");
        s->lines = lines;
        s->cap = cap;
    }
    s->lines[s->n++] = s->line;
    object_note(s, s->line.row.object_id);
    return ERR_NONE;
}

static enum err notice_add(struct story *s, const char *notice_number)
{
    const struct db_journal_query query = {.notice_number = notice_number};

    return db_journal_search(s->db, &query, JOURNAL_STORY_MAX, &s->line, story_row, s);
}

static enum err iuv_add(struct story *s, const char *iuv)
{
    enum err rc = ERR_NONE;
    char notice[NOTICE_LEN + 1];

    for (int k = 0; notice_of_iuv(iuv, k, notice); k++)
        TRY(notice_add(s, notice));
out:
    return rc;
}

static enum err name_add(struct story *s, const char *name)
{
    enum err rc;
    size_t n = strlen(name);
    char notice[NOTICE_LEN + 1];
    int64_t payment;

    if (strspn(name, "0123456789") != n || n > 19) {
        TRY(db_journal_payment(s->db, name, &payment));
        object_note(s, payment);
    } else if (n == NOTICE_LEN)
        TRY(notice_add(s, name));
    else if (notice_of_iuv(name, 0, notice))
        TRY(iuv_add(s, name));
    else
        object_note(s, strtoll(name, NULL, 10));
    rc = ERR_NONE;
out:
    return rc;
}

static int line_compare(const void *a, const void *b)
{
    int64_t x = ((const struct db_journal_line *)a)->row.id;
    int64_t y = ((const struct db_journal_line *)b)->row.id;

    return x < y ? -1 : x > y;
}

enum err service_journal_story(struct db *db, const char *name,
                               void (*tell)(void *cls, const struct db_journal_line *line),
                               void *cls)
{
    enum err rc;
    struct story s = {.db = db};

    TRY(name_add(&s, name));
    /* What the lines found speak of has lines of its own: the worker's name no notice. */
    for (size_t i = 0; i < s.n_objects; i++) {
        const struct db_journal_query query = {.object_id = s.objects[i]};

        TRY(db_journal_search(db, &query, JOURNAL_STORY_MAX, &s.line, story_row, &s));
    }
    if (s.n == 0) {
        rc = err_setf(ERR_NOT_FOUND, "\"%.40s\" in the journal", name);
        goto out;
    }
    qsort(s.lines, s.n, sizeof *s.lines, line_compare);
    for (size_t i = 0; i < s.n; i++)
        if (i == 0 || s.lines[i].row.id != s.lines[i - 1].row.id) tell(cls, &s.lines[i]);
out:
    free(s.lines);
    return rc;
}

enum err service_journal_grep_iuv(struct db *db, const char *iuv,
                                  const struct db_journal_query *query, size_t limit,
                                  void (*tell)(void *cls, const struct db_journal_line *line),
                                  void *cls)
{
    enum err rc = ERR_NONE;
    struct story s = {.db = db};
    struct db_journal_query one = *query;
    char notice[NOTICE_LEN + 1];

    one.notice_number = notice;
    for (int k = 0; notice_of_iuv(iuv, k, notice); k++) {
        TRY(db_journal_search(db, &one, (int)limit, &s.line, story_row, &s));
        if (s.n) qsort(s.lines, s.n, sizeof *s.lines, line_compare);
        if (s.n > limit) s.n = limit; /* none of the others is among the first */
    }
    for (size_t i = 0; i < s.n; i++)
        tell(cls, &s.lines[i]);
out:
    free(s.lines);
    return rc;
}
