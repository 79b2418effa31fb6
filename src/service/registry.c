/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/registry.h"

#include "base/clock.h"
#include "crypto/hash.h"
#include "db/journal.h"
#include "domain/calendar.h"
#include "service/registry_document.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SWITCHES_MAX = 1 << 20 };

/* One import: what is read and hashed once, and what each run of the transaction makes anew. */
struct import {
    const struct service_registry_import_in *in;
    struct service_registry_import_out *out;
    int64_t base, journal_id;
    bool whole;
    struct buf fresh; /* the document in canonical form, passwords hashed */
    struct buf current, merged;
    struct arena arena; /* of one run */
};

/* What is slow or talks to the world: before the transaction. */
static enum err fresh_make(struct import *i)
{
    const struct service_registry_import_in *in = i->in;
    const struct registry_report report = {in->name, &i->out->problems, &i->out->warnings};
    struct registry_document doc;
    struct registry_entry *known = NULL;
    bool part;
    enum err rc;

    TRY(registry_document_load(&i->arena, &i->current, &known));
    TRY(registry_document_read(&i->arena, in->bytes, in->len, &report, &doc));
    part = doc.scope[0] != '\0';
    TRY(registry_check(doc.root, part ? doc.scope : NULL, part ? known : NULL, &report));
    TRY(registry_secrets_take(&i->arena, doc.root, known, &report));
    TRY(registry_formats_check(doc.root, &report));
    if (i->out->problems.len > 0) {
        rc = err_set(ERR_REGISTRY, in->name);
        goto out;
    }
    TRY(registry_tree_write(doc.root, 0, &i->fresh));
    i->base = in->base >= 0 ? in->base : doc.base;
    i->out->based = i->base >= 0;
    i->whole = !part;
out:
    return rc;
}

/* Made from another version than the one in force: show what changed since. */
static enum err base_check(struct db *db, struct import *i, int64_t version,
                           const struct registry_entry *current)
{
    struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct db_registry_version row;
    struct registry_entry *from = NULL;
    bool found;
    enum err rc = ERR_NONE;

    if (i->base < 0 || i->base == version) goto out;
    TRY(db_registry_find(db, i->base, &row, &document, &found));
    if (found || i->base == 0) {
        TRY(registry_document_load(&i->arena, &document, &from));
        TRY(registry_diff(from, current, &i->out->diff));
    }
    rc = err_setf(ERR_REGISTRY_BASE, "made from version %" PRId64 ", in force is %" PRId64, i->base,
                  version);
out:
    buf_free(&document);
    return rc;
}

static enum err version_store(struct db *db, const struct import *i, int64_t version,
                              int64_t now_us)
{
    struct db_registry_version row = {
        .version = version + 1, .base = version, .imported_at_us = now_us};
    struct db_journal_row journal;
    struct hash hash;
    enum err rc;

    (void)snprintf(row.imported_by, sizeof row.imported_by, "%s", i->in->by);
    crypto_hash(i->merged.bytes, i->merged.len, &hash);
    memcpy(row.sha256, hash.bytes, sizeof row.sha256);
    TRY(db_registry_add(db, &row, i->merged.bytes, i->merged.len));
    db_journal_set(&journal, i->in->by, "registry.import", NULL, NULL, "OK");
    crypto_hash_hex(&hash, journal.detail); /* sealed with the line */
    journal.id = i->journal_id;
    journal.object_id = row.version;
    TRY(db_journal_add(db, &journal, 1));
out:
    return rc;
}

static void diff_count(struct service_registry_import_out *out, const struct registry_entry *older)
{
    const char *diff = buf_str(&out->diff);

    out->had = registry_enabled_count(older);
    out->added = registry_diff_count(diff, '+');
    out->altered = registry_diff_count(diff, '~');
    out->taken = registry_diff_count(diff, '-');
}

static enum err import_tx(struct db *db, void *cls)
{
    struct import *i = cls;
    struct db_registry_version row;
    struct registry_entry *older = NULL, *fresh = NULL;
    char now[CALENDAR_UTC_SIZE];
    int64_t now_us;
    enum err rc;

    i->out->changed = i->out->asks = false;
    buf_reset(&i->out->diff);
    buf_reset(&i->merged);
    arena_reset(&i->arena);
    TRY(db_registry_lock(db, &row, &i->current));
    i->out->version = row.version;
    TRY(db_now(db, &now_us));
    calendar_utc_print(now_us, now);
    TRY(registry_document_load(&i->arena, &i->current, &older));
    TRY(registry_document_load(&i->arena, &i->fresh, &fresh));
    TRY(registry_merge(&i->arena, fresh, older, i->whole, now));
    TRY(registry_tree_write(fresh, 0, &i->merged));
    if (i->merged.len == i->current.len &&
        memcmp(i->merged.bytes, i->current.bytes, i->merged.len) == 0)
        goto out;
    TRY(base_check(db, i, row.version, older));
    TRY(registry_diff(older, fresh, &i->out->diff));
    i->out->changed = true;
    diff_count(i->out, older);
    i->out->asks = i->out->taken > 0 && !i->in->may_take;
    if (i->in->dry_run || i->out->asks) goto out;
    TRY(version_store(db, i, row.version, now_us));
    i->out->version = row.version + 1;
out:
    return rc;
}

