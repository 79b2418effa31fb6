/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "soap/take.h"

#include "domain/amount.h"
#include "domain/calendar.h"
#include "domain/text.h"
#include "soap/station.h"

#include <string.h>

#include "payH.h"

/* The detail is ours, whatever a check said before. */
static enum err refuse(const char *name)
{
    err_clear();
    return err_set(ERR_PEER_ANSWER, name);
}

enum err soap_take_text(char *to, size_t cap, const char *from, const char *name)
{
    size_t len = from ? strlen(from) : 0;

    if (len >= cap || (len && text_check(from, 0, cap) != ERR_NONE)) return refuse(name);
    if (len) memcpy(to, from, len);
    to[len] = 0;
    return ERR_NONE;
}

enum err soap_take_amount(int64_t *to, const char *from)
{
    return amount_parse(from, to) == ERR_NONE ? ERR_NONE : refuse("an amount");
}

enum err soap_take_date(char to[11], const char *from)
{
    int32_t day;

    to[0] = 0;
    if (!from) return ERR_NONE;
    if (calendar_xml_date_parse(from, &day) != ERR_NONE) return refuse("dueDate");
    calendar_date_print(day, to);
    return ERR_NONE;
}

static enum err piece_add(char **to, const char *end, const char *from, char mark)
{
    size_t len = strlen(from);

    if (text_check(from, 1, len) != ERR_NONE || len + 1 >= (size_t)(end - *to))
        return refuse("metadata");
    memcpy(*to, from, len);
    (*to)[len] = mark;
    *to += len + 1;
    **to = 0;
    return ERR_NONE;
}

enum err soap_take_metadata(char *to, size_t cap, const struct ppc__ctMetadata *from)
{
    enum err rc = ERR_NONE;
    const char *end = to + cap;

    *to = 0;
    for (int i = 0; from && i < from->__sizemapEntry; i++) {
        TRY(piece_add(&to, end, from->mapEntry[i].key, '\t'));
        TRY(piece_add(&to, end, from->mapEntry[i].value, '\n'));
    }
out:
    return rc;
}

enum err soap_take_fault(struct soap_station_fault *to, const struct ppc__ctFaultBean *from)
{
    if (!from || !*from->faultCode) return refuse("KO without a fault");
    text_mend(from->faultCode, to->code, sizeof to->code);
    text_mend(from->faultString, to->text, sizeof to->text);
    text_mend(from->description ? from->description : "", to->description, sizeof to->description);
    return ERR_NONE;
}
