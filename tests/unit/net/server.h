/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file server.h
 * A small HTTP server in a thread, on loopback, that misbehaves by the path it is asked for. */
#ifndef TEST_NET_SERVER_H
#define TEST_NET_SERVER_H

#include "base/buf.h"

struct server;

/** Load the configuration from no file but these settings. */
void server_configure(const char *const *sets, size_t n_sets);

/** @param host  NULL: plain; else TLS with a fresh self-signed certificate for that host, whose
 *               PEM text is added to cert_path */
struct server *server_open(const char *host, const char *cert_path);
void server_close(struct server **server);
int server_port(const struct server *server);
/** "scheme://127.0.0.1:port/path", in a buffer of the server's. */
const char *server_url(struct server *server, const char *path);
/** Connections taken so far. */
int server_connections(const struct server *server);
/** The last whole request: head and body. Borrowed until the next call. */
const char *server_request(struct server *server);

#endif
