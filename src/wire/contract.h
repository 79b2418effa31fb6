/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file contract.h
 * The contracts as documents: GET PATH?wsdl and PATH?xsd=NAME, so that a client's toolkit starts
 * from the URL that it will call. Made once at start from the installed wsdl/ folder, with the
 * public address put in; answered from memory on the I/O thread. Must not know an operation. */
#ifndef WIRE_CONTRACT_H
#define WIRE_CONTRACT_H

#include "listen/server.h"

struct wire_contracts;

struct wire_contract {
    const char *bytes; /* a whole document */
    size_t len;
    const char *etag; /* quoted */
};

/** Read every contract and put addresses in: the place to call becomes public_url and path,
 * imports become ?xsd=NAME beside it, relative.
 * @param share       folder that holds wsdl/
 * @param public_url  scheme, host and port as clients see them; a slash at the end is dropped
 * @return ERR_NONE | ERR_CONFIG (public_url) | ERR_IO_READ | ERR_LIMIT | ERR_MEMORY. */
MUST_USE enum err wire_contract_open(const char *share, const char *public_url,
                                     struct wire_contracts **out);
/** The document, or NULL. Thread-safe; the result lives as long as contracts.
 * @param query  "wsdl" in any case, or "xsd=NAME" */
const struct wire_contract *wire_contract_find(const struct wire_contracts *contracts,
                                               const char *path, const char *query);
/** A listen_handler for a route's get: cls is the struct wire_contracts. 404 for another query. */
void wire_contract_get(void *worker, const struct listen_request *request,
                       struct listen_answer *answer, void *cls);
void wire_contract_close(struct wire_contracts **contracts);

#endif
