/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/registry.h"

static const struct db_stmt STATE = {
    "registry_state",
    "SELECT (SELECT COALESCE(MAX(version), 0) FROM registry_version),"
    " (SELECT GROUP_CONCAT(CONCAT(kind, ' ', code) ORDER BY kind, code SEPARATOR '\n')"
    " FROM registry_switch)",
    0,
};
#define COLUMNS "version, base_version, imported_at, imported_by, sha256"
static const struct db_stmt CURRENT = {
    "registry_current",
    "SELECT " COLUMNS ", document FROM registry_version ORDER BY version DESC LIMIT 1",
    0,
};
static const struct db_stmt LOCK = {
    "registry_lock",
    "SELECT " COLUMNS ", document FROM registry_version ORDER BY version DESC LIMIT 1 FOR UPDATE",
    0,
};
static const struct db_stmt FIND = {
    "registry_find",
    "SELECT " COLUMNS ", document FROM registry_version WHERE version = ?",
    0,
};
static const struct db_stmt ADD = {
    "registry_add",
    "INSERT INTO registry_version (" COLUMNS ", document) VALUES (?, ?, ?, ?, ?, ?)",
    0,
};
static const struct db_stmt EACH = {
    "registry_each",
    "SELECT " COLUMNS " FROM registry_version ORDER BY version DESC",
    0,
};
static const struct db_stmt SWITCH_FIND = {
    "registry_switch_find",
    "SELECT kind, code, stopped_at, stopped_by, reason FROM registry_switch"
    " WHERE kind = ? AND code = ?",
    0,
};
static const struct db_stmt SWITCH_ADD = {
    "registry_switch_add",
    "INSERT INTO registry_switch (kind, code, stopped_at, stopped_by, reason)"
    " VALUES (?, ?, ?, ?, ?)",
    0,
};
static const struct db_stmt SWITCH_REMOVE = {
    "registry_switch_remove",
    "DELETE FROM registry_switch WHERE kind = ? AND code = ?",
    0,
};

#define VERSION_OUT(v)                                                                             \
    DB_GET_I64((v).version), DB_GET_I64((v).base), DB_GET_INSTANT((v).imported_at_us),             \
        DB_GET_TEXT((v).imported_by), DB_GET_BYTES((v).sha256)

enum err db_registry_state(struct db *db, int64_t *out_version, struct buf *out_switches)
{
    bool found;

    *out_version = 0;
    buf_reset(out_switches);
    return db_row_find(db, &STATE, DB_NONE_IN,
                       DB_OUT(DB_GET_I64(*out_version), DB_GET_BUF(*out_switches)), &found);
}

static enum err newest(struct db *db, const struct db_stmt *stmt, struct db_registry_version *out,
                       struct buf *out_document)
{
    bool found;

    *out = (struct db_registry_version){0};
    buf_reset(out_document);
    return db_row_find(db, stmt, DB_NONE_IN, DB_OUT(VERSION_OUT(*out), DB_GET_BUF(*out_document)),
                       &found);
}

enum err db_registry_current(struct db *db, struct db_registry_version *out,
                             struct buf *out_document)
{
    return newest(db, &CURRENT, out, out_document);
}

enum err db_registry_lock(struct db *db, struct db_registry_version *out, struct buf *out_document)
{
    return newest(db, &LOCK, out, out_document);
}

enum err db_registry_find(struct db *db, int64_t version, struct db_registry_version *out,
                          struct buf *out_document, bool *out_found)
{
    *out = (struct db_registry_version){0};
    buf_reset(out_document);
    return db_row_find(db, &FIND, DB_IN(db_i64(version)),
                       DB_OUT(VERSION_OUT(*out), DB_GET_BUF(*out_document)), out_found);
}

enum err db_registry_add(struct db *db, const struct db_registry_version *row, const char *document,
                         size_t len)
{
    const struct db_value text = {DB_V_TEXT, 0, document, len};

    return db_exec(db, &ADD,
                   DB_IN(db_i64(row->version), db_i64(row->base), db_instant(row->imported_at_us),
                         db_text(row->imported_by), db_bytes(row->sha256, sizeof row->sha256),
                         text),
                   NULL);
}

struct version_walk {
    struct db_registry_version row;
    db_registry_version_fn *each;
    void *cls;
};

static enum err version_each(void *cls)
{
    struct version_walk *walk = cls;

    return walk->each(walk->cls, &walk->row);
}

enum err db_registry_each(struct db *db, db_registry_version_fn *each, void *cls)
{
    struct version_walk walk = {.each = each, .cls = cls};

    return db_rows(db, &EACH, DB_NONE_IN, DB_OUT(VERSION_OUT(walk.row)), version_each, &walk);
}

enum err db_registry_switch_find(struct db *db, const char *kind, const char *code,
                                 struct db_registry_switch *out, bool *out_found)
{
    return db_row_find(db, &SWITCH_FIND, DB_IN(db_text(kind), db_text(code)),
                       DB_OUT(DB_GET_TEXT(out->kind), DB_GET_TEXT(out->code),
                              DB_GET_INSTANT(out->stopped_at_us), DB_GET_TEXT(out->stopped_by),
                              DB_GET_TEXT(out->reason)),
                       out_found);
}

enum err db_registry_switch_add(struct db *db, const struct db_registry_switch *row)
{
    return db_exec(db, &SWITCH_ADD,
                   DB_IN(db_text(row->kind), db_text(row->code), db_instant(row->stopped_at_us),
                         db_text(row->stopped_by), db_text(row->reason)),
                   NULL);
}

enum err db_registry_switch_remove(struct db *db, const char *kind, const char *code)
{
    return db_exec(db, &SWITCH_REMOVE, DB_IN(db_text(kind), db_text(code)), NULL);
}
