/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/iuv.h"

#include "db/position.h"
#include "domain/notice.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { BLOCK = 1000, SLOTS = 256 };

/* Reserved numbers by archive; a slot that is needed for another archive drops its rest. */
struct slot {
    char creditor[36];
    int aux_digit, code;
    int64_t next, end;
};
static struct slot slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct reserve {
    const struct slot *slot;
    int64_t first;
};

static enum err reserve_tx(struct db *db, void *cls)
{
    struct reserve *r = cls;

    return db_iuv_reserve(db, r->slot->creditor, r->slot->aux_digit, r->slot->code, BLOCK,
                          &r->first);
}

static struct slot *slot_find(const struct registry_creditor *creditor,
                              const struct registry_archive *archive)
{
    unsigned h = (unsigned)archive->aux_digit * 131u + (unsigned)(archive->code + 1);
    struct slot *s;

    for (const char *c = creditor->code; *c; c++)
        h = h * 31u + (unsigned char)*c;
    s = &slots[h % SLOTS];
    if (strcmp(s->creditor, creditor->code) != 0 || s->aux_digit != archive->aux_digit ||
        s->code != archive->code) {
        memset(s, 0, sizeof *s);
        snprintf(s->creditor, sizeof s->creditor, "%s", creditor->code);
        s->aux_digit = archive->aux_digit;
        s->code = archive->code;
    }
    return s;
}

enum err service_iuv_next(struct env *env, const struct registry_creditor *creditor,
                          char out_notice[19], char out_iuv[36])
{
    enum err rc;
    const struct registry_archive *archive = registry_archive_hosted(env->registry, creditor);
    struct slot *s;
    struct reserve r;

    if (!archive)
        return err_setf(ERR_REGISTRY, "Ente %s has no archive in the hub", creditor->code);
    pthread_mutex_lock(&lock);
    s = slot_find(creditor, archive);
    if (s->next == s->end) {
        r.slot = s;
        TRY(db_tx_run(env->db, "iuv", reserve_tx, &r));
        s->next = r.first;
        s->end = r.first + BLOCK;
    }
    TRY(notice_make(archive->aux_digit, archive->code, s->next, out_notice, out_iuv));
    s->next++;
out:
    pthread_mutex_unlock(&lock);
    return rc;
}
