/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file payable.h
 * May a hosted notice be paid now? The questions that a channel's checks and the node's have in
 * common. Pure. */
#ifndef SERVICE_PAYABLE_H
#define SERVICE_PAYABLE_H

#include "db/notice.h"
#include "domain/registry.h"

/** Somebody is paying it, or an option that excludes it. */
bool service_notice_live(const struct db_notice *n, int64_t now_us);
/** Another option of its position was begun, and something of it paid: it is closed for good. */
bool service_notice_excluded(const struct db_notice *n);
/** OUTCOME_OK, or what the Ente says: withdrawn, or past its end. */
enum outcome service_notice_refusal(const struct db_notice *n, int64_t now_us);
/** Each of its beneficiaries is enabled, with an account that is. */
bool service_notice_accounts_open(const struct db_notice *n, const struct registry *registry);

#endif
