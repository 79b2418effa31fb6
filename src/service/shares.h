/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file shares.h
 * Who is owed what of a notice, as one value: whether it is still what a payment was begun for. */
#ifndef SERVICE_SHARES_H
#define SERVICE_SHARES_H

#include "db/notice.h"

/** Of the transfers as they are now, into the payment. Their accounts count where the PSP pays to
 * them itself; what the hub holds goes to an Ente's account of the day. */
void service_shares_keep(struct db_payment *p, const struct debt_instalment *i);
/** Are they what the payment was begun for? Yes of one that was begun before this was kept. */
bool service_shares_same(const struct db_payment *p, const struct debt_instalment *i);

#endif
