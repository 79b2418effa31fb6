/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file field.h
 * From the elements of a message to the members of a struct, by a table a type of the contract.
 * The schema was checked before: an element that no table names is passed over, and what does not
 * fit here is a fault of ours. Members whose element is absent stay as they are. */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include "domain/debt.h"
#include "xml/document.h"

#include <stddef.h>

struct wire_field;
/** Take one element. @param to the struct that the table fills */
typedef enum err wire_take(const struct wire_field *field, const struct xml_node *node, void *to);

/** One element, and what becomes of it. A table ends with one that has no name. */
struct wire_field {
    const char *name; /**< local name */
    wire_take *take;
    size_t at, cap;                  /**< the member's place and size in the struct */
    const struct wire_field *fields; /**< of an element that holds elements */
};

/** Each child of parent, in its order. @return ERR_NONE | an error of the text | ERR_BUG */
MUST_USE enum err wire_fields_read(const struct xml_node *parent, const struct wire_field *fields,
                                   void *to);

#define WIRE_PLACE(type, member) offsetof(type, member), sizeof(((type *)0)->member)
#define WIRE_TEXT(name, type, member)                                                              \
    {                                                                                              \
        (name), wire_take_text, WIRE_PLACE(type, member), NULL                                     \
    }
#define WIRE_CENTS(name, type, member)                                                             \
    {                                                                                              \
        (name), wire_take_cents, WIRE_PLACE(type, member), NULL                                    \
    }
#define WIRE_DATE(name, type, member)                                                              \
    {                                                                                              \
        (name), wire_take_date, WIRE_PLACE(type, member), NULL                                     \
    }
/** Whether an outcome is OK: a bool. */
#define WIRE_OK(name, type, member)                                                                \
    {                                                                                              \
        (name), wire_take_ok, WIRE_PLACE(type, member), NULL                                       \
    }
/** A person or firm: a struct debt_subject. */
#define WIRE_SUBJECT(name, type, member)                                                           \
    {                                                                                              \
        (name), wire_take_fields, WIRE_PLACE(type, member), WIRE_SUBJECT_FIELDS                    \
    }
/** What another table says of the same struct. */
#define WIRE_FIELDS(name, fields)                                                                  \
    {                                                                                              \
        (name), wire_take_fields, 0, 0, (fields)                                                   \
    }
/** What a function of the contract's own takes. */
#define WIRE_OWN(name, take)                                                                       \
    {                                                                                              \
        (name), (take), 0, 0, NULL                                                                 \
    }
#define WIRE_END                                                                                   \
    {                                                                                              \
        NULL, NULL, 0, 0, NULL                                                                     \
    }

wire_take wire_take_text;
wire_take wire_take_cents; /**< 0.00 too */
wire_take wire_take_date;  /**< an xs:date may carry a zone; what is kept is the civil day */
wire_take wire_take_ok;
wire_take wire_take_fields;
wire_take wire_check_cents; /**< what nobody here heeds must yet be what it says it is [X39] */
wire_take wire_check_date;  /**< the same [X40] */

extern const struct wire_field WIRE_SUBJECT_FIELDS[];

#endif
