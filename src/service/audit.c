/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/audit.h"

#include "crypto/hash.h"
#include "db/audit.h"
#include "db/psp_flow.h"
#include "service/audit_files.h"
#include "service/flow.h"
#include "service/seal.h"

#include <string.h>

enum { PART_MAX = 1 << 20 };

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

/* What an Ente fetches is what its PSP delivered, byte for byte [W5]. */
struct reports {
    struct service_audit *audit;
    struct db_psp_flow flow;
    struct buf part;
    struct hash_stream *stream;
};

static enum err report_row(void *cls)
{
    (void)cls;
    return ERR_NONE;
}

static enum err part_row(void *cls)
{
    struct reports *r = cls;

    crypto_hash_add(r->stream, r->part.bytes, r->part.len);
    buf_reset(&r->part);
    return ERR_NONE;
}

static enum err report_check(struct db *db, struct reports *r)
{
    enum err rc;
    struct hash hash;
    const struct service_audit_finding f = {"W5", "bytes of a PSP's flow are not those that came",
                                            "psp_flow", r->flow.id, r->flow.flow_id};

    TRY(crypto_hash_begin(&r->stream));
    rc = db_psp_flow_parts(db, r->flow.id, &r->part, part_row, r);
    crypto_hash_end(&r->stream, &hash);
    TRY(rc);
    if (memcmp(hash.bytes, r->flow.sha256, sizeof hash.bytes) == 0) goto out;
    r->audit->findings++;
    r->audit->tell(r->audit->cls, &f);
out:
    return rc;
}

static enum err reports_check(struct db *db, struct service_audit *audit)
{
    enum err rc;
    struct reports r = {.audit = audit, .part = BUF_INIT(PART_MAX)};

    for (int64_t after = 0;; after = r.flow.id) {
        r.flow.id = 0;
        TRY(db_psp_flow_list(db, "", after, 1, &r.flow, report_row, NULL));
        if (r.flow.id == 0) break;
        if (!strcmp(r.flow.state, "LIVE") || !strcmp(r.flow.state, "REPLACED"))
            TRY(report_check(db, &r));
    }
out:
    buf_free(&r.part);
    return rc;
}

enum err service_audit_run(struct db *db, struct service_audit *audit)
{
    enum err rc;
    struct asking a = {.audit = audit};
    struct hashing h = {.audit = audit};

    TRY(db_wait_long(db));
    TRY(db_audit_run(db, &a.finding, question_row, &a, &audit->questions));
    TRY(db_flow_targets(db, &h.flow, h.target, sizeof h.target, file_row, &h));
    TRY(service_audit_files(db, audit));
    TRY(reports_check(db, audit));
    TRY(service_seal_audit(db, audit));
out:
    return rc;
}
