/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file debt_position.h
 * What the operations of the debt-position contract share. Nobody else includes it. */
#ifndef WIRE_DEBT_POSITION_H
#define WIRE_DEBT_POSITION_H

#include "wire/dealing.h"

#define DPO_NS "urn:payer:debt-position:1"
#define POS_NS "urn:payer:position:1"

enum { DEALING_MANY = 1000 }; /* positions in one message: their facet */

enum dpo__debtState dealing_state(enum position_state s);

/** Operations in files of their own. */
dealing_fn dealing_list, dealing_cancel, dealing_update, dealing_cancel_many;

#endif
