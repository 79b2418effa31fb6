/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file registry.h
 * The registry's use cases: import of a document, all or nothing; export; history; kill switches;
 * loading for use. It must not know SQL, HTTP or the command line. */
#ifndef SERVICE_REGISTRY_H
#define SERVICE_REGISTRY_H

#include "base/buf.h"
#include "db/registry.h"
#include "domain/registry.h"

struct service_registry_import_in {
    const char *name; /* of the document, for its problems: a file's name */
    const char *bytes;
    size_t len;
    const char *by; /* "operator/…" */
    int64_t base;   /* the version it was made from; -1: what the document says, if anything */
    bool dry_run;   /* check and compare, store nothing */
    bool may_take;  /* store it even if it takes entries away */
};
struct service_registry_import_out {
    int64_t version;               /* in force when the import ended */
    bool changed;                  /* a new version is stored, or would be */
    bool asks;                     /* not stored: it takes entries away, and nobody said may_take */
    int64_t had;                   /* entries and their parts that were in force */
    int64_t added, altered, taken; /* of the diff: taken = disabled, or a part that is gone */
    bool based;                    /* the document or the caller named a base */
    struct buf problems, warnings; /* "name:line: element key: what" */
    struct buf diff; /* what the document changes; on ERR_REGISTRY_BASE: what changed since base */
};

/** Take a document: checked, merged with the version in force, stored as the next one in one
 * transaction. The same document twice is a success that changes nothing. One that takes entries
 * away is stored only by who may: the base of a second call, with out->version, says that nothing
 * moved in between.
 * @param out  always filled as far as known; service_registry_import_free()
 * @return ERR_NONE | ERR_REGISTRY: problems says all of it |
 *         ERR_REGISTRY_BASE: another version is in force than base, diff says what changed since |
 *         errors of the database. Not thread-safe with itself on one out. */
MUST_USE enum err service_registry_import(struct db *db,
                                          const struct service_registry_import_in *in,
                                          struct service_registry_import_out *out);
void service_registry_import_free(struct service_registry_import_out *out);

/** The document of a version (0: the one in force) in canonical form, with its version as base.
 * @return ERR_NONE | ERR_NOT_FOUND. */
MUST_USE enum err service_registry_export(struct db *db, int64_t version, struct buf *out);
/** For people or (json) machines, one object a line: without kind a count of each kind; with kind
 * its entries; with code the entry and all its parts. Never a password or its hash.
 * @return ERR_NONE | ERR_NOT_FOUND naming kind or code. */
MUST_USE enum err service_registry_show(struct db *db, const char *kind, const char *code,
                                        bool json, struct buf *out);

/** The kill switch. kind: "ente", "channel" or "gateway". What is stopped is disabled for every
 * serve and work within seconds, as if the document said so; the document is not touched.
 * @param out_changed  false: it was so already
 * @return ERR_NONE | ERR_USAGE: no such kind | ERR_NOT_FOUND: nothing of that code there. */
MUST_USE enum err service_registry_stop(struct db *db, const char *kind, const char *code,
                                        const char *by, const char *reason, bool *out_changed);
MUST_USE enum err service_registry_start(struct db *db, const char *kind, const char *code,
                                         const char *by, bool *out_changed);

/** The version in force with the switches applied, made for look-ups; version 0 and empty when
 * there is none. serve and work use registry_cache.h instead. Owned: registry_free(). */
MUST_USE enum err service_registry_load(struct db *db, struct registry **out);
/** As a version said it, with nothing stopped. @return as above | ERR_NOT_FOUND */
MUST_USE enum err service_registry_load_version(struct db *db, int64_t version,
                                                struct registry **out);
/** The same from a document alone: checked, but merged with nothing. For tests and tools. */
MUST_USE enum err service_registry_parse(const char *bytes, size_t len, struct registry **out);

/** Each password file that the version in force names, and whose it is. */
typedef enum err service_registry_secret_fn(void *cls, const char *kind, const char *code,
                                            const char *path);
MUST_USE enum err service_registry_secrets(struct db *db, service_registry_secret_fn *each,
                                           void *cls);

#endif
