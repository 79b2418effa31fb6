/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/shadow.h"

#include "base/clock.h"
#include "db/position.h"

#include <stdio.h>
#include <string.h>

struct shadow_ids service_shadow_ids(void)
{
    return (struct shadow_ids){clock_id_new(), clock_id_new(), clock_id_new()};
}

static enum err make_tx(struct db *db, const struct shadow_ids *ids, const char *creditor,
                        const char *notice_number, const char *station, struct db_notice *n,
                        int64_t now_us)
{
    enum err rc;
    struct debt_position *p = &n->position;
    struct debt_instalment *i = &n->instalment;
    const struct debt_position *const list[] = {p};
    char actor[sizeof "station/" + REGISTRY_CODE_MAX];

    p->id = i->position_id = ids->position;
    i->id = ids->instalment;
    i->option_id = ids->option;
    i->number = 1;
    i->state = p->state = POSITION_OPEN;
    snprintf(p->creditor, sizeof p->creditor, "%s", creditor);
    snprintf(p->own_id, sizeof p->own_id, SHADOW_DEBT_TYPE "-%s", notice_number);
    snprintf(p->debt_type, sizeof p->debt_type, SHADOW_DEBT_TYPE);
    snprintf(i->notice_number, sizeof i->notice_number, "%s", notice_number);
    p->options[0] = (struct debt_option){.id = ids->option,
                                         .number = 1,
                                         .kind = "single",
                                         .amount_cents = i->amount_cents,
                                         .n_instalments = 1};
    p->n_options = p->n_instalments = 1;
    p->instalments = i;
    snprintf(actor, sizeof actor, "station/%s", station);
    TRY(db_position_add(db, list, 1, actor, now_us));
out:
    return rc;
}

/* The amount of a plan of which one instalment changes is nobody's business: its station says what
 * each notice asks for. */
static enum err renew_tx(struct db *db, struct db_notice *n)
{
    enum err rc;
    const struct debt_option option = {.id = n->instalment.option_id};

    TRY(db_position_update(db, &n->position, &n->position));
    n->position.ver++;
    if (!strcmp(n->position.debt_type, SHADOW_DEBT_TYPE))
        TRY(db_option_update(db, &option, n->instalment.amount_cents));
    TRY(db_instalment_update(db, &n->instalment, &n->instalment));
    n->instalment.ver++;
out:
    return rc;
}

enum err service_shadow_store_tx(struct db *db, const struct shadow_ids *ids, const char *creditor,
                                 const char *notice_number, const char *station,
                                 struct db_notice *notice, int64_t now_us)
{
    if (notice->instalment.id) return renew_tx(db, notice);
    return make_tx(db, ids, creditor, notice_number, station, notice, now_us);
}
