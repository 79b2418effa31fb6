/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry.h"

#include "base/clock.h"
#include "db/journal.h"
#include "service/registry_document.h"

#include <stdio.h>
#include <string.h>

/* What has a switch. A gateway's kind of element comes with the first gateway: until then there is
 * none to stop. */
static const struct {
    const char *kind, *element;
} SWITCHES[] = {{"ente", "creditor"}, {"channel", "channel"}, {"gateway", "gateway"}};

struct change {
    const char *kind, *code, *by, *reason;
    bool stop;
    int64_t journal_id;
    bool changed;
};

static enum err known_check(struct db *db, const char *kind, const char *code)
{
    struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct arena arena = ARENA_INIT(REGISTRY_ARENA_MAX);
    struct registry_entry *root = NULL;
    struct db_registry_version row;
    const char *element = NULL;
    enum err rc;

    for (size_t i = 0; i < ARRAY_LEN(SWITCHES); i++)
        if (strcmp(SWITCHES[i].kind, kind) == 0) element = SWITCHES[i].element;
    if (element == NULL)
        return err_setf(ERR_USAGE, "\"%.40s\": expected ente, channel or gateway", kind);
    TRY(db_registry_current(db, &row, &document));
    TRY(registry_document_load(&arena, &document, &root));
    if (registry_tree_find(root, element, code) == NULL)
        rc = err_setf(ERR_NOT_FOUND, "%s %s in the registry", kind, code);
out:
    arena_free(&arena);
    buf_free(&document);
    return rc;
}

static enum err change_tx(struct db *db, void *cls)
{
    struct change *c = cls;
    struct db_registry_switch row;
    struct db_journal_row journal;
    const char *event = c->stop ? "registry.stop" : "registry.start";
    char detail[sizeof journal.detail];
    bool stopped;
    int64_t now_us;
    enum err rc;

    c->changed = false;
    TRY(db_now(db, &now_us));
    TRY(db_registry_switch_find(db, c->kind, c->code, &row, &stopped));
    if (stopped == c->stop) goto out;
    c->changed = true;
    row = (struct db_registry_switch){.stopped_at_us = now_us};
    (void)snprintf(row.kind, sizeof row.kind, "%s", c->kind);
    (void)snprintf(row.code, sizeof row.code, "%s", c->code);
    (void)snprintf(row.stopped_by, sizeof row.stopped_by, "%s", c->by);
    (void)snprintf(row.reason, sizeof row.reason, "%s", c->reason);
    if (c->stop)
        TRY(db_registry_switch_add(db, &row));
    else
        TRY(db_registry_switch_remove(db, c->kind, c->code));
    db_journal_set(&journal, c->by, event, strcmp(c->kind, "ente") == 0 ? c->code : NULL, NULL,
                   "OK");
    journal.id = c->journal_id;
    (void)snprintf(detail, sizeof detail, "%s %s %s", c->kind, c->code, c->reason);
    memcpy(journal.detail, detail, sizeof journal.detail);
    TRY(db_journal_add(db, &journal, 1));
out:
    return rc;
}

static enum err change(struct db *db, struct change *c, bool *out_changed)
{
    enum err rc;

    c->journal_id = clock_id_new();
    TRY(known_check(db, c->kind, c->code));
    TRY(db_tx_run(db, "registry_switch", change_tx, c));
    *out_changed = c->changed;
out:
    return rc;
}

enum err service_registry_stop(struct db *db, const char *kind, const char *code, const char *by,
                               const char *reason, bool *out_changed)
{
    struct change c = {.kind = kind, .code = code, .by = by, .reason = reason, .stop = true};

    return change(db, &c, out_changed);
}

enum err service_registry_start(struct db *db, const char *kind, const char *code, const char *by,
                                bool *out_changed)
{
    struct change c = {.kind = kind, .code = code, .by = by, .reason = "", .stop = false};

    return change(db, &c, out_changed);
}
