/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "wire/route.h"

#include "wire/port.h"

const struct wire_route wire_routes[WIRE_ROUTE_COUNT] = {
#define ROUTE(path, folder, wsdl, port, body_max) {path, folder, wsdl, port, body_max},
#include "wire/route.def"
#undef ROUTE
};
