/* SPDX-License-Identifier: GPL-3.0-or-later */
/** @file station_ask.h
 * What an Ente's station says of a notice, asked live and judged in full: what it promises beyond
 * its schema is the notice that was asked, transfers with numbers of their own that add up to the
 * amount. Its amount wins over the one that was asked [W2]. */
#ifndef SERVICE_STATION_ASK_H
#define SERVICE_STATION_ASK_H

#include "db/notice.h"
#include "service/psp_call.h"
#include "soap/station.h"

/** Row 15 is the outcome; row 16, what it said: a fault with a code. */
struct station_answer {
    enum outcome outcome; /* OUTCOME_OK, or why it said nothing that counts */
    struct soap_station_said said;
};

/** paVerifyPaymentNotice. @return an error only for what is ours. */
MUST_USE enum err service_station_verify(struct env *env, const struct registry_station *station,
                                         const struct psp_call *call, struct station_answer *out);
/** paGetPayment or paGetPaymentV2, by the station's version. @return likewise. */
MUST_USE enum err service_station_get(struct env *env, const struct registry_station *station,
                                      const struct psp_call *call, struct station_answer *out);
/** paDemandPaymentNotice. @param id_servizio  the service's, of the catalogue · @return likewise.
 */
MUST_USE enum err service_station_demand(struct env *env, const struct registry_station *station,
                                         const char *id_servizio, const struct psp_call *call,
                                         struct station_answer *out);
/** Put what was said over what the hub knew of a notice: what was not said is not known. The notice
 * borrows from it. */
void service_station_apply(const struct station_answer *answer, struct db_notice *notice);

#endif
