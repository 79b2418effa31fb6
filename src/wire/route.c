/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/route.h"

#include "wire/port.h"

const struct wire_route wire_routes[WIRE_ROUTE_COUNT] = {
#define ROUTE(path, folder, wsdl, port, body_max) {path, folder, wsdl, port, body_max},
#include "wire/route.def"
#undef ROUTE
};

const struct wire_big wire_bigs[WIRE_BIG_COUNT] = {
#define BIG(path, action, port, body_max) {path, action, port, body_max},
#include "wire/big.def"
#undef BIG
};
