/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file field.h
 * A message's fields to fixed-size values. The schema was checked before: what does not fit here
 * is a fault of ours. */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include "base/err.h"

#include <stddef.h>

#define COPY(to, from) wire_field_copy((to), sizeof(to), (from))
/** NULL becomes "". @return ERR_NONE | ERR_BUG */
MUST_USE enum err wire_field_copy(char *to, size_t cap, const char *from);
/** An xs:date may carry a zone; what is kept is the civil day. NULL becomes "". */
MUST_USE enum err wire_field_date(char to[11], const char *from);

#endif
