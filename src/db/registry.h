/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file registry.h
 * The registry's versions, each import whole, and the kill switches. */
#ifndef DB_REGISTRY_H
#define DB_REGISTRY_H

#include "base/buf.h"
#include "db/db.h"

struct db_registry_version {
    int64_t version, base;
    int64_t imported_at_us;
    char imported_by[71];
    unsigned char sha256[32]; /* of the document */
};
struct db_registry_switch {
    char kind[13]; /* ente, channel, gateway */
    char code[36];
    int64_t stopped_at_us;
    char stopped_by[71];
    char reason[201];
};

/** What is in force: the highest version, 0 when there is none, and the switches, "kind code" a
 * line, in a fixed order: together they say whether a loaded registry is still the right one. */
MUST_USE enum err db_registry_state(struct db *db, int64_t *out_version, struct buf *out_switches);
/** The version in force and its document. With nothing there, version is 0. */
MUST_USE enum err db_registry_current(struct db *db, struct db_registry_version *out,
                                      struct buf *out_document);
/** The same, locked until the transaction's end: imports come one after the other. */
MUST_USE enum err db_registry_lock(struct db *db, struct db_registry_version *out,
                                   struct buf *out_document);
MUST_USE enum err db_registry_find(struct db *db, int64_t version, struct db_registry_version *out,
                                   struct buf *out_document, bool *out_found);
MUST_USE enum err db_registry_add(struct db *db, const struct db_registry_version *row,
                                  const char *document, size_t len);

/** All versions, newest first, without their documents. */
typedef enum err db_registry_version_fn(void *cls, const struct db_registry_version *row);
MUST_USE enum err db_registry_each(struct db *db, db_registry_version_fn *each, void *cls);

MUST_USE enum err db_registry_switch_find(struct db *db, const char *kind, const char *code,
                                          struct db_registry_switch *out, bool *out_found);
MUST_USE enum err db_registry_switch_add(struct db *db, const struct db_registry_switch *row);
MUST_USE enum err db_registry_switch_remove(struct db *db, const char *kind, const char *code);

#endif
