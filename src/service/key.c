/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/key.h"

#include "base/config.h"

#include <stdio.h>

struct db_key_name service_key_name(const struct psp_call *call)
{
    return (struct db_key_name){call->psp, psp_operation_name(call->operation),
                                config_int(CONFIG_IDEMPOTENCY) ? call->key : ""};
}

/* The outcome of the checks alone: what the stored answer says is not looked into. */
void service_key_note(struct db_journal_row *row, const struct db_key *key, enum outcome outcome)
{
    if (key->found && outcome == OUTCOME_OK)
        snprintf(row->detail, sizeof row->detail, "answered before");
}

enum err service_key_store_tx(struct db *db, const struct db_key_name *name,
                              const struct db_key *key, const struct psp_call *call,
                              const struct buf *answer, int64_t now_us, int64_t until_us)
{
    enum err rc = ERR_NONE;
    int64_t valid_until_us = now_us + config_int(CONFIG_IDEMPOTENCY_VALIDITY) * 1000;

    if (!*name->key) return ERR_NONE;
    if (valid_until_us < until_us) valid_until_us = until_us;
    if (key->outdated) TRY(db_key_drop(db, name));
    TRY(db_key_add(db, name, call->content_hash, answer, now_us, valid_until_us));
out:
    return rc;
}
