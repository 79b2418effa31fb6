/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/contract.h"

#include "crypto/hash.h"
#include "wire/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DOCUMENTS_MAX = 128, NAME_MAX_BYTES = 64, URL_MAX_BYTES = 300, PATH_MAX_BYTES = 1024 };
#define DOCUMENT_BYTES_MAX ((size_t)256 << 10)

struct document {
    const struct wire_route *route;
    char name[NAME_MAX_BYTES]; /* of the schema's file; "" for the WSDL */
    struct buf body;
    char etag[19]; /* 16 hex digits and quotes */
    struct wire_contract shown;
};

struct wire_contracts {
    char url[URL_MAX_BYTES];
    struct document documents[DOCUMENTS_MAX];
    size_t n_documents;
};

static struct document *document_find(struct wire_contracts *c, const struct wire_route *route,
                                      const char *name)
{
    for (size_t i = 0; i < c->n_documents; i++)
        if (c->documents[i].route == route && strcmp(c->documents[i].name, name) == 0)
            return &c->documents[i];
    return NULL;
}

/* A place in the list, to be filled when its turn comes; once for each name. */
static enum err document_add(struct wire_contracts *c, const struct wire_route *route,
                             const char *name, size_t name_len)
{
    struct document *d = &c->documents[c->n_documents];
    char copy[NAME_MAX_BYTES];

    if (name_len >= sizeof copy || c->n_documents == DOCUMENTS_MAX)
        return err_set(ERR_LIMIT, route->wsdl);
    memcpy(copy, name, name_len);
    copy[name_len] = '\0';
    if (document_find(c, route, copy) != NULL) return ERR_NONE;
    d->route = route;
    memcpy(d->name, copy, name_len + 1);
    d->body = (struct buf)BUF_INIT(DOCUMENT_BYTES_MAX);
    c->n_documents++;
    return ERR_NONE;
}

/* An attribute's value that names a place, first in text or NULL. Our own files: double quotes. */
static const char *place_find(const char *text, bool *out_import)
{
    static const char import[] = "schemaLocation=\"", address[] = "<soap:address location=\"";
    const char *at_import = strstr(text, import), *at_address = strstr(text, address);

    *out_import = at_import != NULL && (at_address == NULL || at_import < at_address);
    if (*out_import) return at_import + strlen(import);
    return at_address == NULL ? NULL : at_address + strlen(address);
}

/* Imports are relative to it, so that they hold behind whatever name a proxy gives us; a bare
 * "?xsd=" would not do, as java.net.URL drops the segment before it. */
static const char *last_segment(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* Copy text with other places in it: what is imported lies beside and becomes a document too. */
static enum err rewrite(struct wire_contracts *c, struct document *d, const char *text)
{
    const struct wire_route *route = d->route;
    const char *place;
    bool is_import;
    enum err rc = ERR_NONE;

    while ((place = place_find(text, &is_import)) != NULL) {
        size_t len = strcspn(place, "\"");

        TRY(buf_add(&d->body, text, (size_t)(place - text)));
        if (is_import) {
            TRY(document_add(c, route, place, len));
            TRY(buf_printf(&d->body, "%s?xsd=%.*s", last_segment(route->path), (int)len, place));
        } else if (route->port != NULL) {
            TRY(buf_printf(&d->body, "%s%s", c->url, route->path));
        } else {
            TRY(buf_add(&d->body, place, len));
        }
        text = place + len;
    }
    TRY(buf_text(&d->body, text));
out:
    return rc;
}

static enum err document_fill(struct wire_contracts *c, struct document *d, const char *share)
{
    struct buf text = BUF_INIT(DOCUMENT_BYTES_MAX);
    char path[PATH_MAX_BYTES], hex[65];
    struct hash hash;
    enum err rc;
    int n = snprintf(path, sizeof path, "%s/wsdl/%s/%s", share, d->route->folder,
                     d->name[0] == '\0' ? d->route->wsdl : d->name);

    if (n < 0 || (size_t)n >= sizeof path) {
        rc = err_set(ERR_LIMIT, "share");
        goto out;
    }
    TRY(buf_read_file(&text, path));
    TRY(rewrite(c, d, buf_str(&text)));
    crypto_hash(d->body.bytes, d->body.len, &hash);
    crypto_hash_hex(&hash, hex);
    (void)snprintf(d->etag, sizeof d->etag, "\"%.16s\"", hex);
    d->shown = (struct wire_contract){buf_str(&d->body), d->body.len, d->etag};
out:
    buf_free(&text);
    return rc;
}

/* It is written into attributes as it is: nothing that would need escaping. */
static enum err url_set(struct wire_contracts *c, const char *url)
{
    size_t len = strlen(url);

    while (len > 0 && url[len - 1] == '/')
        len--;
    if (len >= sizeof c->url || strcspn(url, "\"<>& \t\r\n") < len ||
        (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0))
        return err_setf(ERR_CONFIG, "serve.public_url: \"%.100s\" is no URL", url);
    memcpy(c->url, url, len);
    return ERR_NONE;
}

enum err wire_contract_open(const char *share, const char *public_url, struct wire_contracts **out)
{
    struct wire_contracts *c = calloc(1, sizeof *c);
    enum err rc;

    if (c == NULL) return err_set(ERR_MEMORY, "contracts");
    TRY(url_set(c, public_url));
    for (size_t i = 0; i < WIRE_ROUTE_COUNT; i++)
        TRY(document_add(c, &wire_routes[i], "", 0));
    for (size_t i = 0; i < c->n_documents; i++) /* grows: a document adds what it imports */
        TRY(document_fill(c, &c->documents[i], share));
    *out = c;
    c = NULL;
out:
    wire_contract_close(&c);
    return rc;
}

void wire_contract_close(struct wire_contracts **contracts)
{
    struct wire_contracts *c = *contracts;

    if (c == NULL) return;
    for (size_t i = 0; i < c->n_documents; i++)
        buf_free(&c->documents[i].body);
    free(c);
    *contracts = NULL;
}

const struct wire_contract *wire_contract_find(const struct wire_contracts *contracts,
                                               const char *path, const char *query)
{
    bool wsdl = strcasecmp(query, "wsdl") == 0;

    if (!wsdl && strncmp(query, "xsd=", 4) != 0) return NULL;
    for (size_t i = 0; i < contracts->n_documents; i++) {
        const struct document *d = &contracts->documents[i];

        if (strcmp(d->route->path, path) == 0 &&
            (wsdl ? d->name[0] == '\0' : d->name[0] != '\0' && strcmp(d->name, query + 4) == 0))
            return &d->shown;
    }
    return NULL;
}

void wire_contract_get(void *worker, const struct listen_request *request,
                       struct listen_answer *answer, void *cls)
{
    const struct wire_contract *found = wire_contract_find(cls, request->path, request->query);

    (void)worker;
    if (found != NULL && buf_add(&answer->body, found->bytes, found->len) == ERR_NONE) {
        answer->content_type = "text/xml; charset=utf-8";
        answer->etag = found->etag;
        return;
    }
    buf_reset(&answer->body);
    answer->status = found == NULL ? 404 : 500;
    answer->content_type = "text/plain; charset=utf-8";
}
