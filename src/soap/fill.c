/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "soap/fill.h"

#include "domain/amount.h"
#include "domain/debt.h"

#include <string.h>

#include "payH.h"

char *soap_fill_text(const char *text)
{
    return (char *)(uintptr_t)text;
}

char *soap_fill_opt(const char *text)
{
    return text && *text ? soap_fill_text(text) : NULL;
}

char *soap_fill_amount(struct soap *soap, int64_t cents)
{
    char out[AMOUNT_SIZE];

    amount_print(cents, out);
    return soap_strdup(soap, out);
}

/* Cut one entry off *rest, in place; 0 at the end. */
static int entry_next(char **rest, char **out_key, char **out_value)
{
    char *tab = strchr(*rest, '\t'), *end = strchr(*rest, '\n');

    if (!tab || !end || tab > end) return 0;
    *tab = *end = 0;
    *out_key = *rest;
    *out_value = tab + 1;
    *rest = end + 1;
    return 1;
}

struct ppc__ctMetadata *soap_fill_metadata(struct soap *soap, const char *stored)
{
    char *rest = stored && *stored ? soap_strdup(soap, stored) : NULL;
    struct ppc__ctMetadata *m = rest ? soap_malloc(soap, sizeof *m) : NULL;
    struct ppc__ctMapEntry *e = m ? soap_malloc(soap, DEBT_METADATA_MAX * sizeof *e) : NULL;

    if (!e) return NULL;
    m->mapEntry = e;
    for (m->__sizemapEntry = 0; m->__sizemapEntry < DEBT_METADATA_MAX; m->__sizemapEntry++, e++)
        if (!entry_next(&rest, &e->key, &e->value)) break;
    return m->__sizemapEntry ? m : NULL;
}

struct pos__metadata *soap_fill_position_metadata(struct soap *soap, const char *stored)
{
    char *rest = stored && *stored ? soap_strdup(soap, stored) : NULL;
    struct pos__metadata *m = rest ? soap_malloc(soap, sizeof *m) : NULL;
    struct pos__metadataEntry *e = m ? soap_malloc(soap, DEBT_METADATA_MAX * sizeof *e) : NULL;

    if (!e) return NULL;
    m->entry = e;
    for (m->__sizeentry = 0; m->__sizeentry < DEBT_METADATA_MAX; m->__sizeentry++, e++)
        if (!entry_next(&rest, &e->key, &e->value)) break;
    return m->__sizeentry ? m : NULL;
}

struct ppc__ctRichiestaMarcaDaBollo *soap_fill_stamp(struct soap *soap,
                                                     const struct debt_stamp *stamp)
{
    struct ppc__ctRichiestaMarcaDaBollo *s = *stamp->hash ? soap_malloc(soap, sizeof *s) : NULL;

    if (!s) return NULL;
    s->hashDocumento = soap_fill_text(stamp->hash);
    s->tipoBollo = ppc__stTipoBolloDigitale__01; /* the one that there is */
    s->provinciaResidenza = soap_fill_text(stamp->province);
    return s;
}

struct pos__stamp *soap_fill_position_stamp(struct soap *soap, const struct debt_stamp *stamp)
{
    struct pos__stamp *s = *stamp->hash ? soap_malloc(soap, sizeof *s) : NULL;

    if (!s) return NULL;
    s->hash = soap_fill_text(stamp->hash);
    s->type = soap_fill_text(stamp->type);
    s->province = soap_fill_text(stamp->province);
    return s;
}
