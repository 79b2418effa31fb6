/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file registry_cache.h
 * The registry of a running serve or work: one for all threads, replaced whole when another
 * version is in force or a kill switch moved, within about a second. A request keeps the one that
 * it began with. It must not know SQL or a document. */
#ifndef SERVICE_REGISTRY_CACHE_H
#define SERVICE_REGISTRY_CACHE_H

#include "db/db.h"
#include "domain/registry.h"

struct service_registry;

/** Load what is in force. @return ERR_NONE | what service_registry_load() returns. */
MUST_USE enum err service_registry_open(struct db *db, struct service_registry **out);
/** After all threads that use it have ended. */
void service_registry_close(struct service_registry **cache);

/** The registry for one request or job: same pointers until it is released. At most once a second
 * one caller of all looks whether it is still the right one, with its own db, outside of a
 * transaction; when it cannot look or load, the last good one stays and the log says so.
 * Thread-safe. */
const struct registry *service_registry_current(struct service_registry *cache, struct db *db);
/** Give back what current gave. NULL is ignored. Thread-safe. */
void service_registry_release(struct service_registry *cache, const struct registry *registry);

#endif
