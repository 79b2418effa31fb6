/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "service/station_flow.h"

#include "base/config.h"
#include "crypto/hash.h"
#include "db/flow.h"
#include "domain/calendar.h"
#include "service/credential.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OWN_FORMAT "flusso-riversamento-1.0"

/* ---- who asks [W5] ---- */

struct asking {
    struct env *env;
    const struct flow_ask *call;
    const struct registry_station *station;
    const struct registry_creditor *creditor; /* NULL: none was named */
};

typedef enum outcome station_check_fn(const struct asking *a);

static enum outcome check_message(const struct asking *a)
{
    return a->call->valid ? OUTCOME_OK : OUTCOME_SINTASSI;
}

static enum outcome check_broker(const struct asking *a)
{
    const struct registry_broker *b = registry_broker_find(a->env->registry, a->call->broker);

    if (!b) return OUTCOME_INTERMEDIARIO_PA_SCONOSCIUTO;
    return b->enabled ? OUTCOME_OK : OUTCOME_INTERMEDIARIO_PA_DISABILITATO;
}

static enum outcome check_station(const struct asking *a)
{
    if (!a->station) return OUTCOME_STAZIONE_PA_SCONOSCIUTA;
    return a->station->enabled ? OUTCOME_OK : OUTCOME_STAZIONE_DISABILITATA;
}

static enum outcome check_password(const struct asking *a)
{
    return service_credential_check(&a->station->credential, "station", a->station->code,
                                    a->call->has_certificate ? a->call->certificate : NULL,
                                    a->call->password);
}

static enum outcome check_association(const struct asking *a)
{
    return strcmp(a->station->broker, a->call->broker) == 0 ? OUTCOME_OK
                                                            : OUTCOME_STAZIONE_NON_ASSOCIATA;
}

static enum outcome check_creditor(const struct asking *a)
{
    if (!*a->call->creditor) return OUTCOME_OK;
    if (!a->creditor) return OUTCOME_DOMINIO_SCONOSCIUTO;
    return a->creditor->enabled ? OUTCOME_OK : OUTCOME_DOMINIO_DISABILITATO;
}

/* Whose flows a station may see: of Enti with notices that lead to it, and of those whose receipts
 * are sent to it [I13]. */
static bool serves(const struct registry_station *station, const struct registry_creditor *c)
{
    for (size_t i = 0; i < c->n_archives; i++)
        if (!strcmp(c->archives[i].station, station->code)) return true;
    for (size_t i = 0; i < c->n_destinations; i++)
        if (c->destinations[i].station && !strcmp(c->destinations[i].station, station->code))
            return true;
    return false;
}

static enum outcome check_scope(const struct asking *a)
{
    return !a->creditor || serves(a->station, a->creditor) ? OUTCOME_OK
                                                           : OUTCOME_STAZIONE_NON_ASSOCIATA;
}

/* The hub's own flows are asked for by its own id. */
static bool is_hub(const char *psp)
{
    return !strcmp(psp, config_text(CONFIG_HUB_NODE_ID));
}

static enum outcome check_psp(const struct asking *a)
{
    const struct registry_psp *psp;

    if (!*a->call->psp || is_hub(a->call->psp)) return OUTCOME_OK;
    psp = registry_psp_find(a->env->registry, a->call->psp);
    if (!psp) return OUTCOME_PSP_SCONOSCIUTO;
    return psp->enabled ? OUTCOME_OK : OUTCOME_PSP_DISABILITATO;
}

static enum outcome check(struct asking *a)
{
    static station_check_fn *const checks[] = {
#define STATION_CHECK(name, what) check_##name,
#include "service/station_check.def"
#undef STATION_CHECK
    };
    enum outcome o = OUTCOME_OK;

    if (a->call->valid) {
        a->station = registry_station_find(a->env->registry, a->call->station);
        a->creditor = registry_creditor_find(a->env->registry, a->call->creditor);
    }
    for (size_t i = 0; i < ARRAY_LEN(checks) && o == OUTCOME_OK; i++)
        o = checks[i](a);
    return o;
}

/* ---- the list ---- */

struct listing {
    struct arena *arena;
    struct db_flow_name row, *list;
    int64_t created_us; /* of one of ours */
    size_t n, cap;
};

static enum err list_row(void *cls)
{
    struct listing *l = cls;

    if (l->n < l->cap) l->list[l->n++] = l->row;
    return ERR_NONE;
}

static enum err own_row(void *cls)
{
    struct listing *l = cls;

    calendar_rome_time(l->created_us, l->row.time); /* as in the file */
    return list_row(l);
}

static enum err list_creditor(struct asking *a, const char *creditor, struct listing *l)
{
    enum err rc = ERR_NONE;
    const char *psp = a->call->psp;

    if (!is_hub(psp))
        TRY(db_psp_flow_names(a->env->db, creditor, psp, STATION_FLOWS_MAX, &l->row, list_row, l));
    if (!*psp || is_hub(psp))
        TRY(db_flow_names(a->env->db, creditor, OWN_FORMAT, STATION_FLOWS_MAX, l->row.flow_id,
                          sizeof l->row.flow_id, &l->created_us, own_row, l));
out:
    return rc;
}

