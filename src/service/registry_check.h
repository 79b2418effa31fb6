/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file registry_check.h
 * What the two files of registry_check() share: the attributes and the whole, and each kind of
 * entry. Nobody else includes it. */
#ifndef SERVICE_REGISTRY_CHECK_H
#define SERVICE_REGISTRY_CHECK_H

#include "service/registry_tree.h"

struct registry_check {
    const struct registry_entry *root, *known; /* as registry_check() has them */
    const struct registry_report *report;
    enum err rc; /* the first error of the report's buffers */
};

#define PROBLEM(c, e, ...)                                                                         \
    registry_complain((c)->report, (c)->report->problems, (e), &(c)->rc, __VA_ARGS__)
#define WARNING(c, e, ...)                                                                         \
    registry_complain((c)->report, (c)->report->warnings, (e), &(c)->rc, __VA_ARGS__)

/** The rules of an entry's own kind. */
void registry_check_kind(struct registry_check *c, const struct registry_entry *e);
/** What an attribute names must be there. @param key  its value; of an element of that name */
void registry_check_reference(struct registry_check *c, const struct registry_entry *e,
                              const char *attribute, const char *element, const char *key);
/** What a key of that element names, NULL: nothing. */
const struct registry_entry *registry_check_target(const struct registry_check *c,
                                                   const char *element, const char *key);
/** How many collections are enabled. */
size_t registry_check_collections(const struct registry_check *c);

#endif
