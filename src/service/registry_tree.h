/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file registry_tree.h
 * A registry document as a tree of entries that follow the tables of registry_kind.h: root,
 * entries, parts of entries, no deeper. Read from XML, written in one canonical form (sorted by
 * key, defaults left out), merged, compared, checked, and turned into struct registry.
 * Everything in a tree is owned by the arena that it was read into. It must not know SQL. */
#ifndef SERVICE_REGISTRY_TREE_H
#define SERVICE_REGISTRY_TREE_H

#include "base/arena.h"
#include "base/buf.h"
#include "domain/registry.h"
#include "service/registry_kind.h"

/* Caps: a document, and all trees of one import. */
#define REGISTRY_DOCUMENT_MAX ((size_t)16 << 20)
#define REGISTRY_ARENA_MAX ((size_t)256 << 20)

struct xml_node;
struct registry_entry;

struct registry_list { /* sorted by key */
    struct registry_entry **entries;
    size_t n;
};
struct registry_entry {
    const struct registry_kind *kind;
    const char **values;         /* one an attribute; NULL: absent, or what absence means */
    struct registry_list *parts; /* one a part of the kind */
    long line;                   /* in the document being imported; 0: from an older one */
    const struct xml_node *node; /* while it is being read; borrowed */
    bool invalid;                /* its element is not valid: no use in checking it further */
    const struct registry_entry *before; /* by merge: the same entry in the older document */
};

/** An empty root. NULL: no memory. */
struct registry_entry *registry_tree_new(struct arena *arena);
/** Read a document's root; what the tables don't know is left to the schema, and skipped here.
 * Parts with the same key stay side by side: registry_check() names them.
 * @return ERR_NONE | ERR_MEMORY | ERR_LIMIT. */
MUST_USE enum err registry_tree_read(struct arena *arena, const struct xml_node *node,
                                     struct registry_entry **out);
/** Canonical form. base: written as the root's attribute when above 0. */
MUST_USE enum err registry_tree_write(const struct registry_entry *root, int64_t base,
                                      struct buf *out);

/** An attribute's value; what absence means, or "", when it is absent. */
const char *registry_value(const struct registry_entry *entry, const char *attribute);
bool registry_enabled(const struct registry_entry *entry);
/** Is that an attribute's value? As registry_value() says it. */
bool registry_is(const struct registry_entry *entry, const char *attribute, const char *value);
/** The entries of that element name inside it, which its kind must have. */
const struct registry_list *registry_list_of(const struct registry_entry *entry,
                                             const char *element);
/** Its key for people: "66666666666_01", or two parts with a blank between. */
#define REGISTRY_KEY_SIZE (2 * (REGISTRY_CODE_MAX + 1) + 64)
void registry_key(const struct registry_entry *entry, char *out, size_t size);
/** By kinds' order of keys: below, equal to or above 0. */
int registry_entry_compare(const struct registry_entry *a, const struct registry_entry *b);
/** The entry of the root with that element name and key (of one attribute); NULL: none. */
struct registry_entry *registry_tree_find(const struct registry_entry *root, const char *element,
                                          const char *key);

/** Put an older document under a new one, in place: fresh becomes what is stored.
 * A whole document disables what it leaves out (of what is kept), dated now; one for one Ente
 * leaves all else as it was.
 * @param now  ISO 8601, UTC; borrowed by the tree */
MUST_USE enum err registry_merge(struct arena *arena, struct registry_entry *fresh,
                                 const struct registry_entry *older, bool whole, const char *now);
/** What changed from one to the other, entry by entry, for people. Empty: nothing. */
MUST_USE enum err registry_diff(const struct registry_entry *from, const struct registry_entry *to,
                                struct buf *out);

/** How many lines of a diff have this mark: + - ~. */
int64_t registry_diff_count(const char *diff, char mark);
/** Entries that are enabled, and their parts. */
int64_t registry_enabled_count(const struct registry_entry *root);

/** Where problems and warnings go, one line each: "NAME:LINE: element KEY: what". */
struct registry_report {
    const char *name; /* of the document */
    struct buf *problems, *warnings;
};
/** What is wrong with an entry; keeps the first error of the buffer in *rc. */
void registry_complain(const struct registry_report *report, struct buf *to,
                       const struct registry_entry *e, enum err *rc, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/** Everything that is not consistent, all at once.
 * @param scope  the Ente's code of a part, NULL for a whole document
 * @param known  where references are looked up beside the document: the older one for a part, else
 *               NULL
 * @return ERR_NONE, whatever was found | ERR_MEMORY | ERR_LIMIT. */
MUST_USE enum err registry_check(const struct registry_entry *root, const char *scope,
                                 const struct registry_entry *known,
                                 const struct registry_report *report);
/** Whether each enabled subscription's format is installed here, and is one for its party. */
MUST_USE enum err registry_formats_check(const struct registry_entry *root,
                                         const struct registry_report *report);
/** "500ms", "10s", "1m"; 0 for anything else. */
int64_t registry_duration_ms(const char *text);
/** Kill switches, "kind code" a line: what they name is disabled. */
void registry_stop(struct registry_entry *root, const char *switches);
/** Make the look-up structure: reads password files; one that cannot be read is logged and leaves
 * an empty password. The tree is changed (an account's holder and bank are filled in).
 * @param out  owned by the caller: registry_free() */
MUST_USE enum err registry_build(struct registry_entry *root, int64_t version,
                                 struct registry **out);
/** Take passwords out of the document: those given by file to be checked by the hub become slow
 * hashes (the older hash stays when it is of the same password); those that the hub sends must have
 * a readable file. @return ERR_NONE, whatever was found | ERR_MEMORY | ERR_LIMIT. */
MUST_USE enum err registry_secrets_take(struct arena *arena, struct registry_entry *root,
                                        const struct registry_entry *older,
                                        const struct registry_report *report);
/** The first line of a password file into an arena; "" is none.
 * @return ERR_NONE | ERR_IO_READ | ERR_LIMIT. */
MUST_USE enum err registry_password_read(struct arena *arena, const char *path, const char **out);

#endif
