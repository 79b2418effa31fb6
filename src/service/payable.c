/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/payable.h"

#include "domain/calendar.h"

#include <string.h>

/* Another option of the position was begun: this one is closed while that lasts [I4]. */
static bool sibling_begun(const struct db_notice *n)
{
    return n->position.begun_option && n->position.begun_option != n->instalment.option_id;
}

bool service_notice_live(const struct db_notice *n, int64_t now_us)
{
    if (sibling_begun(n) && n->position.paid_count == 0 && n->position.live_count > 0) return true;
    return n->live_payment && n->live_expires_us > now_us;
}

bool service_notice_excluded(const struct db_notice *n)
{
    return sibling_begun(n) && n->position.paid_count > 0;
}

enum outcome service_notice_refusal(const struct db_notice *n, int64_t now_us)
{
    char today[CALENDAR_DATE_SIZE];

    if (n->instalment.state != POSITION_OPEN || n->position.state != POSITION_OPEN ||
        service_notice_excluded(n))
        return OUTCOME_PAA_ANNULLATO;
    calendar_rome_day(now_us, today);
    if (n->instalment.payable_until[0] && strcmp(today, n->instalment.payable_until) > 0)
        return OUTCOME_PAA_SCADUTO;
    return OUTCOME_OK;
}

bool service_notice_accounts_open(const struct db_notice *n, const struct registry *registry)
{
    for (int t = 0; t < n->instalment.n_transfers; t++) {
        const struct debt_transfer *to = &n->instalment.transfers[t];
        const struct registry_creditor *c = registry_creditor_find(registry, to->creditor);
        const struct registry_account *a = c ? registry_account_find(c, to->iban) : NULL;

        if (!c || !c->enabled) return false;
        if (*to->stamp.hash) continue; /* it goes to no account */
        if (!a || !a->enabled) return false;
    }
    return true;
}
