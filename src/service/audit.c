/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/audit.h"

#include "db/audit.h"
#include "service/audit_files.h"
#include "service/flow.h"
#include "service/seal.h"

struct asking {
    struct service_audit *audit;
    struct db_audit_finding finding;
};

static enum err question_row(void *cls)
{
    struct asking *a = cls;
    const struct service_audit_finding f = {a->finding.rule, a->finding.what, a->finding.table,
                                            a->finding.id, a->finding.detail};

    a->audit->findings++;
    a->audit->tell(a->audit->cls, &f);
    return ERR_NONE;
}

struct hashing {
    struct service_audit *audit;
    struct db_flow flow;
    char target[2001];
};

/* Published bytes never change [I8]. */
static enum err file_row(void *cls)
{
    struct hashing *h = cls;
    enum err rc = service_flow_verify(h->target, &h->flow);
    struct service_audit_finding f = {"I8", NULL, "flow", h->flow.id, h->target};

    h->audit->files++;
    err_clear();
    if (rc == ERR_NONE) return ERR_NONE;
    f.what = rc == ERR_FLOW_CHANGED ? "a published file's bytes are not those that were published"
                                    : "a published file is not there";
    h->audit->findings++;
    h->audit->tell(h->audit->cls, &f);
    return ERR_NONE;
}

enum err service_audit_run(struct db *db, struct service_audit *audit)
{
    enum err rc;
    struct asking a = {.audit = audit};
    struct hashing h = {.audit = audit};

    TRY(db_audit_run(db, &a.finding, question_row, &a, &audit->questions));
    TRY(db_flow_targets(db, &h.flow, h.target, sizeof h.target, file_row, &h));
    TRY(service_audit_files(db, audit));
    TRY(service_seal_audit(db, audit));
out:
    return rc;
}
