/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/limit.h"

#include "base/log.h"
#include "domain/calendar.h"

#include <string.h>

/* While a channel has no limit nothing is counted: another version of the registry may have had
 * none. A clock that is set back leaves the later day as it is. */
enum err service_limit_count(struct db *db, const struct registry *registry,
                             const struct registry_channel *channel, int64_t now_us, int64_t cents,
                             struct db_channel_day *day)
{
    enum err rc;
    char today[CALENDAR_DATE_SIZE];
    bool counted;

    calendar_rome_day(now_us, today);
    counted = strcmp(day->day, today) >= 0 && day->registry_version == registry->version;
    if (counted && day->cents + cents <= channel->day_max_cents) return ERR_NONE;
    TRY(db_channel_sum(db, channel->code, calendar_rome_day_start(calendar_rome_day_number(now_us)),
                       &day->cents));
    if (strcmp(day->day, today) < 0) memcpy(day->day, today, sizeof day->day);
    day->registry_version = registry->version;
out:
    return rc;
}

static enum err late_tx(struct db *db, void *cls)
{
    const struct registry_channel *const *channel = cls;

    return db_channel_day_forget(db, (*channel)->code);
}

void service_limit_late(struct env *env, const char *channel)
{
    const struct registry_channel *c = registry_channel_find(env->registry, channel);
    enum err rc;

    if (!c || !c->day_max_cents) return;
    rc = db_tx_run(env->db, "limit", late_tx, &c);
    if (rc != ERR_NONE) log_err("limit.late", rc);
    err_clear();
}
