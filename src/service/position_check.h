/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file position_check.h
 * The rules that a position must keep before it is stored. Pure: registry and content only. */
#ifndef SERVICE_POSITION_CHECK_H
#define SERVICE_POSITION_CHECK_H

#include "service/position.h"

/** Fill in what may be left out (transfers, taxonomy, descriptions), then check.
 * @return true when it may be stored; else out names the first thing that is wrong. */
bool position_check(const struct registry *registry, const struct scope *scope,
                    struct debt_position *p, struct position_refusal *out);
/** Name the first thing in which a stored position differs from one that was sent. */
void position_difference(const struct debt_position *stored, const struct debt_position *sent,
                         struct position_refusal *out);

#endif