static void reverse(struct db_flow_name *list, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct db_flow_name kept = list[i];

        list[i] = list[n - 1 - i];
        list[n - 1 - i] = kept;
    }
}

enum err service_station_flows(struct env *env, const struct flow_ask *call, struct arena *arena,
                               enum outcome *out_outcome, struct db_flow_name **out_list,
                               size_t *out_n)
{
    enum err rc = ERR_NONE;
    struct asking a = {.env = env, .call = call};
    struct listing l = {.arena = arena, .cap = 2 * (size_t)STATION_FLOWS_MAX};
    const struct registry *r = env->registry;

    *out_outcome = check(&a);
    if (*out_outcome != OUTCOME_OK) goto out;
    l.list = arena_alloc(arena, l.cap * sizeof *l.list);
    if (!l.list) return err_set(ERR_LIMIT, "flows of a station");
    for (size_t i = 0; i < r->n_creditors; i++)
        if (a.creditor ? a.creditor == &r->creditors[i] : serves(a.station, &r->creditors[i]))
            TRY(list_creditor(&a, r->creditors[i].code, &l));
    reverse(l.list, l.n);
    *out_list = l.list;
    *out_n = l.n;
out:
    return rc;
}

/* ---- one of them ---- */

struct telling {
    station_flow_fn *part;
    void *cls;
    struct buf bytes;
};

static enum err part_row(void *cls)
{
    struct telling *t = cls;
    enum err rc = t->part(t->cls, t->bytes.bytes, t->bytes.len);

    buf_reset(&t->bytes);
    return rc;
}

/* A whole part, or the file's end: the parts join in base64. */
static enum err part_read(int fd, const char *path, char bytes[PSP_FLOW_PART], size_t *out_len)
{
    ssize_t n = 1;

    for (*out_len = 0; *out_len < PSP_FLOW_PART && n > 0; *out_len += (size_t)n) {
        n = read(fd, bytes + *out_len, PSP_FLOW_PART - *out_len);
        if (n < 0) return err_set(ERR_IO_READ, path);
    }
    return ERR_NONE;
}

/* A file of ours, told as it is read; at the end it must be what was published [I8]. */
static enum err file_tell(const char *path, const struct db_flow *flow, struct telling *t)
{
    enum err rc;
    struct hash_stream *s = NULL;
    struct hash have, want;
    char bytes[PSP_FLOW_PART];
    size_t n;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0) return err_set(ERR_IO_READ, path);
    TRY(crypto_hash_begin(&s));
    do {
        TRY(part_read(fd, path, bytes, &n));
        crypto_hash_add(s, bytes, n);
        if (n > 0) TRY(t->part(t->cls, bytes, n));
    } while (n == sizeof bytes);
    crypto_hash_end(&s, &have);
    memcpy(want.bytes, flow->sha256, sizeof want.bytes);
    if (!crypto_hash_equal(&have, &want)) rc = err_set(ERR_FLOW_CHANGED, path);
out:
    crypto_hash_end(&s, &have);
    close(fd);
    return rc;
}

/* Of a PSP, or else of ours. */
static enum err flow_tell(struct asking *a, const char *creditor, struct telling *t,
                          bool *out_found)
{
    enum err rc = ERR_NONE;
    struct db_psp_flow flow = {.id = 0};
    struct db_flow own;
    char path[2001];
    const char *psp = a->call->psp;

    if (!is_hub(psp)) TRY(db_psp_flow_find(a->env->db, creditor, psp, a->call->flow_id, &flow));
    *out_found = flow.id != 0;
    if (flow.id) TRY(db_psp_flow_parts(a->env->db, flow.id, &t->bytes, part_row, t));
    if (flow.id || (*psp && !is_hub(psp))) goto out;
    TRY(db_flow_find_named(a->env->db, creditor, OWN_FORMAT, a->call->flow_id, &own, path,
                           sizeof path, out_found));
    if (*out_found) TRY(file_tell(path, &own, t));
out:
    return rc;
}

enum err service_station_flow(struct env *env, const struct flow_ask *call,
                              enum outcome *out_outcome, station_flow_fn *part, void *cls)
{
    enum err rc = ERR_NONE;
    struct asking a = {.env = env, .call = call};
    struct telling t = {part, cls, BUF_INIT(PSP_FLOW_PART)};
    const struct registry *r = env->registry;
    bool found = false;

    *out_outcome = check(&a);
    for (size_t i = 0; *out_outcome == OUTCOME_OK && i < r->n_creditors && !found; i++)
        if (a.creditor ? a.creditor == &r->creditors[i] : serves(a.station, &r->creditors[i]))
            TRY(flow_tell(&a, r->creditors[i].code, &t, &found));
    if (*out_outcome == OUTCOME_OK && !found) *out_outcome = OUTCOME_ID_FLUSSO_SCONOSCIUTO;
out:
    buf_free(&t.bytes);
    return rc;
}
