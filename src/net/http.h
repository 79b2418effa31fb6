/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file http.h
 * HTTP requests out. The only folder that calls libcurl; it carries bytes and knows no
 * contract. Caps and address checks of [F60] [F61]: no redirects, https (plain only where the
 * configuration allows loopback peers), time, size and speed limits, address checked after
 * resolving. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/buf.h"

struct net_http; /* a handle with its kept-alive connections; one thread */

struct net_http_request {
    const char *url;
    const char *soap_action;     /**< quoted into SOAPAction; NULL: none */
    const char *content_type;    /**< "text/xml; charset=utf-8" */
    const char *user, *password; /**< HTTP Basic; NULL: none */
    const char *dedup_id;        /**< sent as Idempotency-Key; NULL: none */
    const char *body;
    size_t body_len;
    int64_t timeout_ms; /**< all of it */
    size_t answer_max;  /**< more than that is ERR_PEER_ANSWER */
};

void net_init(void); /**< once, before threads start */
MUST_USE enum err net_http_open(struct net_http **out);
void net_http_close(struct net_http **http);
/** POST and read the whole answer. @param answer appended; its max must allow answer_max.
 * @return ERR_NONE with any HTTP status | ERR_PEER_ADDRESS | ERR_PEER_CONNECT | ERR_PEER_TLS (its
 * certificate, or it does not take ours) | ERR_PEER_LOST (it may have the request) |
 * ERR_PEER_TIMEOUT | ERR_PEER_ANSWER (too long, broken) | ERR_TLS_FILE (ours, on our side); the
 * detail says more in words. */
MUST_USE enum err net_http_post(struct net_http *http, const struct net_http_request *request,
                                struct buf *answer, int *out_status);
/** What an answer's status means: ERR_NONE is 200 | ERR_PEER_CONNECT is 502, 503 or 504, a proxy's
 * words for nobody there | ERR_PEER_ANSWER is any other. */
MUST_USE enum err net_http_status(int status);
/** Only connect, TLS and its certificates with it, and send nothing: is the peer there, and is it
 * the right one? @return as net_http_post(), before anything is sent. */
MUST_USE enum err net_http_reach(struct net_http *http, const char *url, int64_t timeout_ms);

#endif