enum err service_registry_import(struct db *db, const struct service_registry_import_in *in,
                                 struct service_registry_import_out *out)
{
    struct import i = {
        .in = in,
        .out = out,
        .journal_id = clock_id_new(),
        .fresh = BUF_INIT(REGISTRY_DOCUMENT_MAX),
        .current = BUF_INIT(REGISTRY_DOCUMENT_MAX),
        .merged = BUF_INIT(REGISTRY_DOCUMENT_MAX),
        .arena = ARENA_INIT(REGISTRY_ARENA_MAX),
    };
    struct db_registry_version row;
    enum err rc;

    *out = (struct service_registry_import_out){
        .problems = BUF_INIT(REGISTRY_DOCUMENT_MAX),
        .warnings = BUF_INIT(REGISTRY_DOCUMENT_MAX),
        .diff = BUF_INIT(2 * REGISTRY_DOCUMENT_MAX),
    };
    TRY(db_registry_current(db, &row, &i.current));
    TRY(fresh_make(&i));
    TRY(db_tx_run(db, "registry_import", import_tx, &i));
out:
    arena_free(&i.arena);
    buf_free(&i.fresh);
    buf_free(&i.current);
    buf_free(&i.merged);
    return rc;
}

void service_registry_import_free(struct service_registry_import_out *out)
{
    buf_free(&out->problems);
    buf_free(&out->warnings);
    buf_free(&out->diff);
}

/* Version 0: the one in force. */
static enum err version_get(struct db *db, int64_t version, struct db_registry_version *out,
                            struct buf *out_document)
{
    enum err rc;
    bool found = true;

    if (version == 0)
        TRY(db_registry_current(db, out, out_document));
    else
        TRY(db_registry_find(db, version, out, out_document, &found));
    if (!found) rc = err_setf(ERR_NOT_FOUND, "version %" PRId64 " of the registry", version);
out:
    return rc;
}

enum err service_registry_export(struct db *db, int64_t version, struct buf *out)
{
    struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct arena arena = ARENA_INIT(REGISTRY_ARENA_MAX);
    struct registry_entry *root = NULL;
    struct db_registry_version row;
    enum err rc;

    TRY(version_get(db, version, &row, &document));
    TRY(registry_document_load(&arena, &document, &root));
    TRY(registry_tree_write(root, row.version, out));
    TRY(buf_text(out, "\n"));
out:
    arena_free(&arena);
    buf_free(&document);
    return rc;
}

enum err service_registry_load(struct db *db, struct registry **out)
{
    struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX), switches = BUF_INIT(SWITCHES_MAX);
    struct arena arena = ARENA_INIT(REGISTRY_ARENA_MAX);
    struct registry_entry *root = NULL;
    struct db_registry_version row;
    int64_t version;
    enum err rc;

    TRY(db_registry_state(db, &version, &switches));
    TRY(db_registry_current(db, &row, &document));
    TRY(registry_document_load(&arena, &document, &root));
    registry_stop(root, buf_str(&switches));
    TRY(registry_build(root, row.version, out));
out:
    arena_free(&arena);
    buf_free(&switches);
    buf_free(&document);
    return rc;
}

enum err service_registry_load_version(struct db *db, int64_t version, struct registry **out)
{
    struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct arena arena = ARENA_INIT(REGISTRY_ARENA_MAX);
    struct registry_entry *root = NULL;
    struct db_registry_version row;
    enum err rc;

    TRY(version_get(db, version, &row, &document));
    TRY(registry_document_load(&arena, &document, &root));
    TRY(registry_build(root, version, out));
out:
    arena_free(&arena);
    buf_free(&document);
    return rc;
}

enum err service_registry_parse(const char *bytes, size_t len, struct registry **out)
{
    struct buf problems = BUF_INIT(REGISTRY_DOCUMENT_MAX),
               warnings = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    const struct registry_report report = {"registry", &problems, &warnings};
    struct arena arena = ARENA_INIT(REGISTRY_ARENA_MAX);
    struct registry_document doc;
    enum err rc;

    TRY(registry_document_read(&arena, bytes, len, &report, &doc));
    TRY(registry_check(doc.root, NULL, NULL, &report));
    if (problems.len > 0) {
        rc = err_setf(ERR_REGISTRY, "%.*s", (int)strcspn(problems.bytes, "\n"), problems.bytes);
        goto out;
    }
    TRY(registry_build(doc.root, 0, out));
out:
    arena_free(&arena);
    buf_free(&warnings);
    buf_free(&problems);
    return rc;
}

static enum err secrets_tell(const struct registry_entry *e, service_registry_secret_fn *each,
                             void *cls)
{
    enum err rc = ERR_NONE;

    for (size_t i = 0; i < e->kind->n_attributes; i++)
        if (e->kind->attributes[i].type == REGISTRY_SECRET_FILE && e->values[i] && *e->values[i])
            TRY(each(cls, e->kind->name, e->values[0], e->values[i]));
    for (size_t p = 0; p < e->kind->n_parts; p++)
        for (size_t i = 0; i < e->parts[p].n; i++)
            TRY(secrets_tell(e->parts[p].entries[i], each, cls));
out:
    return rc;
}

enum err service_registry_secrets(struct db *db, service_registry_secret_fn *each, void *cls)
{
    struct buf document = BUF_INIT(REGISTRY_DOCUMENT_MAX);
    struct arena arena = ARENA_INIT(REGISTRY_ARENA_MAX);
    struct registry_entry *root = NULL;
    struct db_registry_version row;
    enum err rc;

    TRY(db_registry_current(db, &row, &document));
    TRY(registry_document_load(&arena, &document, &root));
    TRY(secrets_tell(root, each, cls));
out:
    arena_free(&arena);
    buf_free(&document);
    return rc;
}
