/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file registry_kind.h
 * The kinds of element of a registry document, as tables: reader, canonical form, merge, diff,
 * checks, `show` and struct registry all follow them. conf/registry.xsd says the same to authors;
 * a test compares the two. It must not know XML's library or SQL. */
#ifndef SERVICE_REGISTRY_KIND_H
#define SERVICE_REGISTRY_KIND_H

#include <stdbool.h>
#include <stddef.h>

enum registry_type {
    REGISTRY_TEXT,        /**< const char *, "" when absent */
    REGISTRY_FISCAL_CODE, /**< const char *: its check character should agree */
    REGISTRY_IBAN,        /**< const char *: its check digits must agree */
    REGISTRY_INSTANT,     /**< const char *: ISO 8601, UTC */
    REGISTRY_SWITCH,      /**< bool: yes or no */
    REGISTRY_NUMBER,      /**< int; -1 when absent */
    REGISTRY_AMOUNT,      /**< int64_t cents */
    REGISTRY_DURATION,    /**< int64_t ms */
    REGISTRY_WORD,        /**< an enum: which of the attribute's words */
    REGISTRY_DIGEST,      /**< unsigned char[32] */
    REGISTRY_NETWORK,     /**< struct network */
    REGISTRY_SECRET,      /**< const char *: a password's hash; never shown */
    REGISTRY_SECRET_FILE, /**< const char *: the password in a file whose path is stored */
    REGISTRY_SECRET_ONCE  /**< the same, read and hashed by the import; not stored */
};

#define REGISTRY_NO_FIELD ((size_t)-1)

struct registry_attribute {
    const char *name;
    enum registry_type type;
    const char *fallback;     /* what absence means; NULL: nothing */
    const char *const *words; /* WORD: in the order of its enum, NULL at the end */
    const char *refers;       /* the element whose key it names; NULL: none */
    size_t field;             /* offset in the kind's struct, or REGISTRY_NO_FIELD */
};

struct registry_kind;
/** Elements of one kind inside another, and where the owner's struct holds their array. */
struct registry_part {
    const struct registry_kind *kind;
    size_t array, count; /* offsets */
};
struct registry_kind {
    const char *name; /* the element */
    const struct registry_attribute *attributes;
    size_t n_attributes;
    size_t n_keys; /* the first attributes are its key */
    bool kept;     /* never deleted; its last attributes are enabled, disabled-since */
    size_t size;   /* of its struct */
    const struct registry_part *parts;
    size_t n_parts;
};

#define REGISTRY_NAMESPACE "urn:payer:registry:1"

/** The root: its parts are all kinds of entry, in canonical order. */
extern const struct registry_kind registry_kind_root;
/** The part of the root with that element name; -1 when there is none. "ente" is a creditor. */
int registry_kind_index(const char *name);
/** An attribute's index in its kind; -1 when it has none of that name. */
int registry_attribute_index(const struct registry_kind *kind, const char *name);

#endif
