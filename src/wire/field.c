/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/field.h"

#include "domain/amount.h"
#include "domain/calendar.h"

#include <string.h>

static const struct wire_field IDENTIFIER_FIELDS[] = {
    WIRE_TEXT("entityUniqueIdentifierType", struct debt_subject, kind),
    WIRE_TEXT("entityUniqueIdentifierValue", struct debt_subject, code),
    WIRE_END,
};

const struct wire_field WIRE_SUBJECT_FIELDS[] = {
    WIRE_FIELDS("uniqueIdentifier", IDENTIFIER_FIELDS),
    WIRE_TEXT("fullName", struct debt_subject, name),
    WIRE_TEXT("streetName", struct debt_subject, street),
    WIRE_TEXT("civicNumber", struct debt_subject, civic),
    WIRE_TEXT("postalCode", struct debt_subject, postal_code),
    WIRE_TEXT("city", struct debt_subject, city),
    WIRE_TEXT("stateProvinceRegion", struct debt_subject, province),
    WIRE_TEXT("country", struct debt_subject, country),
    WIRE_TEXT("e-mail", struct debt_subject, email),
    WIRE_END,
};

enum err wire_fields_read(const struct xml_node *parent, const struct wire_field *fields, void *to)
{
    enum err rc = ERR_NONE;

    for (const struct xml_node *n = xml_child(parent, NULL, NULL); n; n = xml_next(n, NULL, NULL)) {
        const struct wire_field *f = fields;

        while (f->name && strcmp(f->name, xml_name(n)) != 0)
            f++;
        if (f->name) TRY(f->take(f, n, to));
    }
out:
    return rc;
}

static void *place(const struct wire_field *field, void *to)
{
    return (char *)to + field->at;
}

enum err wire_take_text(const struct wire_field *field, const struct xml_node *node, void *to)
{
    const char *text = xml_text(node);
    size_t size = strlen(text) + 1;

    if (size > field->cap) return BUG("a field longer than its facet");
    memcpy(place(field, to), text, size);
    return ERR_NONE;
}

enum err wire_take_cents(const struct wire_field *field, const struct xml_node *node, void *to)
{
    return amount_parse_or_zero(xml_text(node), place(field, to));
}

enum err wire_take_date(const struct wire_field *field, const struct xml_node *node, void *to)
{
    enum err rc;
    int32_t day;

    TRY(calendar_xml_date_parse(xml_text(node), &day));
    calendar_date_print(day, place(field, to));
out:
    return rc;
}

enum err wire_take_ok(const struct wire_field *field, const struct xml_node *node, void *to)
{
    *(bool *)place(field, to) = strcmp(xml_text(node), "OK") == 0;
    return ERR_NONE;
}

enum err wire_take_fields(const struct wire_field *field, const struct xml_node *node, void *to)
{
    return wire_fields_read(node, field->fields, place(field, to));
}

enum err wire_check_cents(const struct wire_field *field, const struct xml_node *node, void *to)
{
    int64_t cents;

    (void)field;
    (void)to;
    return amount_parse_or_zero(xml_text(node), &cents);
}

enum err wire_check_date(const struct wire_field *field, const struct xml_node *node, void *to)
{
    int32_t day;

    (void)field;
    (void)to;
    return calendar_xml_date_parse(xml_text(node), &day);
}
