/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/field.h"

#include "domain/calendar.h"

#include <string.h>

enum err wire_field_copy(char *to, size_t cap, const char *from)
{
    size_t len = from ? strlen(from) : 0;

    if (len >= cap) return BUG("a field longer than its facet");
    if (len) memcpy(to, from, len);
    to[len] = 0;
    return ERR_NONE;
}

enum err wire_field_date(char to[11], const char *from)
{
    enum err rc;
    int32_t day;

    to[0] = 0;
    if (!from) return ERR_NONE;
    TRY(calendar_xml_date_parse(from, &day));
    calendar_date_print(day, to);
out:
    return rc;
}
