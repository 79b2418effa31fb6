/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file check.h
 * The order of checks of the channel's operations, from service/check.def [W3]. Pure look-ups:
 * what they need is read before. */
#ifndef SERVICE_CHECK_H
#define SERVICE_CHECK_H

#include "service/psp_call.h"

enum check_stage { CHECK_REGISTRY, CHECK_KEY, CHECK_NOTICE, CHECK_OWED };

struct station_answer;

/** What is known about a request. The look-ups are made by service_check_prepare(). */
struct check_facts {
    const struct psp_call *call;
    const struct registry *registry;
    const struct registry_psp *psp;
    const struct registry_channel *channel;
    const struct registry_service *service; /* of a demand */
    const struct registry_creditor *creditor;
    const struct registry_station *station;
    int64_t now_us;
    int64_t day_cents; /* of the channel, before this one; read only where a limit is set */
    int64_t expiration_max_ms;
    const struct db_notice *notice;
    const struct db_key *key;
    const struct station_answer *answer; /* NULL: hosted, or not asked yet */
};

/** Look everything up that the registry knows. */
void service_check_prepare(const struct psp_call *call, const struct registry *registry,
                           struct check_facts *out);
/** Does the hub itself answer for the notice's Ente? Of one that passed the registry's stage. */
bool service_check_hosted(const struct check_facts *facts);
/** Run a stage's rows in order; OUTCOME_OK when none refuses. NOTICE runs those of OWED with it,
 * where what is owed is known. */
enum outcome service_check_run(enum check_stage stage, const struct check_facts *facts);

#endif
