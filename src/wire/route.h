/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file route.h
 * Every path that `payer serve` answers, from wire/route.def: which contract it tells, and which
 * port takes its messages. */
#ifndef WIRE_ROUTE_H
#define WIRE_ROUTE_H

#include <stddef.h>

struct wire_port;

struct wire_route {
    const char *path;
    const char *folder, *wsdl; /* of its contract, under share/wsdl/ */
    struct wire_port *port;    /* NULL: takes no messages */
    size_t body_max;
};

/** Of wire/big.def. */
struct wire_big {
    const char *path, *action;
    struct wire_port *port;
    size_t body_max;
};

enum {
    WIRE_BODY_MAX = 64 * 1024,
    WIRE_UPLOAD_MAX = 4 * 1024 * 1024,
    WIRE_FLOW_MAX = 128 * 1024 * 1024, /* 150,000 payments, in base64 */
};

#define NODE_ROUTE(path, folder, wsdl, port, body_max)                                             \
    ROUTE(path, folder, wsdl, port, body_max)                                                      \
    ROUTE("/nodo-auth" path, folder, wsdl, port, body_max)

enum {
    WIRE_ROUTE_COUNT = 0
#define ROUTE(path, folder, wsdl, port, body_max) +1
#include "wire/route.def"
#undef ROUTE
};

enum {
    WIRE_BIG_COUNT = 0
#define BIG(path, action, port, body_max) +1
#include "wire/big.def"
#undef BIG
};

extern const struct wire_route wire_routes[WIRE_ROUTE_COUNT];
extern const struct wire_big wire_bigs[WIRE_BIG_COUNT];

#endif
