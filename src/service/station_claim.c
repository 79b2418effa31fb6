/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/station_claim.h"

#include "db/station_call.h"

/* Beyond the station's time limit: for our own two transactions. */
#define MARGIN_US (INT64_C(10) * 1000000)

enum err service_station_claim_tx(struct db *db, const struct station_claim *claim,
                                  const struct registry_station *station, int64_t now_us,
                                  bool *out_ours)
{
    enum err rc;
    struct db_station_call there;
    const struct db_station_call ours = {claim->id,
                                         now_us + station->timeout_ms * 1000 + MARGIN_US};

    TRY(db_station_call_find(db, claim->creditor, claim->notice_number, &there));
    *out_ours = !there.id || there.id == claim->id || there.until_us <= now_us;
    if (!*out_ours || there.id == claim->id) goto out; /* its COMMIT was not answered [F3] */
    TRY(db_station_call_put(db, claim->creditor, claim->notice_number, &there, &ours));
out:
    return rc;
}

enum err service_station_claim_end_tx(struct db *db, const struct station_claim *claim,
                                      int64_t now_us, bool *out_in_time)
{
    enum err rc;
    struct db_station_call there;

    TRY(db_station_call_find(db, claim->creditor, claim->notice_number, &there));
    *out_in_time = there.id == claim->id && there.until_us > now_us;
    if (there.id == claim->id)
        TRY(db_station_call_drop(db, claim->creditor, claim->notice_number, claim->id));
out:
    return rc;
}
