/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/flow.h"

#include "base/config.h"
#include "db/journal.h"
#include "flow/deliver.h"
#include "service/flow_frame.h"

#include <stdio.h>
#include <string.h>

enum { BUSY_WAIT_MS = 300000 };

enum err service_flow_try(struct env *env, int64_t flow_id, const struct flow_format *format,
                          const char *folder, struct flow_made *out)
{
    enum err rc;
    struct db_flow flow;
    const struct registry_subscription *s;

    TRY(db_flow_get(env->db, flow_id, &flow));
    s = registry_subscription_find(env->registry, flow.subscription);
    if (s && s->audience != format->audience)
        return err_setf(ERR_DATA, "format %s is for other records than those of %s", format->name,
                        flow.subscription);
    snprintf(flow.name, sizeof flow.name, "tried");
    TRY(flow_content_make(env, &flow, format, folder, out));
out:
    return rc;
}

/* The file as it was, from the database; it must be the one that was published [I8]. */
static enum err again_publish(struct env *env, const struct db_flow *flow, const char *path)
{
    enum err rc;
    struct flow_format *format = NULL;
    struct flow_made made = {.size = 0};
    char folder[FLOW_TARGET_SIZE];
    struct hash want;

    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    memcpy(want.bytes, flow->sha256, sizeof want.bytes);
    TRY(service_flow_format(flow->format, &format));
    TRY(flow_content_make(env, flow, format, folder, &made));
    if (crypto_hash_equal(&made.sha256, &want))
        TRY(flow_file_publish(&made.file, &want));
    else
        rc = err_setf(ERR_FLOW_CHANGED, "%s: %s, or the registry, makes other bytes now", path,
                      flow->format);
out:
    flow_file_discard(&made.file);
    flow_format_close(&format);
    return rc;
}

struct resent {
    const char *actor;
    const struct db_flow *flow;
};

static enum err resent_tx(struct db *db, void *cls)
{
    const struct resent *r = cls;
    struct db_journal_row row;

    db_journal_set(&row, r->actor, "flow.resent", "", "", "OK");
    row.object_id = r->flow->id;
    return db_journal_add(db, &row, 1);
}

enum err service_flow_resend(struct env *env, const char *actor, int64_t flow_id, char *out_path,
                             bool *out_there)
{
    enum err rc;
    struct db_flow flow;
    struct resent resent = {.actor = actor, .flow = &flow};
    bool found;
    int lock = -1;

    *out_there = false;
    TRY(flow_deliver_lock(config_text(CONFIG_FLOW_DIR), BUSY_WAIT_MS, &lock));
    TRY(db_flow_get(env->db, flow_id, &flow));
    TRY(db_flow_target(env->db, flow_id, out_path, FLOW_TARGET_SIZE, &found));
    if (!found || strchr(out_path, '/') == NULL) {
        rc = err_set(ERR_NOT_FOUND, "a published file of this flow");
        goto out;
    }
    rc = service_flow_verify(out_path, &flow);
    *out_there = rc == ERR_NONE;
    if (rc == ERR_IO_READ) {
        err_clear();
        rc = again_publish(env, &flow, out_path);
    }
    if (rc == ERR_NONE) TRY(db_tx_run(env->db, "flow.resent", resent_tx, &resent));
out:
    flow_deliver_unlock(&lock);
    return rc;
}
