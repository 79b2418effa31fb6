/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file fixture.h
 * A real server on free loopback ports with an echo handler, and a client that speaks bytes. */
#ifndef UNIT_LISTEN_FIXTURE_H
#define UNIT_LISTEN_FIXTURE_H

#include "listen/internal.h"

#include <semaphore.h>

/* POST /echo (SOAP, 64 KiB): the body. POST /any (100 bytes): what the handler saw of the request.
 * POST /spool (1 MiB, in memory 1,000 bytes): the body; with SOAPAction "spill" (3 MiB): three
 * times, and a point. POST /block: posts entered, waits for leave, then the body. GET and POST
 * /big: 3 MiB. GET /page: "page", with an ETag. GET /drop: ends a connection whose request is
 * handled. */
struct listen_fixture {
    struct listen_options options;
    int64_t deadlines_ms[DEADLINE_COUNT];
    struct listen_server *server;
    pthread_t thread;
    enum err result;      /* of listen_run() */
    sem_t entered, leave; /* of /block */
    bool ready;
};

/** Options and deadlines to start with: one worker, no deadline that a test would meet. */
void listen_fixture_init(struct listen_fixture *f);
/** Open and run on a thread. */
void listen_fixture_start(struct listen_fixture *f);
/** Wait until it ends by itself, close. @return what listen_run() said */
enum err listen_fixture_join(struct listen_fixture *f);
/** The same, told to drain. */
enum err listen_fixture_stop(struct listen_fixture *f);

/** A connection to 127.0.0.1 whose reads fail after ten seconds. */
int listen_client_open(int port);
/** From 127.0.0.last: another peer. */
int listen_client_open_from(int last, int port);
void listen_client_send(int fd, const char *text);
/** Read one answer: its status, with head and body in out (reset first). 0: the end came. */
int listen_client_read(int fd, struct buf *out);
/** Send text, read one answer. */
int listen_client_ask(int fd, const char *text, struct buf *out);
/** Only the end comes, in order or by a reset. */
void listen_client_end(int fd);

#define LISTEN_POST_XML(path, body, length)                                                        \
    "POST " path " HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\nContent-Length: " length       \
    "\r\n\r\n" body

#endif
